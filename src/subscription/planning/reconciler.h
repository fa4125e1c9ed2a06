#pragma once

#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"
#include "pool/connection_pool.h"
#include "subscription/channels/channel_opener.h"
#include "subscription/channels/channel_table.h"
#include "subscription/channels/handover.h"
#include "subscription/continuity/state_reporter.h"
#include "subscription/interest/coverage.h"
#include "subscription/planning/key_timers.h"
#include "subscription/planning/planner.h"

namespace switchboard {

/// Brings the channels in step with what is subscribed to. Plans once a tick or turn, so that what is asked for
/// together shares a channel. Channels are only opened on sockets that are open: until then there is nothing to gain,
/// and what comes in meanwhile still gets packed.
class Reconciler {
 public:
  /// `tenant`: in whose name sockets are needed. `afterPlan`: runs after each plan. All arguments outlive this.
  Reconciler(const PlanLimits& limits, const PoolTenant& tenant, Context& context, ConnectionPool& pool,
             Registry& registry, ChannelTable& channels, ChannelOpener& opener, Handovers& handovers,
             GapEvidence& evidence, StateReporter& states, InlineCallback<void()> afterPlan);

  /// Something has changed: plans at the end of this turn.
  void planSoon() { planAtTurnEnd_ = true; }
  /// Plans in the next tick, with all that comes in this one.
  void planNextTick() { planTick_.setWithin(Duration{0}); }
  /// Plans when the key has lingered this long, unless it has a subscriber again.
  void linger(KeyEntry& entry, Duration span) { timers_.linger(entry, span); }
  static void endLinger(KeyEntry& entry) { KeyTimers::endLinger(entry); }
  /// The turn ends.
  void settle() {
    if (planAtTurnEnd_) plan();
  }
  /// What keys without a channel wait for may have changed.
  void updateWaiting();
  /// A handover is over. The old channel leaves, unless it carries something that is subscribed to again: then the
  /// new one does.
  void finishHandover(ChannelId oldChannel, ChannelId newChannel);
  /// No more plans.
  void stop();

 private:
  void plan();
  bool needsSocket() const;
  void assignSources();
  void attach(KeyEntry& entry, KeyEntry& source);
  Vector<DesiredBinding> desiredBindings() const;
  Vector<CurrentChannel> currentChannels() const;
  void open(const Vector<NewChannel>& wanted);

  // More members than elsewhere: a plan brings the four tables (keys, channels, sockets, handovers) together.
  const PlanLimits& limits_;
  const PoolTenant& tenant_;
  Context& context_;
  ConnectionPool& pool_;
  Registry& registry_;
  Coverage coverage_;
  ChannelTable& channels_;
  ChannelOpener& opener_;
  Handovers& handovers_;
  GapEvidence& evidence_;
  StateReporter& states_;
  InlineCallback<void()> afterPlan_;
  KeyTimers timers_;
  Deadline planTick_;
  bool planAtTurnEnd_ = false;
  bool stopped_ = false;
};

}  // namespace switchboard
