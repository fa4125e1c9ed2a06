#include "recorder/text_table.h"

namespace switchboard {

std::uint32_t TextTable::find(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  constexpr std::size_t kMostBytes = 32'768;
  Text* known = byText_.find(text);
  if (known == nullptr) {
    if (text.size() > kLongest || bytes_ + text.size() > kMostBytes) return kNone;
    texts_.push_back(std::make_unique<Text>(Text{std::string(text), static_cast<std::uint32_t>(texts_.size())}));
    known = texts_.back().get();
    byText_.insert(known->text, *known);
    redacted_.push_back(secrets_.redact(text));
    bytes_ += text.size() + sizeof(Text);
  }
  recent_[slotOf(text)] = known;
  return known->number;
}

}  // namespace switchboard
