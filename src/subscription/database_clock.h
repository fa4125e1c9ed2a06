#pragma once

#include <optional>

#include "base/time.h"
#include "subscription/last_commit.h"

namespace switchboard {

/// A moment by both clocks of this machine.
struct Moment {
  TimePoint at{};
  WallTime wall{};
};

/// Bounds of what the database's clock showed at a moment. Commit times are by that clock, and this machine's may
/// differ from it by hours. A change that has arrived was committed before, which gives a lower bound. There is no
/// proof of an upper bound, so it allows for a second on the way, and is never before this machine's own time.
class DatabaseClock {
 public:
  void note(const Commit& commit, Moment now);
  /// The database's clock showed at least this. By this machine's clock until a change has arrived.
  WallTime earliest(Moment moment) const;
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
