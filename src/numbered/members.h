#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/scanner.h"

namespace switchboard {

/// A whole number from 0 to 10^18 − 1, written without sign, fraction and exponent.
std::optional<std::uint64_t> wholeNumber(std::string_view json);

/// The content of a string, escapes not resolved.
std::optional<std::string_view> stringContent(std::string_view json);

/// The content of a string that is not empty and has no escapes.
std::optional<std::string_view> plainText(std::string_view json);

inline bool isJsonObject(std::string_view json) {
  return !json.empty() && json.front() == '{';
}
inline bool isJsonList(std::string_view json) {
  return !json.empty() && json.front() == '[';
}

/// The value of the member with this name, the last of several; empty when there is none.
std::string_view memberOf(std::string_view object, std::string_view name);

/// Calls `visit(item)` for each item of a list until it returns false. False when it did, or the text is no list.
template <class Visit>
bool forEachItem(std::string_view list, Visit visit) {
  JsonScanner scanner(list);
  if (!scanner.take('[')) return false;
  if (scanner.take(']')) return scanner.atEnd();
  do {
    const auto item = scanner.rawValue();
    if (!item || !visit(*item)) return false;
  } while (scanner.take(','));
  return scanner.take(']') && scanner.atEnd();
}

}  // namespace switchboard
