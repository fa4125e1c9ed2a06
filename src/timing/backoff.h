#pragma once

#include "base/time.h"
#include "platform/random.h"

namespace switchboard {

/// Delay before retry n (0 for the first): uniform over 0 … min(cap, base·2ⁿ), so that clients which lost the same
/// server come back spread out ("full jitter").
Duration fullJitter(Random& random, Duration base, Duration cap, unsigned attempt);

/// Delay before retry n: uniform over c/4 … c, with c = min(cap, base·2ⁿ). The floor bounds how often one client tries.
Duration flooredJitter(Random& random, Duration base, Duration cap, unsigned attempt);

/// Counts the failures of one thing and spaces its retries.
class Backoff {
 public:
  explicit Backoff(Duration base) : base_(base) {}

  /// Delay before the next try, never above `cap`; counts one failure more.
  Duration next(Random& random, Duration cap) { return flooredJitter(random, base_, cap, attempts_++); }
  /// Failures since the last reset.
  unsigned attempts() const { return attempts_; }
  void reset() { attempts_ = 0; }

 private:
  Duration base_;
  unsigned attempts_ = 0;
};

}  // namespace switchboard
