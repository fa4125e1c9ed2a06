#include "flush_words.h"

#include <algorithm>

#include "client_json.h"

namespace switchboard {

namespace {

/// The kind of an Each whose text is told by its place in the frame.
constexpr std::uint32_t kPlace = 3;

/// Whether the passage is as far from both ends of the runtime's own text as it is here.
bool isSamePlace(const Passage& passage) {
  if (passage.text->isAscii()) return true;
  const auto whole = passage.text->whole();
  const auto isAscii = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  return isAscii(whole.substr(0, passage.start)) && isAscii(whole.substr(whole.size() - passage.behind));
}

}  // namespace

void FlushWords::append(std::string_view text) {
  words_.push_back(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(text.data())));
  words_.push_back(static_cast<std::uint32_t>(text.size()));
}

const std::uint32_t* FlushWords::pack(const Flush& flush) {
  words_.clear();
  control_ = flush.hasControl() ? controlJson(flush) : std::string();
  append(control_);
  words_.push_back(static_cast<std::uint32_t>(flush.columnLists.size()));
  for (const auto list : flush.columnLists) append(list);
  words_.push_back(static_cast<std::uint32_t>(flush.deliveries.size()));
  for (const auto& delivery : flush.deliveries) {
    const auto& passage = delivery.passage;
    const bool isPlace = delivery.kind == DeliveryKind::Each && isSamePlace(passage);
    words_.push_back(isPlace ? kPlace : static_cast<std::uint32_t>(delivery.kind));
    words_.push_back(static_cast<std::uint32_t>(delivery.subscribers.size()));
    words_.push_back(static_cast<std::uint32_t>(delivery.count));
    for (const auto id : delivery.subscribers) words_.push_back(id.value);
    if (delivery.kind == DeliveryKind::Notify) continue;
    if (isPlace) {
      words_.push_back(static_cast<std::uint32_t>(passage.start));
      words_.push_back(static_cast<std::uint32_t>(passage.behind));
    } else {
      append(delivery.text());
    }
  }
  return words_.data();
}

}  // namespace switchboard
