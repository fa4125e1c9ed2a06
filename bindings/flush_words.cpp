#include "flush_words.h"

#include <algorithm>

#include "client_json.h"

namespace switchboard {

namespace {

/// The kind of an Each whose text is told by its place in the frame.
constexpr std::uint32_t kPlace = 3;

/// Whether the span is as far from both ends of the runtime's own text as it is here.
bool isSamePlace(const TextSpan& span) {
  if (span.text->isAscii()) return true;
  const auto whole = span.text->whole();
  const auto isAscii = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  return isAscii(whole.substr(0, span.start)) && isAscii(whole.substr(whole.size() - span.trailing));
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
    const auto& span = delivery.span;
    const bool isPlace = delivery.kind == DeliveryKind::Each && isSamePlace(span);
    words_.push_back(isPlace ? kPlace : static_cast<std::uint32_t>(delivery.kind));
    words_.push_back(static_cast<std::uint32_t>(delivery.subscribers.size()));
    words_.push_back(static_cast<std::uint32_t>(delivery.count));
    for (const auto id : delivery.subscribers) words_.push_back(id.value);
    if (delivery.kind == DeliveryKind::Notify) continue;
    if (isPlace) {
      words_.push_back(static_cast<std::uint32_t>(span.start));
      words_.push_back(static_cast<std::uint32_t>(span.trailing));
    } else {
      append(delivery.text());
    }
  }
  return words_.data();
}

}  // namespace switchboard
