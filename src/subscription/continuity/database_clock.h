#pragma once

#include <optional>

#include "base/time.h"
#include "subscription/continuity/last_commit.h"

namespace switchboard {

/// Bounds of what the database's clock showed at a moment. Commit times are by that clock, and this machine's may
/// differ from it by hours. A change was committed before it arrived, which gives a lower bound, and not long before it
/// left the server, which gives an upper one. That is never before this machine's own time.
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
    Moment here;  ///< when it had been committed (`earliest_`), or had not left the server yet (`latest_`)
  };
  static WallTime latest(const Sample& sample, Moment now);
  void noteLatest(const Sample& sample, Moment now);

  std::optional<Sample> earliest_;
  std::optional<Sample> latest_;
};

}  // namespace switchboard
