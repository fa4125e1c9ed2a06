#include "subscription/planning/key_timers.h"

#include <algorithm>

namespace switchboard {

void KeyTimers::linger(KeyEntry& entry, Duration span) {
  entry.lingerUntil = context_.now() + span;
  linger_.setWithin(span);
}

void KeyTimers::wake() {
  const TimePoint now = context_.now();
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->lingerUntil && *entry->lingerUntil <= now) entry->lingerUntil.reset();
    if (!entry->plannable() && entry->retryAt && *entry->retryAt <= now) {
      states_.setState(*entry, SubscriptionState::Pending, entry->cause);
    }
  }
}

void KeyTimers::arm(const ConnectionPool& pool) {
  const TimePoint now = context_.now();
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->retryAt) retry_.setWithin(std::max(Duration{0}, *entry->retryAt - now));
    if (entry->lingerUntil) linger_.setWithin(std::max(Duration{0}, *entry->lingerUntil - now));
    if (!entry->awaitsSocket) continue;
    if (const auto at = pool.nextOutOfReach()) retry_.setWithin(*at - now);
  }
}

void KeyTimers::stop() {
  retry_.cancel();
  linger_.cancel();
}

}  // namespace switchboard
