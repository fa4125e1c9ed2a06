#include "base/text.h"

#include <cstddef>

namespace switchboard {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

std::string decimal(std::int64_t value) {
  char text[20];
  char* first = text + sizeof text;
  auto rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  do {
    *--first = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) *--first = '-';
  return {first, text + sizeof text};
}

void sortTexts(Vector<std::string>& texts) {
  for (std::size_t end = 1; end < texts.size(); ++end) {
    for (std::size_t i = end; i > 0 && texts[i] < texts[i - 1]; --i) texts[i].swap(texts[i - 1]);
  }
}

}  // namespace switchboard
