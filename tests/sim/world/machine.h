#pragma once

#include <algorithm>
#include <utility>

#include "platform/clock.h"
#include "platform/timer.h"
#include "world/event_queue.h"

namespace switchboard::sim {

/// 2026-11-22T12:00:00Z, when every world begins.
constexpr WallTime kWallStart{Duration{1'795'348'800'000}};

/// The computer on which the client runs: it can sleep, and then neither timers nor frames reach the client, until it
/// wakes. The monotonic clock goes on meanwhile or stops.
class Machine final : public Clock {
 public:
  explicit Machine(EventQueue& events) : events_(events) {}

  TimePoint now() const override { return TimePoint{Duration{1'000} + events_.now() - stoodStill_}; }
  WallTime wallNow() const override { return kWallStart + events_.now() + wallError_; }
  /// How far its calendar is ahead of the true one.
  Duration wallError() const { return wallError_; }
  /// Somebody or something sets the calendar.
  void setWallError(Duration error) { wallError_ = error; }

  bool asleep() const { return events_.now() < wakesAt_; }
  Duration wakesAt() const { return wakesAt_; }
  /// `clockStops`: the monotonic clock does not count the time.
  void sleep(Duration span, bool clockStops) {
    wakesAt_ = events_.now() + span;
    slept_ += span;
    if (clockStops) stoodStill_ += span;  // at once: nobody reads the clock while all sleep
  }
  /// Time during which the client could act, for bounds on how long it may take.
  Duration awakeTime() const { return std::max(events_.now(), wakesAt_) - slept_; }

 private:
  EventQueue& events_;
  Duration wakesAt_{0};
  Duration stoodStill_{0};
  Duration slept_{0};
  Duration wallError_{0};
};

/// The platform timer of one client on a Machine.
class MachineTimer final : public Timer {
 public:
  MachineTimer(EventQueue& events, const Machine& machine) : events_(events), machine_(machine) {}
  MachineTimer(const MachineTimer&) = delete;
  MachineTimer& operator=(const MachineTimer&) = delete;

  /// Timers fire on whole multiples of this only, as those of hidden pages do; 0: at once.
  void setGrain(Duration grain) { grain_ = grain; }

  void arm(Duration delay, TimerEvents& events) override {
    target_ = &events;
    due_ = machine_.now() + delay;
    ++generation_;
    wait(delay);
  }
  void cancel() override {
    target_ = nullptr;
    ++generation_;
  }
  bool isArmed() const { return target_ != nullptr; }

 private:
  void wait(Duration delay) {
    Duration at = events_.now() + delay;
    if (grain_ > Duration{0}) at = (at + grain_ - Duration{1}) / grain_ * grain_;
    events_.at(at, [this, generation = generation_] {
      if (generation == generation_) {
        fire();
      } else {
        events_.discount();
      }
    });
  }
  void fire() {
    if (machine_.asleep()) {
      wait(machine_.wakesAt() - events_.now());
    } else if (machine_.now() < due_) {  // the clock stood still for a while
      wait(due_ - machine_.now());
    } else {
      std::exchange(target_, nullptr)->onTimer();
    }
  }

  EventQueue& events_;
  const Machine& machine_;
  TimerEvents* target_ = nullptr;
  TimePoint due_{};
  Duration grain_{0};
  unsigned generation_ = 0;
};

}  // namespace switchboard::sim
