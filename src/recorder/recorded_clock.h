#pragma once

#include "base/turn.h"
#include "platform/clock.h"

namespace switchboard {

class Recorder;

/// The clock of the core. Within an entry into the core time stands still, so that all that an entry decides by is the
/// one time that its recording has.
class RecordedClock final : public Clock {
 public:
  RecordedClock(const Clock& source, const Turns& turns) : source_(source), turns_(turns) { refresh(); }
  RecordedClock(const RecordedClock&) = delete;
  RecordedClock& operator=(const RecordedClock&) = delete;

  /// Gets each change of the distance between the clocks.
  void attach(Recorder& recorder) { recorder_ = &recorder; }
  /// From now on time goes on between entries: the client is built.
  void release() { held_ = false; }
  TimePoint now() const override {
    follow();
    return now_;
  }
  /// By the monotonic clock, from when the two were last compared: they are read one after the other, and a difference
  /// of 1 ms is none.
  WallTime wallNow() const override;

 private:
  friend class ClockHold;

  void follow() const {
    if (!held_ && (!turns_.active() || turn_ != turns_.outermost())) refresh();
  }
  void refresh() const {
    turn_ = turns_.outermost();
    now_ = source_.now();
    isCompared_ = false;
  }

  const Clock& source_;
  const Turns& turns_;
  Recorder* recorder_ = nullptr;
  mutable TimePoint now_{};
  mutable Duration ahead_{0};  ///< the wall clock of the monotonic one
  mutable std::uint64_t turn_ = 0;
  mutable bool isCompared_ = false;
  bool held_ = true;
};

/// Reads the clock once, and holds that time to the end of its scope: for an entry that does more than its turn.
class ClockHold {
 public:
  explicit ClockHold(RecordedClock& clock) : clock_(clock), held_(clock.held_) {
    clock.held_ = true;
    clock.refresh();
  }
  ~ClockHold() { clock_.held_ = held_; }
  ClockHold(const ClockHold&) = delete;
  ClockHold& operator=(const ClockHold&) = delete;

 private:
  RecordedClock& clock_;
  const bool held_;
};

}  // namespace switchboard
