#pragma once

#include <chrono>
#include <cstdint>

namespace switchboard {

using Duration = std::chrono::milliseconds;

/// Tag of the monotonic clock that `platform/clock.h` reads. It may stop while the machine sleeps.
struct MonotonicClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using TimePoint = MonotonicClock::time_point;

/// Milliseconds since the Unix epoch, for times that people read and for the `exp` of tokens.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// A moment by both clocks of this machine.
struct Moment {
  TimePoint at{};
  WallTime wall{};
};

}  // namespace switchboard
