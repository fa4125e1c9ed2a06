#pragma once

#include "pool/connection_pool.h"
#include "subscription/channels/bisection.h"
#include "subscription/channels/channel_opener.h"
#include "subscription/channels/channel_table.h"
#include "subscription/channels/handover.h"
#include "subscription/continuity/gap_evidence.h"
#include "subscription/continuity/gap_reporter.h"
#include "subscription/continuity/state_reporter.h"
#include "subscription/options.h"
#include "subscription/planning/reconciler.h"
#include "subscription/pulse/pulse_watch.h"

namespace switchboard {

/// What follows for the keys when something happens to a channel, a socket or the access token: they go live, come back
/// later, are parted or parked, or have a gap. What is to be opened or ended then is the reconciler's part.
class ChannelEvents final : public PoolTenant, public ChangesChannelDelegate, public SharedChannelDelegate {
 public:
  /// All arguments outlive this.
  ChannelEvents(const SubscriptionsOptions& options, Context& context, ConnectionPool& pool, Registry& registry,
                ChannelTable& channels, ChannelOpener& opener, Handovers& handovers, Reconciler& reconciler,
                GapEvidence& evidence, GapReporter& gaps, StateReporter& states, PulseWatch& pulses)
      : options_(options),
        context_(context),
        pool_(pool),
        registry_(registry),
        channels_(channels),
        opener_(opener),
        handovers_(handovers),
        reconciler_(reconciler),
        evidence_(evidence),
        gaps_(gaps),
        states_(states),
        pulses_(pulses),
        bisection_(registry, channels) {}

  /// Keys that wait or are parked are tried again.
  void retryAll();

  void onSocketState(Multiplexer& socket) override;
  bool carriesLive(const Multiplexer& socket) const override { return channels_.carriesLive(socket); }
  void onPlaces() override { reconciler_.planSoon(); }
  void onTokenChanged() override;
  void onTokenState() override;

  void onJoining(ChangesChannel& channel) override;
  void onLive(ChangesChannel& channel, bool again) override;
  void onFailed(ChangesChannel& channel, const Cause& cause, bool refused) override;
  void onCollision(ChangesChannel& channel, KeyId key) override;
  void onUnreadable(ChangesChannel& channel) override;

 private:
  void recallQueued(const Multiplexer& socket);
  Vector<KeyEntry*> abandon(ChangesChannel& channel, const Cause& cause);
  void retryLater(const Vector<KeyEntry*>& entries, const Cause& cause);
  void park(const Vector<ChannelBinding>& bindings, const Vector<KeyEntry*>& entries, const Cause& cause);

  // More members than elsewhere: here meet the tables and everybody who has to hear of an event.
  const SubscriptionsOptions& options_;
  Context& context_;
  ConnectionPool& pool_;
  Registry& registry_;
  ChannelTable& channels_;
  ChannelOpener& opener_;
  Handovers& handovers_;
  Reconciler& reconciler_;
  GapEvidence& evidence_;
  GapReporter& gaps_;
  StateReporter& states_;
  PulseWatch& pulses_;
  Bisection bisection_;
};

}  // namespace switchboard
