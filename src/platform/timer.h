#pragma once

#include "base/time.h"

namespace switchboard {

class TimerEvents {
 public:
  virtual void onTimer() = 0;

 protected:
  ~TimerEvents() = default;
};

/// The one timer of a client. Never calls `onTimer` from inside `arm`.
class Timer {
 public:
  virtual ~Timer() = default;
  /// Calls `events.onTimer()` once, `delay` (0 or more) from now or a little later; replaces what was armed before.
  virtual void arm(Duration delay, TimerEvents& events) = 0;
  /// `onTimer` is not called after this returns.
  virtual void cancel() = 0;
};

}  // namespace switchboard
