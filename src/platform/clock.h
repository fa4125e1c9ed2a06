#pragma once

#include "base/time.h"

namespace switchboard {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Monotonic.
  virtual TimePoint now() const = 0;
  /// The wall clock; may jump.
  virtual WallTime wallNow() const = 0;
};

}  // namespace switchboard
