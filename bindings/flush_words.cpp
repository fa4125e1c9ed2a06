#include "flush_words.h"

#include "client_json.h"

namespace switchboard {

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
    words_.push_back(static_cast<std::uint32_t>(delivery.kind));
    words_.push_back(static_cast<std::uint32_t>(delivery.subscribers.size()));
    words_.push_back(static_cast<std::uint32_t>(delivery.count));
    for (const auto id : delivery.subscribers) words_.push_back(id.value);
    if (delivery.kind == DeliveryKind::Notify) continue;
    append(delivery.payload);
    if (delivery.kind != DeliveryKind::Each) continue;
    append(delivery.columns ? delivery.columns->member : std::string_view());
    words_.push_back(delivery.columns ? delivery.columns->list : 0);
  }
  return words_.data();
}

}  // namespace switchboard
