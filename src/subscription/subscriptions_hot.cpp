#include "subscription/subscriptions.h"

namespace switchboard {

void Exchange::onLineChange(Line& line, const Vector<KeyId>& keys, const Change& change) {
  immediate_.clear();
  std::size_t subscribers = 0;
  std::optional<ChangeType> type;
  for (const auto key : keys) {
    const KeyEntry* server = registry_.find(key);
    if (server == nullptr || isStrayBeat(*server, change)) continue;
    if (!rebuilds_.admit(line.id(), key, change)) continue;
    for (auto* entry : server->served) {
      if (entry != server) {
        if (!type) type = changeType(change.data.read());
        if (!entry->spec.wants(type)) continue;
      }
      if (isRepeated(*entry, change)) continue;
      subscribers += dispatcher_.push(*entry, change, immediate_);
    }
  }
  if (subscribers == 0) return;
  ++counters_.changes;
  counters_.deliveries += subscribers;
  if (!immediate_.empty()) dispatcher_.pushImmediate(immediate_, change);
}

}  // namespace switchboard
