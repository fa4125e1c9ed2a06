#pragma once

#include "fakes.h"
#include "timing/context.h"

namespace switchboard::testing {

/// What every part of the core is built on, with fakes where the platform would be. `endOfTurns` counts.
struct Workbench {
  FakeClock clock;
  FakeTimer timer{clock};
  FakeRandom random;
  RecordingLog log;
  int turnsEnded = 0;
  Turns turns{[this] { ++turnsEnded; }};
  DeadlineQueue deadlines{clock, timer, turns};
  Context context{clock, deadlines, turns, random, log};

  void advance(Duration span) { timer.advance(span); }
  /// Milliseconds from now to the soonest deadline; −1 when nothing is waited for.
  Duration untilTimer() const { return timer.isArmed() ? timer.due() - clock.now() : Duration{-1}; }
};

constexpr Duration ms(std::int64_t count) {
  return Duration{count};
}

}  // namespace switchboard::testing
