#include "subscription/continuity/poll_fallback.h"

#include <algorithm>

#include "timing/backoff.h"

namespace switchboard {

PollFallback::PollFallback(const PollFallbackOptions& options, Registry& registry, Context& context,
                           InlineCallback<void(KeyEntry&)> onModeChange)
    : options_(options),
      registry_(registry),
      context_(context),
      onModeChange_(onModeChange),
      tick_(context.deadlines, DeadlineKind::Poll, [this] { update(); }) {}

void PollFallback::setOnline(bool online) {
  if (online == online_) return;
  online_ = online;
  update();
}

Duration PollFallback::interval(std::size_t keys) const {
  const Duration pace = sparing_ ? options_.everyReduced : options_.every;
  constexpr Duration kMinute{60'000};
  return std::max(
      pace, kMinute * static_cast<Duration::rep>(keys) / static_cast<Duration::rep>(std::max(1u, options_.perMinute)));
}

/// Any part of it. An outage begins for all clients at the same moment, so their first polls are spread over a whole
/// interval; that also keeps those of many keys within the budget.
Duration PollFallback::untilFirst(Duration interval) {
  return uniform(context_.random, Duration{0}, interval);
}

/// Three quarters to five quarters of it.
Duration PollFallback::untilNext(Duration interval) {
  const Duration least = interval * 3 / 4;
  return uniform(context_.random, least, least + interval / 2);
}

void PollFallback::update() {
  const TimePoint now = context_.now();
  tick_.cancel();
  Vector<KeyEntry*> down;
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->outage.since() && !entry->subscribers.empty()) down.push_back(entry);
  }
  for (auto* entry : down) {
    const bool polling = online_ && *entry->outage.since() + options_.after <= now;
    if (polling != entry->outage.nextPollAt().has_value()) {
      if (polling) {
        entry->outage.pollAt(now + untilFirst(interval(down.size())));
      } else {
        entry->outage.stopPolling();
      }
      onModeChange_(*entry);
    }
    if (polling && *entry->outage.nextPollAt() <= now) {
      polls_.append(entry->subscribers);
      entry->outage.pollAt(now + untilNext(interval(down.size())));
    }
    if (online_) {
      tick_.setWithin(
          std::max(Duration{1}, entry->outage.nextPollAt().value_or(*entry->outage.since() + options_.after) - now));
    }
  }
}

}  // namespace switchboard
