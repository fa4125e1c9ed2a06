#pragma once

#include "fakes.h"
#include "timing/context.h"

namespace switchboard::testing {

/// What every part of the core is built on, with fakes where the platform would be. `endOfTurns` counts.
struct Workbench {
  Workbench() { recordedClock.release(); }

  FakeClock clock;
  FakeTimer timer{clock};
  FakeRandom random;
  RecordingLog log;
  int turnsEnded = 0;
  Turns turns{[this] { ++turnsEnded; }};
  RecorderOptions recorderOptions{65'536, true, {}, {}};
  RecordedClock recordedClock{clock, turns};
  Recorder recorder{recorderOptions, recordedClock};
  DeadlineQueue deadlines{recordedClock, timer, turns, recorder};
  Context context{recordedClock, deadlines, turns, random, log, recorder};

  void advance(Duration span) { timer.advance(span); }
  /// Milliseconds from now to the soonest deadline; −1 when nothing is waited for.
  Duration untilTimer() const { return timer.isArmed() ? timer.due() - clock.now() : Duration{-1}; }
};

constexpr Duration ms(std::int64_t count) {
  return Duration{count};
}

}  // namespace switchboard::testing
