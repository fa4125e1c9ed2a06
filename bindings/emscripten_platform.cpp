#include "emscripten_platform.h"

#include <emscripten/emscripten.h>
#include <emscripten/eventloop.h>
#include <emscripten/html5.h>
#include <unistd.h>

#include <algorithm>

namespace switchboard {

TimePoint EmscriptenClock::now() const {
  return TimePoint(Duration{static_cast<Duration::rep>(emscripten_get_now())});
}

WallTime EmscriptenClock::wallNow() const {
  return WallTime(Duration{static_cast<Duration::rep>(emscripten_date_now())});
}

void EmscriptenTimer::arm(Duration delay, TimerEvents& events) {
  constexpr Duration kLongest{0x7FFFFFFF};
  cancel();
  events_ = &events;
  handle_ = static_cast<int>(
      emscripten_set_timeout(&EmscriptenTimer::fire, static_cast<double>(std::min(delay, kLongest).count()), this));
}

void EmscriptenTimer::cancel() {
  if (events_ != nullptr) emscripten_clear_timeout(handle_);
  events_ = nullptr;
}

void EmscriptenTimer::fire(void* self) {
  auto& timer = *static_cast<EmscriptenTimer*>(self);
  TimerEvents* events = timer.events_;
  timer.events_ = nullptr;
  if (events != nullptr) events->onTimer();
}

std::uint64_t EmscriptenRandom::next() {
  std::uint64_t value = 0;
  getentropy(&value, sizeof value);
  return value;
}

}  // namespace switchboard
