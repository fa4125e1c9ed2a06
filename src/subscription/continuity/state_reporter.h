#pragma once

#include <utility>

#include "base/containers/vector.h"
#include "status/tracker.h"
#include "subscription/continuity/gap_reporter.h"
#include "subscription/interest/registry.h"
#include "timing/context.h"

namespace switchboard {

/// Moves keys from state to state, and brings status and subscribers up to date with them.
class StateReporter {
 public:
  StateReporter(Context& context, StatusTracker& tracker, GapReporter& gaps)
      : context_(context), tracker_(tracker), gaps_(gaps) {}

  /// Subscribers hear of going live, and of each error that is not the one they know already. A key that is not live
  /// any more has a gap, from its `start` on.
  void setState(KeyEntry& entry, SubscriptionState state, Cause cause);
  /// The changes of a live key can't be relied on from there on, until `confirm` or until it goes live again: an open
  /// gap. Returns who hears of it now, which is not everybody if it was suspect already.
  Vector<SubscriptionId> suspect(KeyEntry& entry, const Cause& cause, const GapStart& start);
  void confirm(KeyEntry& entry);

  /// It has failed once more than `failures` times in a row, and is tried again at that time, if there is one.
  static void countFailure(KeyEntry& entry, unsigned failures, std::optional<TimePoint> retryAt);
  static void forgetFailures(KeyEntry& entry) { entry.retries.attempts_ = 0; }
  /// When the socket or token that it waits for is tried again.
  static void waitUntil(KeyEntry& entry, std::optional<WallTime> at) { entry.retries.waitsUntil_ = at; }

  /// The key has this subscriber now: it is to be notified of the state with the next `notifyNew`.
  void add(KeyEntry& entry, SubscriptionId id);
  /// Notifies those who joined a key that has a state worth a notice already.
  void notifyNew(KeyEntry& entry);
  /// Brings the status up to date without a notice.
  void report(const KeyEntry& entry);

  /// The subscription has ended, and is not to hear of what was not taken yet.
  void forget(KeyEntry& entry, SubscriptionId id);
  Vector<Notice> takeNotices() { return std::exchange(notices_, {}); }
  bool hasNotices() const { return !notices_.empty(); }

 private:
  void notify(const KeyEntry& entry, const Vector<SubscriptionId>& subscribers, bool alreadyLive);
  std::optional<WallTime> nextRetryAt(const KeyEntry& entry) const;

  Context& context_;
  StatusTracker& tracker_;
  GapReporter& gaps_;
  Vector<Notice> notices_;
};

}  // namespace switchboard
