#include "batch_encoder.h"

#include <algorithm>
#include <utility>

#include "boundary/control_json.h"

namespace switchboard {

namespace {

/// The kind of an Each whose text is given by its place in the frame.
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

void BatchEncoder::append(std::string_view text) {
  words_.push_back(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(text.data())));
  words_.push_back(static_cast<std::uint32_t>(text.size()));
}

void BatchEncoder::begin(std::string control) {
  control_ = std::move(control);
  words_.clear();
  append(control_);
}

const std::uint32_t* BatchEncoder::encode(std::string control) {
  begin(std::move(control));
  words_.push_back(0);
  words_.push_back(0);
  return words_.data();
}

const std::uint32_t* BatchEncoder::encode(const Batch& batch) {
  begin(batch.hasControl() ? controlJson(batch) : std::string());
  words_.push_back(static_cast<std::uint32_t>(batch.columnLists.size()));
  for (const auto list : batch.columnLists) append(list);
  words_.push_back(static_cast<std::uint32_t>(batch.deliveries.size()));
  for (const auto& delivery : batch.deliveries) {
    const auto& span = delivery.span;
    const bool isPlace = span.text != nullptr && isSamePlace(span);
    words_.push_back(isPlace ? kPlace : static_cast<std::uint32_t>(delivery.kind));
    words_.push_back(static_cast<std::uint32_t>(delivery.subscribers.size()));
    words_.push_back(static_cast<std::uint32_t>(delivery.count));
    const auto* ids = reinterpret_cast<const std::uint32_t*>(delivery.subscribers.data());
    words_.append(ids, ids + delivery.subscribers.size());
    if (delivery.kind == DeliveryKind::Notify) continue;
    if (delivery.kind >= DeliveryKind::Broadcast) {
      delivery.forEachText([this](std::string_view text) { append(text); });
    } else if (isPlace) {
      words_.push_back(static_cast<std::uint32_t>(span.start));
      words_.push_back(static_cast<std::uint32_t>(span.trailing));
    } else {
      append(delivery.text());
    }
  }
  return words_.data();
}

}  // namespace switchboard
