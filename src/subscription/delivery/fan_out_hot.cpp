#include "subscription/delivery/fan_out.h"

namespace switchboard {

std::size_t FanOut::push(const KeyEntry& entry, const Change& change, Vector<SubscriptionId>& immediate) {
  const DeliveryOutlets* outlets = entry.outlets;
  if (outlets == nullptr) return 0;
  immediate.append(outlets->immediate);
  for (const auto& window : outlets->windows) window->push(change);
  return outlets->subscribers;
}

void FanOut::pushImmediate(const Vector<SubscriptionId>& subscribers, const Change& change) {
  Delivery& delivery = out_.add();
  delivery.subscribers = subscribers;
  delivery.span = change.payload;
}

}  // namespace switchboard
