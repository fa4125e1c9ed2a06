#include "subscription/change_router.h"

namespace switchboard {

namespace {

/// Upper bound on how late a socket may still bring a change: 15 s idle, 10 s for the heartbeat's answer, 5 s of stall
/// by a refused join.
constexpr Duration kLag{30'000};

}  // namespace

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
  if (context_.now() - entry.alreadySeen.begunAt() < kLag) {
    const auto stamp = commitTimestamp(change.data.read());
    if (stamp.empty()) return false;
    if (stamp <= entry.alreadySeen.commit()) return true;
  }
  entry.alreadySeen.end();  // a binding brings its changes in their order
  return false;
}

}  // namespace switchboard
