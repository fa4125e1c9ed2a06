#pragma once

#include <memory>
#include <string>

#include "base/id_map.h"
#include "base/inline_callback.h"
#include "base/vector.h"
#include "pool/connection_pool.h"
#include "status/tracker.h"
#include "subscription/channels/changes_channel.h"
#include "subscription/channels/handover.h"
#include "subscription/channels/planner.h"
#include "subscription/continuity/gap_start.h"
#include "subscription/continuity/poll_fallback.h"
#include "subscription/continuity/pulse.h"
#include "subscription/continuity/state_reporter.h"
#include "subscription/delivery/fan_out.h"
#include "subscription/interest/registry.h"

namespace switchboard {

struct SubscriptionsOptions {
  ChangesChannelOptions channel;
  PlanLimits plan;
  PollFallbackOptions fallback;
  PulseOptions pulse;
  Duration linger{5'000};   ///< how long a key that nobody wants any more keeps its binding
  Duration retryBase{500};  ///< of a key whose channel failed
  Duration retryCap{30'000};
  Duration slowBase{15'000};  ///< least wait after the server spoke of a limit
  Duration slowCap{60'000};
  Duration parkedRetry{
      300'000};  ///< before what was refused for good is tried again, and up to a quarter more; 0: never
  Duration overlap{
      2'000};  ///< how long both channels of a handover run side by side; well above the server's slowest poll of 0.5 s
  Duration handoverPause{30'000};      ///< before a failed handover is tried again
  std::size_t windowBytes = 8u << 20;  ///< of row data that one delivery window holds
};

/// Connects what is wanted with the channels that bring it: holds the registry, plans channels for it, follows what
/// becomes of them, and hands each change to those who want it.
class Subscriptions final : private PoolTenant,
                            private SocketObserver,
                            private ChangesChannelDelegate,
                            private ChangeSink,
                            private SharedChannelDelegate,
                            private PulseDelegate,
                            private WindowDelegate {
 public:
  Subscriptions(const SubscriptionsOptions& options, Context& context, ConnectionPool& pool, StatusTracker& tracker,
                DeliveryQueue& deliveries);
  ~Subscriptions();
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  /// False when the id is in use.
  bool subscribe(SubscriptionId id, Spec spec, DeliverySpec delivery);
  void unsubscribe(SubscriptionId id);
  /// While paused nothing is delivered; what comes in is held, conflated if the subscription conflates. Unknown ids are
  /// ignored.
  void setPaused(SubscriptionId id, bool paused) { fanOut_.setPaused(id, paused); }
  /// Hands over what is held for it, unless it is paused. Unknown ids are ignored.
  void flush(SubscriptionId id) { fanOut_.flush(id); }
  void unsubscribeAll();
  /// Gives up all waits and parks, and replaces every connection.
  void reconnectAll();
  /// What the runtime says of the network.
  void setOnline(bool online) { pollFallback_.setOnline(online); }
  /// This process did not run for a while, so nothing could come in.
  void excusePulses();
  /// Nobody looks, or the link is slow or paid by the byte.
  void setSparing(bool sparing) { pollFallback_.setSparing(sparing); }
  /// Subscriptions whose rows are to be fetched because they have not been live for a while.
  Vector<SubscriptionId> takePolls() { return pollFallback_.takePolls(); }
  /// Whether there are polls, or the reporter has something to take.
  bool hasNews() const { return reporter_.hasNotices() || reporter_.hasGaps() || pollFallback_.hasPolls(); }
  /// Ends every channel, for good. The pool is shut down after it.
  void shutDown();

  /// Does what was put off to the end of the turn.
  void settle();
  StateReporter& reporter() { return reporter_; }
  const Registry& registry() const { return registry_; }
  std::size_t channelCount() const { return channels_.size(); }
  /// Channels that listen to the database's pulse.
  std::size_t pulseCount() const;

 private:
  // planning: subscriptions.cpp
  void plan();
  void endLingers();
  bool needsSocket() const;
  void wakeRetries();
  void assignSources();
  void attach(KeyEntry& entry, KeyEntry& source);
  bool isRepeated(KeyEntry& entry, const Change& change) const;
  void detach(KeyEntry& entry);
  static bool isNeeded(const KeyEntry& entry);
  Vector<DesiredBinding> desiredBindings();
  Vector<CurrentChannel> currentChannels() const;
  void finishHandover(ChannelId oldChannel, ChannelId newChannel);
  void eraseUnused();
  ChangesChannel* findCarrier(KeyId key, std::optional<ChannelId> except = std::nullopt) const;
  void armWaits();

  // sockets, and which channels go where: subscriptions_placement.cpp
  void openChannels(const Vector<NewChannel>& wanted);
  void openChannel(const NewChannel& wanted, Multiplexer& multiplexer);
  void endChannel(ChannelId id);
  Multiplexer* placeFor(const NewChannel& channel);
  bool carriesLive(const Multiplexer& multiplexer) const override;
  void recallQueued(const Multiplexer& multiplexer);
  void onSocketState(Multiplexer& multiplexer) override;
  void onSuspension() override { planAtTurnEnd_ = true; }
  void onRoundTrip(Multiplexer& multiplexer) override;
  void describe(const Multiplexer& multiplexer, ConnectionStatus& status) const override;
  void updateWaiting();

  // the database's pulse on each socket: subscriptions_pulse.cpp
  void addPulses();
  void updatePulses();
  Vector<KeyEntry*> liveOn(const Multiplexer& multiplexer);
  void suspect(Pulse& pulse, bool atOnce);
  Pulse* pulseOf(const Multiplexer& multiplexer) const;
  void onPulseState(Pulse& pulse, PulseState from) override;
  void onPulseSkipped(Pulse& pulse, const Cause& cause) override;
  /// Whether it is a beat that was brought by a binding to all tables.
  bool isStrayBeat(const KeyEntry& source, const Change& change) const;

  // where gaps begin: subscriptions_gaps.cpp
  /// Of the key's changes on this channel, if they stop coming now.
  GapStart gapStart(ChangesChannel& channel, const KeyEntry& entry);
  /// Of what the pulse proves to be lost.
  GapStart pulseGapStart(Pulse& pulse, const KeyEntry& entry);
  /// Of what the server did not send before it announced changes again.
  GapStart resubscribedGapStart(ChangesChannel& channel, const KeyEntry& entry);
  ChannelEvidence evidenceOf(ChangesChannel& channel, const KeyEntry& entry, bool settled);
  void readDatabaseClock();
  void readDatabaseClock(LastCommit& commits);
  void onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit) override;

  // what becomes of channels, connections and tokens: subscriptions_events.cpp; changes, the hot path:
  // subscriptions_changes.cpp
  void onJoining(ChangesChannel& channel) override;
  void onLive(ChangesChannel& channel, bool again) override;
  void onFailed(ChangesChannel& channel, const Cause& cause, bool refused) override;
  void onCollision(ChangesChannel& channel, KeyId key) override;
  void onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) override;
  void onUnreadable(ChangesChannel& channel) override;
  Vector<KeyEntry*> dependentsOf(const ChangesChannel& channel);
  Vector<KeyEntry*> abandon(ChangesChannel& channel, const Cause& cause);
  void bisect(const Vector<ChannelBinding>& bindings, const Cause& cause);
  bool mayBeToBlame(const Vector<ChannelBinding>& bindings, const Cause& cause);
  void retryLater(const Vector<KeyEntry*>& entries, const Cause& cause);
  void park(const Vector<ChannelBinding>& bindings, const Vector<KeyEntry*>& entries, const Cause& cause);
  void onConflated(std::size_t changes, std::size_t subscribers) override;
  void onTokenChanged() override;
  void onTokenState() override;

  const SubscriptionsOptions& options_;
  Context& context_;
  ConnectionPool& pool_;
  StatusTracker& tracker_;
  Registry registry_;
  DatabaseClock database_;
  StateReporter reporter_;
  Handovers handovers_;
  FanOut fanOut_;
  PollFallback pollFallback_;
  Vector<std::unique_ptr<Pulse>> pulses_;  ///< one for each socket; none when there is no pulse
  IdMap<ChannelId, ChangesChannel> channels_;
  Vector<SubscriptionId> immediate_;  // reused for each change
  Deadline planTick_;
  Deadline retry_;
  Deadline linger_;
  std::string topicPrefix_;
  std::uint32_t lastChannel_ = 0;
  std::uint32_t lastGroup_ = 0;
  bool planAtTurnEnd_ = false;
  bool shutDown_ = false;
};

}  // namespace switchboard
