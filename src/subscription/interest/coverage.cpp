#include "subscription/interest/coverage.h"

#include <algorithm>

namespace switchboard {

namespace {

bool othersDependOn(const KeyEntry& entry) {
  return std::any_of(entry.dependents.begin(), entry.dependents.end(),
                     [&entry](const KeyEntry* dependent) { return dependent != &entry; });
}

}  // namespace

KeyEntry& Coverage::sourceFor(KeyEntry& entry) const {
  KeyEntry* cover = entry.spec.wantsAll() ? nullptr : registry_.findByText(entry.spec.coverKey);
  const bool covered = cover != nullptr && cover->plannable() && (cover->isSubscribed() || cover->source != nullptr);
  // Not the cover itself where it has its changes by another key: that one's binding is the one that is kept.
  if (covered) return kFollowsNumbers && cover->source != nullptr ? *cover->source : *cover;
  if (!kFollowsNumbers || entry.road.road != Road::PostgresChanges) return entry;
  // The server does not list a binding twice, and keys of tracked tables may differ in what is no part of a binding.
  // The binding may be that of a key that has returned to broadcasts, as long as others depend on it.
  for (const auto& [id, other] : registry_.entries()) {
    const bool isSame = other->road.road != Road::None && other->spec.coverKey == entry.spec.coverKey &&
                        other->spec.binding.event == entry.spec.binding.event;
    const bool isUsed = other->isNumbered() ? othersDependOn(*other) : other->source == other && other->plannable();
    if (isSame && isUsed) return *other;
  }
  return entry;
}

void Coverage::attach(KeyEntry& entry, KeyEntry& source) {
  entry.source = &source;
  source.dependents.push_back(&entry);
}

void Coverage::detach(KeyEntry& entry) {
  if (entry.source == nullptr) return;
  entry.source->dependents.remove(&entry);
  entry.source = nullptr;
}

bool Coverage::isNeeded(const KeyEntry& entry) {
  return std::any_of(entry.dependents.begin(), entry.dependents.end(),
                     [](const KeyEntry* dependent) { return dependent->isSubscribed() && dependent->plannable(); });
}

void Coverage::eraseUnused(const IdSet<KeyId>& carried) {
  Vector<KeyId> gone;
  do {  // again, because the last key that depended on another may have gone
        // with this round
    gone.clear();
    for (const auto& [id, entry] : registry_.entries()) {
      if (entry->isSubscribed() || carried.contains(id)) continue;
      if (!othersDependOn(*entry)) gone.push_back(id);
    }
    for (const auto id : gone) {
      detach(*registry_.find(id));
      registry_.erase(id);
    }
  } while (!gone.empty());
}

}  // namespace switchboard
