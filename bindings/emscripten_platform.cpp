#include "emscripten_platform.h"

#include <emscripten/em_macros.h>

#include <algorithm>
#include <cstddef>

extern "C" {
// in platform_library.js
/// Monotonic, in ms.
double switchboard_now();
/// Since 1970, in ms.
double switchboard_wall_now();
void switchboard_random(void* to, std::size_t bytes);
/// Calls `switchboard_timer_fired(timer)` after `delay` ms. Returns a number with which it can be cleared.
std::uint32_t switchboard_set_timer(switchboard::EmscriptenTimer* timer, double delay);
void switchboard_clear_timer(std::uint32_t number);

EMSCRIPTEN_KEEPALIVE void switchboard_timer_fired(switchboard::EmscriptenTimer* timer) {
  timer->fire();
}
}

namespace switchboard {

TimePoint EmscriptenClock::now() const {
  return TimePoint(Duration{static_cast<Duration::rep>(switchboard_now())});
}

WallTime EmscriptenClock::wallNow() const {
  return WallTime(Duration{static_cast<Duration::rep>(switchboard_wall_now())});
}

void EmscriptenTimer::arm(Duration delay, TimerEvents& events) {
  constexpr Duration kLongest{0x7FFFFFFF};
  cancel();
  events_ = &events;
  number_ = switchboard_set_timer(this, static_cast<double>(std::min(delay, kLongest).count()));
}

void EmscriptenTimer::cancel() {
  if (events_ != nullptr) switchboard_clear_timer(number_);
  events_ = nullptr;
}

void EmscriptenTimer::fire() {
  TimerEvents* const events = events_;
  events_ = nullptr;
  if (events != nullptr) events->onTimer();
}

std::uint64_t EmscriptenRandom::next() {
  std::uint64_t value = 0;
  switchboard_random(&value, sizeof value);
  return value;
}

}  // namespace switchboard
