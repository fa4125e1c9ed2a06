#include "protocol/beat.h"
#include "subscription/change_router.h"

namespace switchboard {

void ChangeRouter::onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) {
  immediate_.clear();
  std::size_t subscribers = 0;
  std::optional<ChangeType> type;
  for (const auto key : keys) {
    const KeyEntry* source = registry_.find(key);
    if (source == nullptr || pulses_.isStrayBeat(*source, change)) continue;
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
  ++counters_.changes;
  counters_.deliveries += subscribers;
  if (!immediate_.empty()) fanOut_.pushImmediate(immediate_, change);
}

/// Whether the key had this change already, or an earlier one, before it came to the binding that brings it now. Passes
/// what has no time of its own (errors 400 and 401): twice is better than never.
bool ChangeRouter::isRepeated(KeyEntry& entry, const Change& change) const {
  if (!entry.alreadySeen) return false;
  if (entry.alreadySeen.isRecent(context_.now())) {
    const auto committed = readTimestamp(commitTimestamp(change.data.read()));
    if (!committed) return false;
    if (*committed <= entry.alreadySeen.commit(context_.now())) return true;
  }
  entry.alreadySeen.end();  // a binding brings its changes in their order
  return false;
}

}  // namespace switchboard
