#include "subscription/continuity/database_clock.h"

#include <algorithm>
#include <chrono>

namespace switchboard {

namespace {

/// How long the quickest change may have been on its way: the server polls every 0.1 to 0.5 s (protocol.md §8.1).
constexpr Duration kQuickest{1'000};
/// A link that delivers nothing for so long is given up, so a calendar that says more is wrong.
constexpr Duration kSlowest{30'000};
/// The database's clock may have been set, so older samples give way to any newer one.
constexpr Duration kSampleLife{600'000};

/// How far two clocks may drift apart: 200 ppm.
Duration drift(Duration elapsed) {
  return std::chrono::abs(elapsed) / 5'000;
}

}  // namespace

void DatabaseClock::note(const Commit& commit, Moment now) {
  const Moment arrived{commit.arrived, now.wall - (now.at - commit.arrived)};
  const bool expired = best_ && arrived.at - best_->arrived.at > kSampleLife;
  if (!best_ || expired || (arrived.at >= best_->arrived.at && commit.at >= earliest(arrived, now))) {
    best_ = Sample{commit.at, arrived};
  }
}

/// The monotonic clock may stand still while the machine sleeps, the calendar may jump; whichever gives the earlier
/// time is safe.
WallTime DatabaseClock::earliest(Moment moment, Moment now) const {
  if (!best_) return std::min(moment.wall, now.wall - (now.at - moment.at));
  const Duration since = moment.at - best_->arrived.at;
  if (since >= Duration{0}) return best_->committed + since - drift(since);
  return best_->committed - std::max(-since, best_->arrived.wall - moment.wall) - drift(since);
}

WallTime DatabaseClock::latest(Moment now) const {
  if (!best_) return now.wall;
  const Duration since = std::max(now.at - best_->arrived.at, now.wall - best_->arrived.wall);
  const Duration onTheWay = std::clamp(best_->arrived.wall - best_->committed, kQuickest, kSlowest);
  return std::max(now.wall, best_->committed + since + drift(since) + onTheWay);
}

}  // namespace switchboard
