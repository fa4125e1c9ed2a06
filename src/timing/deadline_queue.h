#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"
#include "base/time.h"
#include "base/turn.h"
#include "platform/clock.h"
#include "platform/timer.h"
#include "recorder/recorder.h"

namespace switchboard {

/// Every reason for which the core ever waits.
enum class DeadlineKind : unsigned char {
  Plan,             ///< Subscriptions of one tick are planned together.
  ConnectTimeout,   ///< The handshake must be complete.
  Reconnect,        ///< Next attempt after a backoff.
  Silence,          ///< No frame arrived for a while: probe.
  HeartbeatAnswer,  ///< The probe must be answered.
  IdleClose,        ///< No channel needs the socket any more.
  JoinSlot,         ///< The pace of joins allows the next one.
  JoinTimeout,      ///< The server must have answered a join.
  LiveTimeout,      ///< Changes must have been announced after a join.
  Retry,            ///< A key whose channel failed may be planned again.
  Linger,           ///< A key without subscribers is released.
  Overlap,          ///< Two channels carry the same keys during a handover.
  TokenTimeout,     ///< The accessToken callback must have completed.
  Window,           ///< Changes that were held back are delivered.
  Poll,             ///< Subscriptions that are not live are to be polled.
  StatusSettle,     ///< A worse overall status has lasted long enough to be reported.
  TokenRefresh,     ///< The token is about to expire.
  Pulse,            ///< A beat of the database's pulse is overdue, or its channel may join again.
  Track,            ///< A presence call is sent at the end of this entry, or when the server's limit allows it.
  Push,             ///< A broadcast may be sent, or its timeout is over.
  Fill,             ///< Numbered changes that are missing are asked for, or the answer is overdue.
  Beat,             ///< A beat of the broadcasts' replication is overdue.
};

std::string_view toString(DeadlineKind kind);

class Deadline;

/// All deadlines of a client on one platform timer. Equal times fall due in the order in which they were set.
class DeadlineQueue final : private TimerEvents {
 public:
  DeadlineQueue(const Clock& clock, Timer& timer, Turns& turns, Recorder& recorder)
      : clock_(clock), timer_(timer), turns_(turns), recorder_(recorder) {}
  ~DeadlineQueue();
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  /// Within an entry into the core (see Turns) the clock is read once; all of the entry happens at that time.
  TimePoint now() const {
    if (!turns_.active()) return clock_.now();
    if (nowOf_ != turns_.entry()) {
      nowOf_ = turns_.entry();
      now_ = clock_.now();
    }
    return now_;
  }
  std::size_t size() const { return heap_.size(); }
  /// Called whenever the platform timer fires, before any deadline runs, with the delay by the monotonic or the wall
  /// clock, whichever is larger. (The monotonic clock may stop during sleep.)
  void onFire(InlineCallback<void(Duration)> callback) { onFire_ = callback; }
  /// Runs the deadlines that are due, without waiting for the platform timer, which browsers may throttle.
  void runDue();
  /// "Silence in 1200 ms, …", soonest first; for logs and failing tests.
  std::string toString() const;

 private:
  friend class Deadline;

  void insert(Deadline& deadline);
  void move(Deadline& deadline);
  void remove(Deadline& deadline);
  void siftUp(std::size_t i);
  void siftDown(std::size_t i);
  void place(Deadline* deadline, std::size_t i);
  void armTimer();
  Duration wallAhead() const;
  void onTimer() override;
  void fire();

  const Clock& clock_;
  Timer& timer_;
  Turns& turns_;
  Recorder& recorder_;
  Vector<Deadline*> heap_;
  InlineCallback<void(Duration)> onFire_;
  TimePoint armedFor_{};
  Duration wallAhead_{0};  ///< how far the wall clock has run ahead of the monotonic one since the idle timer was armed
  std::uint64_t nextSequence_ = 0;
  mutable TimePoint now_{};  ///< in the entry `nowOf_`
  mutable std::uint64_t nowOf_ = 0;
  bool armed_ = false;
  bool running_ = false;
};

/// One reason to wait, owned by whoever waits. Destroying it cancels it. Its callback must not destroy it (use
/// `Turns::deferredDelete`).
class Deadline {
 public:
  Deadline(DeadlineQueue& queue, DeadlineKind kind, InlineCallback<void()> onDue)
      : queue_(queue), onDue_(onDue), kind_(kind) {}
  ~Deadline() { cancel(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void setAt(TimePoint at);
  void setAfter(Duration delay) { setAt(queue_.now() + delay); }
  /// Like setAfter, but only if it is not set or set for later.
  void setWithin(Duration delay);
  void cancel();
  bool isSet() const { return index_ != kNotQueued; }
  /// Only meaningful while set.
  TimePoint at() const { return at_; }
  DeadlineKind kind() const { return kind_; }

 private:
  friend class DeadlineQueue;
  static constexpr std::size_t kNotQueued = static_cast<std::size_t>(-1);

  DeadlineQueue& queue_;
  InlineCallback<void()> onDue_;
  TimePoint at_{};
  std::uint64_t sequence_ = 0;
  std::size_t index_ = kNotQueued;
  DeadlineKind kind_;
};

}  // namespace switchboard
