#pragma once

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/columns.h"

namespace switchboard {

inline void append(std::vector<char>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

/// `data` with the number of its list of columns in place of the list.
inline void appendData(std::vector<char>& out, std::string_view data, const std::optional<ColumnsCut>& columns) {
  if (!columns) {
    append(out, data);
    return;
  }
  const auto start = static_cast<std::size_t>(columns->member.data() - data.data());
  std::array<char, 12> number{};
  const auto written = std::to_chars(number.data(), number.data() + number.size(), columns->list);
  append(out, data.substr(0, start));
  append(out, R"(,"columns":)");
  append(out, {number.data(), static_cast<std::size_t>(written.ptr - number.data())});
  append(out, data.substr(start + columns->member.size()));
}

}  // namespace switchboard
