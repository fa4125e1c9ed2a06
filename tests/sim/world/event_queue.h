#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace switchboard::sim {

/// The world's time, which passes only from event to event. Events of the same moment happen in the order in which they
/// were put in.
class EventQueue {
 public:
  /// Since the world began.
  Duration now() const { return now_; }
  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }

  void after(Duration delay, std::function<void()> action) { at(now_ + delay, std::move(action)); }
  void at(Duration time, std::function<void()> action) {
    events_.push_back({std::max(time, now_), nextSequence_++, std::move(action)});
    std::push_heap(events_.begin(), events_.end(), isLater);
  }

  /// Lets the next event happen. Not when empty.
  void step() {
    std::pop_heap(events_.begin(), events_.end(), isLater);
    Event event = std::move(events_.back());
    events_.pop_back();
    now_ = event.time;
    ++steps_;
    event.action();
  }
  /// How many have happened.
  std::uint64_t steps() const { return steps_; }
  /// The event that is happening turned out to be none.
  void discount() { --steps_; }
  Duration nextAt() const { return events_.front().time; }

 private:
  struct Event {
    Duration time;
    std::uint64_t sequence;
    std::function<void()> action;
  };

  static bool isLater(const Event& a, const Event& b) {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }

  std::vector<Event> events_;
  Duration now_{0};
  std::uint64_t nextSequence_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace switchboard::sim
