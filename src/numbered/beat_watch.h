#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "timing/context.h"

namespace switchboard {

class BeatWatchDelegate {
 public:
  /// Broadcasts from the database may have been lost, on any topic: a beat was skipped or is overdue, or beats came
  /// back. While they are overdue it is called again and again, less and less often.
  virtual void onBroadcastsDoubted() = 0;

 protected:
  ~BeatWatchDelegate() = default;
};

/// Watches the beats of the topic `switchboard:beat`. Each says when the next one comes. Before the first beat nothing
/// is doubted: the database may have no beat.
class BeatWatch {
 public:
  BeatWatch(Context& context, BeatWatchDelegate& delegate);

  /// The channel is joined; beats before it do not count.
  void onJoined();
  void onInterrupted();
  /// A broadcast with the event `beat`.
  void onBeat(std::string_view text);
  bool isBeating() const { return isBeating_; }

 private:
  void expect(Duration within);
  void onDue();

  Context& context_;
  BeatWatchDelegate& delegate_;
  Deadline next_;
  std::optional<std::uint64_t> seq_;
  Duration every_{0};
  TimePoint dueAt_{};
  unsigned silences_ = 0;  ///< how often it was reported that beats are overdue
  bool isJoined_ = false;
  bool isBeating_ = false;
};

}  // namespace switchboard
