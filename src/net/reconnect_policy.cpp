#include "net/reconnect_policy.h"

#include <algorithm>

#include "timing/backoff.h"

namespace switchboard {

namespace {

/// By this many overdrawn reconnects every cap is reached. More would only take longer to earn back.
constexpr unsigned kMostOverdrawn = 6;

}  // namespace

void ReconnectPolicy::begin(TimePoint now) {
  outageSince_ = now;
  attempts_ = 0;
}

unsigned ReconnectPolicy::overdrawn() const {
  const Duration atHand = options_.quickEarnedBy * options_.quickReconnects;
  if (owed_ <= atHand) return 0;
  return static_cast<unsigned>((owed_ - atHand + options_.quickEarnedBy - Duration{1}) / options_.quickEarnedBy);
}

void ReconnectPolicy::endLive(TimePoint now, Duration live) {
  if (attempts_++ == 0) outageSince_ = now;
  if (live >= options_.slowCap) refusals_ = 0;
  earn(live);
}

void ReconnectPolicy::earn(Duration live) {
  owed_ = std::max(Duration{0}, owed_ - live);
}

/// A connection that had been live reconnects at once; a server that accepts and drops sockets is tried less and less
/// often. The budget of quick reconnects covers both cases without telling them apart.
Duration ReconnectPolicy::afterLoss(TimePoint now, Duration live, bool hidden) {
  endLive(now, live);
  const Duration most = options_.quickEarnedBy * (options_.quickReconnects + kMostOverdrawn);
  owed_ = std::min(most, owed_ + options_.quickEarnedBy);
  const unsigned over = overdrawn();
  if (over == 0) return uniform(random_, Duration{0}, std::min(options_.base, cap(hidden)));
  const Duration ceiling = std::min(cap(hidden), options_.base * (2u << over));
  return uniform(random_, ceiling / 2, ceiling);
}

/// A quarter to half of the outage's length so far, so that its end is noticed within half of its length. Near the cap
/// the range is narrower: by then the clients of one server are spread out, and an even pace keeps them so.
Duration ReconnectPolicy::afterFailure(TimePoint now, bool hidden) {
  ++attempts_;
  const Duration outage = now - outageSince_;
  const Duration longest = cap(hidden);
  const Duration floor = std::min(options_.base / 2, longest);
  return uniform(random_, std::max(floor, std::min(outage / 4, longest * 3 / 4)),
                 std::max(floor, std::min(outage / 2, longest)));
}

Duration ReconnectPolicy::afterRefusal(TimePoint now, Duration live) {
  endLive(now, live);
  return options_.slowBase + fullJitter(random_, options_.slowBase, options_.slowCap, refusals_++);
}

void ReconnectPolicy::onDemand(TimePoint now) {
  begin(now);
  attempts_ = 1;
}

void ReconnectPolicy::onReconnectSoon(TimePoint now) {
  if (owed_ + options_.quickEarnedBy > options_.quickEarnedBy * options_.quickReconnects) return;
  owed_ += options_.quickEarnedBy;
  outageSince_ = now;
}

TimePoint ReconnectPolicy::reconnectSoonAt(TimePoint now, TimePoint lastAttempt) {
  return std::max(now + uniform(random_, Duration{0}, options_.reconnectSoonJitter),
                  lastAttempt + options_.reconnectSoonInterval);
}

}  // namespace switchboard
