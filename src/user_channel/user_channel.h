#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "broadcast/push_queue.h"
#include "broadcast/replay_log.h"
#include "channel/channel.h"
#include "channel/multiplexer.h"
#include "net/token_refresher.h"
#include "presence/own_presence.h"
#include "presence/presence_state.h"
#include "status/subscription_state.h"

namespace switchboard {

struct UserChannelSpec {
  std::string name;         ///< of the topic, without "realtime:"
  std::string presenceKey;  ///< empty: any
  bool isPrivate = false;
  std::optional<ReplayRequest> replay;  ///< of the time before the first join; private channels only
};

struct UserChannelOptions {
  Duration joinTimeout{10'000};
  Duration retryBase{500};
  Duration retryCap{30'000};
  Duration slowBase{15'000};  ///< least wait after the server spoke of a limit
  Duration slowCap{60'000};
  Duration parkedRetry{
      300'000};  ///< before what was refused for good is tried again, and up to a quarter more; 0: never
  Duration stableAfter{10'000};  ///< live for so long, a channel's next failure is its first
  Duration returnGrace{3'000};   ///< after an interruption, before members that are missing are reported as gone
  Duration replaySettle{2'000};  ///< after a join, until its replay is taken to be over, if the line is alive
  PushQueueOptions pushes;
  OwnPresenceOptions presence;
};

/// What one handle of a channel asks for.
struct HandleOptions {
  bool self = false;      ///< to get what it sends itself
  bool presence = false;  ///< to know who is present
};

/// A time in which broadcasts may have been missed.
struct UserChannelGap {
  Vector<HandleId> handles;  ///< that were open all the time
  ReasonCode code = ReasonCode::Ok;
  WallTime from{};      ///< when the last request went out that was answered: what the server sent before it has come
  WallTime to{};        ///< when the channel was joined again
  bool healed = false;  ///< all that was missed has been replayed
};

class UserChannel;

class UserChannelDelegate {
 public:
  /// The channel is to be placed on a socket; see `joinOn`.
  virtual void onUserChannelDue(UserChannel& channel) = 0;
  /// State, cause or next try changed, or a live channel joined again.
  virtual void onUserChannelState(UserChannel& channel) = 0;
  /// A broadcast for these handles. Its text lives until the call returns; the payload of an inbound one until the turn
  /// ends.
  virtual void onUserBroadcast(const Broadcast& broadcast, const BroadcastMeta& meta, const Vector<HandleId>& handles,
                               bool isInbound) = 0;
  /// The same for a change of who is present; null when the server has said who is, and that changed nothing.
  virtual void onUserPresence(const PresenceChange* change, const Vector<HandleId>& handles) = 0;
  virtual void onUserGap(UserChannelGap gap) = 0;
  virtual void onUserPushDone(PushId id, PushOutcome outcome, std::string_view message) = 0;

 protected:
  ~UserChannelDelegate() = default;
};

/// A channel that an application named: broadcasts, presence, private topics. Shared by handles; what the server knows
/// per channel is per handle here. It goes from socket to socket, always under the same topic; frames of an earlier
/// join are told apart by their join_ref and, where they have none, by coming before the new join's answer: the server
/// sends nothing of a join before that.
class UserChannel final : private ChannelDelegate, private PushQueueDelegate, private OwnPresenceDelegate {
 public:
  UserChannel(UserChannelSpec&& spec, const UserChannelOptions& options, SendBudget& budget, Version version,
              Context& context, TokenRefresher& tokens, UserChannelDelegate& delegate);
  UserChannel(const UserChannel&) = delete;
  UserChannel& operator=(const UserChannel&) = delete;

  /// Is due at the next tick, so that handles of one tick are in the first join. A handle that wants to know who is
  /// present gets those that the others know of as joins.
  void open(HandleId handle, const HandleOptions& options);
  /// As if the handle had been opened with `presence`.
  void watchPresence(HandleId handle);
  void close(HandleId handle);
  bool isUsed() const { return !handles_.empty(); }
  const Vector<HandleId>& handles() const { return handleIds_; }
  /// Whether the channel is, or can become, one with this presence key; an empty one goes with any. Once something is
  /// tracked under a key it can't have another.
  bool takePresenceKey(const std::string& key);
  /// The key under which this client is present.
  const std::string& presenceKey() const { return spec_.presenceKey.empty() ? ownKey_ : spec_.presenceKey; }
  /// What another handle wants of the time before the first join.
  void wantReplay(const ReplayRequest& request) { replay_.want(request); }
  /// Leaves and is silent from now on. Before it is destroyed.
  void end();

  /// Queues for its join on this socket, which does not carry the topic. Only when it is due.
  void joinOn(Multiplexer& socket);
  /// It has no socket yet, or can't use it: why, and when the next try is due.
  void wait(Cause cause, std::optional<WallTime> until);
  /// The socket went before the channel had its turn to join.
  void recall(const Cause& cause);
  /// Gives up all waits.
  void retryNow();
  /// There is another token, or the present one may be used again.
  void onTokenChanged();

  /// An error when it can't ever be sent. `push.handle` is open.
  std::optional<Error> send(Push&& push);
  /// `payload`: a JSON object.
  void track(HandleId handle, std::string payload) { own_.track(handle, std::move(payload)); }
  void untrack(HandleId handle) { own_.untrack(handle); }

  const UserChannelSpec& spec() const { return spec_; }
  const std::string& topic() const { return topic_; }
  /// Null when it is on none.
  Multiplexer* socket() const { return channel_ ? socket_ : nullptr; }
  /// On a socket, and has not had its turn to join.
  bool isQueued() const { return channel_ && channel_->state() == ChannelState::Closed; }
  bool isDue() const { return due_; }
  bool isLive() const { return state_ == SubscriptionState::Live; }
  /// Its last join was refused.
  bool isRisky() const { return risky_; }
  SubscriptionState state() const { return state_; }
  WallTime since() const { return since_; }
  /// Of the failure that it is in; Ok when live.
  const Cause& cause() const { return cause_; }
  /// Failures since it was last live for a while.
  unsigned attempts() const { return attempts_; }
  std::optional<WallTime> nextTryAt() const;

 private:
  struct Handle {
    HandleId id;
    HandleOptions options;
  };

  std::string onChannelJoining(Channel& channel) override;
  void onChannelJoined(Channel& channel, JsonValue response) override;
  void onChannelFailed(Channel& channel, const Cause& cause) override;
  void onChannelSystem(Channel& /*channel*/, const SystemMessage& /*message*/) override {}
  bool onChannelReply(Channel& channel, std::string_view ref, const Reply& reply) override;
  void onChannelMessage(Channel& channel, const Envelope& envelope) override;
  bool onChannelBinary(Channel& channel, const BinaryFrame& frame) override;

  std::optional<std::string> transmit(const Push& push) override;
  void onPushTaken(const Push& push) override;
  void onPushDone(PushId id, PushOutcome outcome, std::string_view message) override;
  void sendTrack(const std::string& payload) override;
  void sendUntrack() override;

  std::optional<std::string> sendBinary(const Push& push);
  void comeDue();
  void rejoin();
  void leaveSocket();
  void setState(SubscriptionState state, Cause cause, std::optional<WallTime> until = {});
  Duration retryDelay(const Cause& cause);
  void showPresent(HandleId handle);
  Vector<HandleId> presenceHandles() const;
  void onPresence(const Envelope& envelope);
  bool deliver(const Broadcast& broadcast);
  void reportPresence(bool isState = false);
  void beginGap(ReasonCode code);
  void endGap();
  void settleReplay();
  void reportGap(bool healed);

  // More members than elsewhere: all that outlives sockets and joins.
  UserChannelSpec spec_;
  const std::string topic_;
  const std::string ownKey_;  ///< of presence where no handle asks for one, so that it survives rejoins
  const UserChannelOptions& options_;
  const Version version_;
  Context& context_;
  TokenRefresher& tokens_;
  UserChannelDelegate& delegate_;
  PushQueue pushes_;
  OwnPresence own_;
  PresenceState presence_;
  ReplayLog replay_;
  Vector<Handle> handles_;
  Vector<HandleId> handleIds_;  ///< of these
  Deadline retry_;
  Deadline leaves_;                   ///< members that are missing are gone
  Deadline settle_;                   ///< the replay may be over
  std::unique_ptr<Channel> channel_;  ///< null: it is on no socket
  Multiplexer* socket_ = nullptr;     ///< of the channel
  std::optional<UserChannelGap> gap_;
  Cause cause_;
  WallTime since_{};
  std::optional<WallTime> waitsUntil_;  ///< while pending
  TimePoint askedAt_{};                 ///< when the last join went out
  TimePoint joinedAfter_{};             ///< the same of the last that was accepted
  TimePoint liveSince_{};
  std::uint32_t tokenVersion_ = 0;  ///< of the last join
  unsigned attempts_ = 0;
  SubscriptionState state_ = SubscriptionState::Pending;
  bool due_ = false;
  bool queued_ = false;    ///< a join is to come
  bool answered_ = false;  ///< the last join was accepted
  bool risky_ = false;
  bool joinedPresence_ = false;  ///< the last join asked for presence
};

}  // namespace switchboard
