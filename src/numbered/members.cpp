#include "numbered/members.h"

#include <cstddef>

namespace switchboard {

std::optional<std::uint64_t> wholeNumber(std::string_view json) {
  constexpr std::size_t kMostDigits = 18;
  if (json.empty() || json.size() > kMostDigits || (json.size() > 1 && json.front() == '0')) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : json) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

std::optional<std::string_view> stringContent(std::string_view json) {
  return JsonScanner(json).rawString();
}

std::optional<std::string_view> plainText(std::string_view json) {
  const auto text = stringContent(json);
  if (!text || text->empty() || text->find('\\') != std::string_view::npos) return std::nullopt;
  return text;
}

std::string_view memberOf(std::string_view object, std::string_view name) {
  std::string_view found;
  forEachMember(object, [&](std::string_view key, std::string_view value) {
    if (spells(key, name)) found = value;
    return true;
  });
  return found;
}

}  // namespace switchboard
