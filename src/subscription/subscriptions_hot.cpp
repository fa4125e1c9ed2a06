#include "subscription/subscriptions.h"

namespace switchboard {

void Subscriptions::onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) {
  immediate_.clear();
  std::size_t subscribers = 0;
  std::optional<ChangeType> type;
  for (const auto key : keys) {
    const KeyEntry* source = registry_.find(key);
    if (source == nullptr || isStrayBeat(*source, change)) continue;
    if (!handovers_.admit(channel.id(), key, change)) continue;
    for (auto* entry : source->dependents) {
      if (entry != source) {
        if (!type) type = changeType(change.data.read());
        if (!entry->spec.wants(type)) continue;
      }
      if (isRepeated(*entry, change)) continue;
      subscribers += fanOut_.push(*entry, change, immediate_);
    }
  }
  if (subscribers == 0) return;
  Counters& counters = pool_.counters();
  ++counters.changes;
  counters.deliveries += subscribers;
  if (!immediate_.empty()) fanOut_.pushImmediate(immediate_, change);
}

}  // namespace switchboard
