#pragma once

#include <algorithm>

#include "base/turn.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/random.h"
#include "recorder/recorder.h"
#include "timing/deadline_queue.h"

namespace switchboard {

/// What nearly every part of one client uses. All of it outlives those parts.
struct Context {
  const Clock& clock;
  DeadlineQueue& deadlines;
  Turns& turns;
  Random& random;
  Log& log;
  Recorder& recorder;

  TimePoint now() const { return deadlines.now(); }
  Moment moment() const { return {now(), clock.wallNow()}; }
  /// What the wall clock will show at this time; what it shows now, if that has passed.
  WallTime wallAt(TimePoint at) const { return clock.wallNow() + std::max(Duration{0}, at - now()); }
};

}  // namespace switchboard
