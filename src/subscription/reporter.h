#pragma once

#include <utility>

#include "base/list.h"
#include "status/gap.h"
#include "status/tracker.h"
#include "subscription/registry.h"
#include "timing/context.h"

namespace switchboard {

/// Moves keys from state to state and tells the status and the subscribers of it.
class Reporter {
 public:
  /// `hasPulse`: silent losses are told of by a pulse, so that gaps begin where it last proved that nothing was
  /// missing.
  Reporter(Context& context, StatusTracker& tracker, bool hasPulse)
      : context_(context), tracker_(tracker), hasPulse_(hasPulse) {}

  /// Subscribers hear of going live, and of each error that is not the one they know already.
  void setState(KeyEntry& entry, SubscriptionState state, Cause cause);
  /// A key that waits has another reason to.
  void setWaiting(KeyEntry& entry, const Cause& cause);
  /// What was to come for the key until now has come.
  void prove(KeyEntry& entry);
  /// When the connection of the keys that are about to change state last gave a sign of life; where gaps begin, unless
  /// there is a proof.
  void setProofOfLife(WallTime at) { proofOfLife_ = at; }
  /// A live key may have missed changes from its last proof of life until now.
  void reportGap(const KeyEntry& entry, const Cause& cause);
  /// The same for some subscriptions of any key.
  void reportGap(const List<SubscriptionId>& subscribers, const Cause& cause);
  /// The changes of a live key can't be relied on since its last proof, until `endDoubt` or until it goes live anew: an
  /// open gap. Returns who has been told of it now, which is not everybody if it was in doubt already.
  List<SubscriptionId> beginDoubt(KeyEntry& entry, const Cause& cause);
  void endDoubt(KeyEntry& entry);
  List<Gap> takeGaps() { return std::exchange(gaps_, {}); }
  bool hasGaps() const { return !gaps_.empty(); }

  /// Tells those who joined a key that already stands somehow.
  void tellNewcomers(KeyEntry& entry);
  /// Brings the status up to date without a notice.
  void report(const KeyEntry& entry);

  /// The subscription has ended: what it has not been told yet, it is not to hear any more.
  void forget(SubscriptionId id);
  List<Notice> takeNotices() { return std::exchange(notices_, {}); }
  bool hasNotices() const { return !notices_.empty(); }

 private:
  /// Tells of an interruption all who have not been told.
  List<SubscriptionId> openGap(KeyEntry& entry, const Cause& cause);
  void closeGap(KeyEntry& entry);
  Gap describeGap(const KeyEntry* entry, const Cause& cause);
  void notify(const KeyEntry& entry, const List<SubscriptionId>& subscribers);
  std::optional<WallTime> nextRetryAt(const KeyEntry& entry) const;

  Context& context_;
  StatusTracker& tracker_;
  const bool hasPulse_;
  List<Notice> notices_;
  List<Gap> gaps_;
  std::optional<WallTime> proofOfLife_;
  std::uint32_t lastGap_ = 0;
};

}  // namespace switchboard
