#pragma once

#include <cstdint>

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/timer.h"

namespace switchboard {

class EmscriptenClock final : public Clock {
 public:
  TimePoint now() const override;
  WallTime wallNow() const override;
};

/// setTimeout. Delays above 2^31−1 ms, which JavaScript does not support, end early; the deadline queue then waits
/// again.
class EmscriptenTimer final : public Timer {
 public:
  ~EmscriptenTimer() override { cancel(); }
  void arm(Duration delay, TimerEvents& events) override;
  void cancel() override;
  void fire();

 private:
  TimerEvents* events_ = nullptr;
  std::uint32_t number_ = 0;
};

/// crypto.getRandomValues.
class EmscriptenRandom final : public Random {
 public:
  std::uint64_t next() override;
};

}  // namespace switchboard
