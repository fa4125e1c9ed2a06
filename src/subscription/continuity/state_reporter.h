#pragma once

#include <utility>

#include "base/vector.h"
#include "status/gap.h"
#include "status/tracker.h"
#include "subscription/continuity/database_clock.h"
#include "subscription/interest/registry.h"
#include "timing/context.h"

namespace switchboard {

/// Moves keys from state to state and tells the status and the subscribers of it.
class StateReporter {
 public:
  StateReporter(Context& context, StatusTracker& tracker, const DatabaseClock& database)
      : context_(context), tracker_(tracker), database_(database) {}

  /// Subscribers hear of going live, and of each error that is not the one they know already. A key that is not live
  /// any more has a gap, from its `start` on.
  void setState(KeyEntry& entry, SubscriptionState state, Cause cause);
  /// A key that waits has another reason to.
  void setWaiting(KeyEntry& entry, const Cause& cause);
  /// These may have missed changes from there until now.
  void reportGap(const Vector<SubscriptionId>& subscribers, const Cause& cause, const GapStart& start);
  /// The changes of a live key can't be relied on from there on, until `confirm` or until it goes live again: an open
  /// gap. Returns who hears of it now, which is not everybody if it was suspect already.
  Vector<SubscriptionId> suspect(KeyEntry& entry, const Cause& cause, const GapStart& start);
  void confirm(KeyEntry& entry);
  Vector<Gap> takeGaps() { return std::exchange(gaps_, {}); }
  bool hasGaps() const { return !gaps_.empty(); }

  /// Tells those who joined a key that already stands somehow.
  void notifyNew(KeyEntry& entry);
  /// Brings the status up to date without a notice.
  void report(const KeyEntry& entry);

  /// The subscription has ended: what it has not been notified yet, it is not to hear any more.
  void forget(SubscriptionId id);
  Vector<Notice> takeNotices() { return std::exchange(notices_, {}); }
  bool hasNotices() const { return !notices_.empty(); }

 private:
  /// Tells of an interruption all who have not been notified.
  Vector<SubscriptionId> openGap(KeyEntry& entry, const Cause& cause, const GapStart& start);
  void closeGap(KeyEntry& entry);
  Gap describeGap(const Cause& cause, const GapStart& start);
  /// The end of a gap with this start that is over now.
  WallTime endOfGap(WallTime from) const;
  void notify(const KeyEntry& entry, const Vector<SubscriptionId>& subscribers, bool alreadyLive);
  std::optional<WallTime> nextRetryAt(const KeyEntry& entry) const;

  Context& context_;
  StatusTracker& tracker_;
  const DatabaseClock& database_;
  Vector<Notice> notices_;
  Vector<Gap> gaps_;
  std::uint32_t lastGap_ = 0;
};

}  // namespace switchboard
