#include "subscription/planning/key_timers.h"

#include <algorithm>

namespace switchboard {

void KeyTimers::linger(KeyEntry& entry, Duration span) {
  entry.linger.until_ = context_.now() + span;
  linger_.setWithin(span);
}

void KeyTimers::wake() {
  const TimePoint now = context_.now();
  for (const auto& [id, entry] : registry_.entries()) {
    const auto& until = entry->linger.until();
    if (until && *until <= now) endLinger(*entry);
    if (!entry->plannable() && entry->retries.at() && *entry->retries.at() <= now) {
      states_.setState(*entry, SubscriptionState::Pending, entry->cause);
    }
  }
}

void KeyTimers::arm(const ConnectionPool& pool) {
  const TimePoint now = context_.now();
  for (const auto& [id, entry] : registry_.entries()) {
    if (const auto& at = entry->retries.at()) retry_.setWithin(std::max(Duration{0}, *at - now));
    if (const auto& until = entry->linger.until()) linger_.setWithin(std::max(Duration{0}, *until - now));
    if (!entry->awaitsSocket) continue;
    if (const auto at = pool.nextOutOfReach()) retry_.setWithin(*at - now);
  }
}

void KeyTimers::stop() {
  retry_.cancel();
  linger_.cancel();
}

}  // namespace switchboard
