#include "subscription/interest/registry.h"

#include <memory>
#include <utility>

namespace switchboard {

KeyEntry* Registry::add(SubscriptionId id, Spec spec, WallTime now, TimePoint nowMonotonic) {
  if (bySubscription_.find(id) != nullptr) return nullptr;
  KeyEntry* entry = findByText(spec.key);
  if (entry == nullptr) {
    const KeyId key{++lastKey_};
    auto fresh = std::make_unique<KeyEntry>();
    fresh->id = key;
    fresh->spec = std::move(spec);
    fresh->since = now;
    fresh->road = fresh->spec.road;
    fresh->outage.begin(nowMonotonic);
    entry = &entries_.add(key, std::move(fresh));
    byText_.insert(entry->spec.key, *entry);
  }
  entry->subscribers.push_back(id);
  bySubscription_.insert(id, *entry);
  return entry;
}

KeyEntry* Registry::remove(SubscriptionId id) {
  KeyEntry* entry = findBySubscription(id);
  if (entry == nullptr) return nullptr;
  bySubscription_.erase(id);
  entry->subscribers.remove(id);
  return entry;
}

void Registry::erase(KeyId key) {
  const auto entry = entries_.take(key);
  if (entry == nullptr) return;
  for (const auto id : entry->subscribers) bySubscription_.erase(id);
  byText_.erase(entry->spec.key);
}

}  // namespace switchboard
