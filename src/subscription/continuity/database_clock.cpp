#include "subscription/continuity/database_clock.h"

#include <algorithm>
#include <chrono>

namespace switchboard {

namespace {

/// How long a change is at the server at most: it polls every 0.1 to 0.5 s (protocol.md §8.1).
constexpr Duration kPolling{1'000};
/// The database's clock may have been set, so older samples give way to any newer one.
constexpr Duration kSampleLife{600'000};

/// How far two clocks may drift apart: 200 ppm.
Duration drift(Duration elapsed) {
  return std::chrono::abs(elapsed) / 5'000;
}

}  // namespace

void DatabaseClock::note(const Commit& commit, Moment now) {
  const Moment arrived{commit.arrived, now.wall - (now.at - commit.arrived)};
  const bool expired = earliest_ && arrived.at - earliest_->here.at > kSampleLife;
  if (!earliest_ || expired || (arrived.at >= earliest_->here.at && commit.at >= earliest(arrived, now))) {
    earliest_ = Sample{commit.at, arrived};
  }
  noteLatest({commit.at, commit.sentAfter}, now);
}

/// A clock that shows more than it can has been set.
void DatabaseClock::noteLatest(const Sample& sample, Moment now) {
  if (latest_ && sample.here.at - latest_->here.at <= kSampleLife) {
    const WallTime best = latest(*latest_, now);
    if (latest(sample, now) > best && sample.committed <= best) return;
  }
  latest_ = sample;
}

/// The monotonic clock may stand still while the machine sleeps, the calendar may jump; whichever gives the earlier
/// time is safe.
WallTime DatabaseClock::earliest(Moment moment, Moment now) const {
  if (!earliest_) return std::min(moment.wall, now.wall - (now.at - moment.at));
  const auto& [committed, arrived] = *earliest_;
  const Duration since = moment.at - arrived.at;
  if (since >= Duration{0}) return committed + since - drift(since);
  return committed - std::max(-since, arrived.wall - moment.wall) - drift(since);
}

/// Likewise, with the later time.
WallTime DatabaseClock::latest(const Sample& sample, Moment now) {
  const Duration since = std::max(now.at - sample.here.at, now.wall - sample.here.wall);
  return sample.committed + since + drift(since) + kPolling;
}

WallTime DatabaseClock::latest(Moment now) const {
  return latest_ ? std::max(now.wall, latest(*latest_, now)) : now.wall;
}

}  // namespace switchboard
