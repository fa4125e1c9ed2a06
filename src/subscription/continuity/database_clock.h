#pragma once

#include <optional>

#include "base/time.h"
#include "subscription/continuity/last_commit.h"

namespace switchboard {

/// A moment by both clocks of this machine.
struct Moment {
  TimePoint at{};
  WallTime wall{};
};

/// Bounds of what the database's clock showed at a moment. Commit times are by that clock, and this machine's may
/// differ from it by hours. A change that has arrived was committed before, which gives a lower bound. There is no
/// proof of an upper bound, so it allows for a second on the way, or for as long as the calendar says that it took, and
/// is never before this machine's own time.
class DatabaseClock {
 public:
  void note(const Commit& commit, Moment now);
  /// The database's clock showed at least this. Until a change has arrived it is by this machine's calendar, as it was
  /// at the moment or as it is now.
  WallTime earliest(Moment moment, Moment now) const;
  /// The database's clock shows at most this.
  WallTime latest(Moment now) const;

 private:
  struct Sample {
    WallTime committed{};
    Moment arrived;
  };
  std::optional<Sample> best_;
};

}  // namespace switchboard
