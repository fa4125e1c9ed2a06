#include "subscription/dispatcher.h"

namespace switchboard {

std::size_t Dispatcher::push(const KeyEntry& entry, const Change& change, std::vector<SubscriptionId>& immediate) {
  const Outlets* outlets = outlets_.find(entry.id);
  if (outlets == nullptr) return 0;
  immediate.insert(immediate.end(), outlets->immediate.begin(), outlets->immediate.end());
  for (const auto& window : outlets->windows) window->push(change);
  return outlets->subscribers;
}

void Dispatcher::pushImmediate(const std::vector<SubscriptionId>& subscribers, const Change& change) {
  Delivery& delivery = out_.add();
  delivery.subscribers = subscribers;
  delivery.passage = change.payload;
}

}  // namespace switchboard
