#pragma once

#include <optional>
#include <string_view>

#include "base/containers/vector.h"
#include "base/text.h"
#include "protocol/changes/columns.h"

namespace switchboard {

inline void append(Vector<char>& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

/// `data` with the number of its list of columns in place of the list.
inline void appendData(Vector<char>& out, std::string_view data, const std::optional<ColumnsCut>& columns) {
  if (!columns) {
    append(out, data);
    return;
  }
  const auto start = static_cast<std::size_t>(columns->member.data() - data.data());
  append(out, data.substr(0, start));
  append(out, R"(,"columns":)");
  append(out, decimal(columns->list));
  append(out, data.substr(start + columns->member.size()));
}

}  // namespace switchboard
