#include "base/text.h"

#include <cstddef>

namespace switchboard {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

/// By insertion.
void sortTexts(List<std::string>& texts) {
  for (std::size_t end = 1; end < texts.size(); ++end) {
    for (std::size_t i = end; i > 0 && texts[i] < texts[i - 1]; --i) texts[i].swap(texts[i - 1]);
  }
}

}  // namespace switchboard
