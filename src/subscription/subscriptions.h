#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "pool/connection_pool.h"
#include "status/tracker.h"
#include "subscription/change_router.h"
#include "subscription/channels/channel_events.h"
#include "subscription/channels/channel_opener.h"
#include "subscription/channels/channel_table.h"
#include "subscription/channels/handover.h"
#include "subscription/continuity/gap_evidence.h"
#include "subscription/continuity/gap_reporter.h"
#include "subscription/continuity/poll_fallback.h"
#include "subscription/continuity/state_reporter.h"
#include "subscription/delivery/fan_out.h"
#include "subscription/interest/registry.h"
#include "subscription/options.h"
#include "subscription/planning/reconciler.h"
#include "subscription/pulse/pulse_watch.h"

namespace switchboard {

/// Where the changes of keys come from that are numbered.
class NumberedRoad {
 public:
  /// Keys may have come, or wait no longer.
  virtual void update() = 0;
  /// The key has no subscribers any more. It may be one that fell back.
  virtual void leave(KeyEntry& entry) = 0;

 protected:
  ~NumberedRoad() = default;
};

/// All subscriptions to database changes: a tenant of the connection pool. This class only takes the application's
/// calls and puts the parts together; which part does what, its header says:
///
/// * interest: who wants what (Registry), and whose binding brings it (Coverage)
/// * channels: what has to be open (Reconciler), and what follows when something happens to it (ChannelEvents)
/// * delivery: a change's way to its subscribers (ChangeRouter, FanOut)
/// * continuity: what was missed, and the state of keys (GapReporter, StateReporter, PulseWatch, PollFallback)
class Subscriptions final : private WindowDelegate {
 public:
  /// All arguments outlive this.
  Subscriptions(const SubscriptionsOptions& options, Context& context, ConnectionPool& pool, StatusTracker& tracker,
                DeliveryQueue& deliveries);
  ~Subscriptions();
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  /// To be called at most once, before the first subscription.
  void useNumberedRoad(NumberedRoad& road) { numberedRoad_ = &road; }

  /// False when the id is in use.
  bool subscribe(SubscriptionId id, Spec&& spec, DeliverySpec&& delivery);
  /// Unknown ids are ignored, here and below.
  void unsubscribe(SubscriptionId id);
  void unsubscribeAll();
  /// While paused nothing is delivered; what comes in is held, conflated if the subscription conflates.
  void pause(SubscriptionId id) { fanOut_.pause(id); }
  void resume(SubscriptionId id) { fanOut_.resume(id); }
  /// Hands over what is held for it, unless it is paused.
  void flush(SubscriptionId id) { fanOut_.flush(id); }
  /// Gives up all waits and parks, and replaces every socket of the pool.
  void reconnectAll();
  /// What the runtime says of the network.
  void setOnline(bool online) { pollFallback_.setOnline(online); }
  /// Nobody looks, or the link is slow or paid by the byte.
  void setSparing(bool sparing) { pollFallback_.setSparing(sparing); }
  /// This process did not run for a while, so nothing could come in.
  void excusePulses() { pulses_.excuse(); }
  /// Ends every channel, for good. The pool is shut down after it.
  void shutDown();

  /// Does what was put off to the end of the turn.
  void settle() { reconciler_.settle(); }
  /// Whether there is anything to take.
  bool hasNews() const { return states_.hasNotices() || gaps_.hasAny() || pollFallback_.hasPolls(); }
  Vector<Notice> takeNotices() { return states_.takeNotices(); }
  Vector<Gap> takeGaps() { return gaps_.take(); }
  /// Subscriptions whose rows are to be fetched because they have not been live for a while.
  Vector<SubscriptionId> takePolls() { return pollFallback_.takePolls(); }

  // Of numbered keys.
  void setNumberedState(KeyEntry& entry, SubscriptionState state, Cause cause, unsigned attempts,
                        std::optional<WallTime> nextTryAt);
  /// A change for each of the keys; `payload` as in a frame.
  void deliver(const Vector<KeyEntry*>& entries, std::string_view payload);
  /// The database gave so many messages that had been missed.
  void onFilled(std::uint64_t messages) { pool_.counters().filled += messages; }
  void reportGap(const KeyEntry& entry, const Cause& cause, const GapStart& start) {
    gaps_.report(entry.id, entry.subscribers, cause, start);
  }
  /// The database's clock showed at least this then, as far as is known.
  WallTime databaseTime(Moment moment) { return evidence_.earliest(moment); }
  /// For the status of a key that fell back: why it does not return.
  void setFallback(KeyEntry& entry, const Cause& cause);
  /// A key that fell back returns to the broadcast road. What is missing until it is live there is a gap.
  void changeOver(KeyEntry& entry);
  /// The key is about to be live, and gets all changes after this number: if it has a gap, that ends there.
  static void endGapAt(KeyEntry& entry, std::string_view epoch, std::uint64_t number) {
    GapReporter::endAt(entry, epoch, number);
  }
  /// The key can't be on the broadcast road. It goes to the other one or, where it may not, is parked. `start`: of what
  /// is missing from now on; nothing: nothing is. `came`: when that came with whose commit it begins.
  void fallBack(KeyEntry& entry, const Cause& cause, const std::optional<GapStart>& start, TimePoint came);

  Registry& registry() { return registry_; }
  const Registry& registry() const { return registry_; }
  std::size_t channelCount() const { return channels_.size(); }
  /// Channels that listen to the database's pulse.
  std::size_t pulseCount() const { return pulses_.channelCount(); }

 private:
  void leaveNumbers(KeyEntry& entry);
  void onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit,
                        const Change& last) override;
  void onConflated(std::size_t changes, std::size_t subscribers) override;

  // More members than elsewhere: the parts, each built from those before it.
  const SubscriptionsOptions& options_;
  Context& context_;
  ConnectionPool& pool_;
  StatusTracker& tracker_;
  const std::string topicPrefix_;  ///< of all channels of this client
  Registry registry_;
  ChannelTable channels_;
  PulseSet pulseSet_;
  GapEvidence evidence_;
  GapReporter gaps_;
  StateReporter states_;
  PollFallback pollFallback_;
  PulseWatch pulses_;
  Handovers handovers_;
  FanOut fanOut_;
  ChangeRouter router_;
  ChannelOpener opener_;
  Reconciler reconciler_;
  ChannelEvents events_;
  NumberedRoad* numberedRoad_ = nullptr;
  Vector<SubscriptionId> immediate_;  // reused for each change
  bool shutDown_ = false;
};

}  // namespace switchboard
