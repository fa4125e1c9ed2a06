#include "subscription/registry.h"

#include <algorithm>
#include <utility>

namespace switchboard {

bool Registry::add(SubscriptionId id, Spec spec, WallTime now, TimePoint nowMonotonic) {
  if (bySubscription_.count(id) != 0) return false;
  KeyEntry* entry = findByText(spec.key);
  if (entry == nullptr) {
    const KeyId key{++lastKey_};
    byText_.emplace(spec.key, key);
    auto fresh = std::make_unique<KeyEntry>();
    fresh->id = key;
    fresh->spec = std::move(spec);
    fresh->since = now;
    fresh->notLiveSince = nowMonotonic;
    entry = fresh.get();
    entries_.emplace(key, std::move(fresh));
  }
  entry->subscribers.push_back(id);
  entry->newcomers.push_back(id);
  entry->lingerUntil.reset();
  bySubscription_.emplace(id, entry->id);
  return true;
}

KeyEntry* Registry::remove(SubscriptionId id) {
  const auto it = bySubscription_.find(id);
  if (it == bySubscription_.end()) return nullptr;
  KeyEntry* entry = find(it->second);
  bySubscription_.erase(it);
  for (auto* list : {&entry->subscribers, &entry->newcomers})
    list->erase(std::remove(list->begin(), list->end(), id), list->end());
  return entry;
}

void Registry::erase(KeyId key) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return;
  for (const auto id : it->second->subscribers) bySubscription_.erase(id);
  byText_.erase(it->second->spec.key);
  entries_.erase(it);
}

KeyEntry* Registry::find(KeyId key) {
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : it->second.get();
}

KeyEntry* Registry::findByText(const std::string& key) {
  const auto it = byText_.find(key);
  return it == byText_.end() ? nullptr : find(it->second);
}

KeyEntry* Registry::findBySubscription(SubscriptionId id) {
  const auto it = bySubscription_.find(id);
  return it == bySubscription_.end() ? nullptr : find(it->second);
}

}  // namespace switchboard
