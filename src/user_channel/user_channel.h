#pragma once

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
  std::string presenceKey;  ///< empty: the server chooses one
  bool isPrivate = false;
  std::optional<ReplayRequest> replay;  ///< of the time before the first join; private channels only
};

struct UserChannelOptions {
  Duration joinTimeout{10'000};
  Duration retryBase{500};
  Duration retryCap{30'000};
  Duration slowBase{15'000};  ///< least wait after the server spoke of a limit
  Duration slowCap{60'000};
  Duration parkedRetry{300'000};  ///< before what was refused for good is tried again, and up to a quarter more
  Duration stableAfter{10'000};   ///< live for so long, a channel's next failure is its first
  Duration returnGrace{3'000};    ///< after an interruption, before members that are missing are reported as gone
  Duration replaySettle{2'000};   ///< after a join, until its replay is taken to be over
  PushQueueOptions pushes;
  OwnPresenceOptions presence;
};

/// A time in which broadcasts may have been missed.
struct UserChannelGap {
  Cause cause;
  WallTime from{};      ///< the last time that the connection proved alive
  WallTime to{};        ///< when the channel was joined again
  bool healed = false;  ///< all that was missed has been replayed
};

class UserChannel;

class UserChannelDelegate {
 public:
  /// State, cause or next try changed.
  virtual void onUserChannelState(UserChannel& channel) = 0;
  /// A broadcast for these handles. Its text lives until the call returns.
  virtual void onUserBroadcast(UserChannel& channel, const Broadcast& broadcast, const BroadcastMeta& meta,
                               const Vector<HandleId>& handles) = 0;
  virtual void onUserPresence(UserChannel& channel, const PresenceChange& change) = 0;
  virtual void onUserGap(UserChannel& channel, const UserChannelGap& gap) = 0;
  virtual void onUserPushDone(UserChannel& channel, PushId id, PushOutcome outcome, std::string_view message) = 0;

 protected:
  ~UserChannelDelegate() = default;
};

/// A channel that an application named: broadcasts, presence, private topics. Shared by handles; what the server knows
/// per channel is per handle here. It rejoins under the same topic; frames of an earlier join are told apart by their
/// join_ref and, where they have none, by coming before the new join's answer: the server sends nothing of a join
/// before that.
class UserChannel final : private ChannelDelegate, private PushQueueDelegate, private OwnPresenceDelegate {
 public:
  UserChannel(UserChannelSpec spec, const UserChannelOptions& options, SendBudget& budget, Context& context,
              Multiplexer& multiplexer, TokenRefresher& tokens, UserChannelDelegate& delegate);
  UserChannel(const UserChannel&) = delete;
  UserChannel& operator=(const UserChannel&) = delete;

  /// Joins at the next tick, so that handles of one tick are in the first join.
  /// `self`: gets what it sends itself. `presence`: wants to know who is present.
  void open(HandleId handle, bool self, bool presence);
  void close(HandleId handle);
  bool isUsed() const { return !handles_.empty(); }
  /// Leaves and is silent from now on. Before it is destroyed.
  void end();

  /// An error when it can't ever be sent. `push.handle` is open.
  std::optional<Error> send(Push push);
  /// `payload`: a JSON object.
  void track(HandleId handle, std::string payload) { own_.track(handle, std::move(payload)); }
  void untrack(HandleId handle) { own_.untrack(handle); }

  /// A binary frame with this channel's topic. False when it is not for the current join.
  bool onBinary(const BinaryFrame& frame);
  /// There is another token, or the present one may be used again.
  void onTokenChanged();

  const UserChannelSpec& spec() const { return spec_; }
  const std::string& topic() const { return channel_.topic(); }
  SubscriptionState state() const { return state_; }
  const Cause& cause() const { return cause_; }
  /// When it tries again, while Retrying or Parked.
  std::optional<WallTime> nextTryAt() const;

 private:
  struct Handle {
    HandleId id;
    bool self;
    bool presence;
  };

  std::string onChannelJoining(Channel& channel) override;
  void onChannelJoined(Channel& channel, JsonValue response) override;
  void onChannelFailed(Channel& channel, const Cause& cause) override;
  void onChannelSystem(Channel& /*channel*/, const SystemMessage& /*message*/) override {}
  bool onChannelReply(Channel& channel, std::string_view ref, const Reply& reply) override;
  void onChannelMessage(Channel& channel, const Envelope& envelope) override;

  std::optional<std::string> transmit(const Push& push) override;
  void onPushDone(PushId id, PushOutcome outcome, std::string_view message) override;
  void sendTrack(const std::string& payload) override;
  void sendUntrack() override;

  std::optional<std::string> sendBinary(const Push& push);
  void join();
  void setState(SubscriptionState state, Cause cause);
  Duration retryDelay(const Cause& cause);
  bool isLive() const { return state_ == SubscriptionState::Live; }
  bool wantsPresence() const;
  void onPresence(const Envelope& envelope);
  void deliver(const Broadcast& broadcast);
  void loopBack(const Push& push);
  void reportPresence();
  void beginGap(const Cause& cause);
  void endGap();
  void reportGap(bool healed);

  const UserChannelSpec spec_;
  const UserChannelOptions& options_;
  Context& context_;
  Multiplexer& multiplexer_;
  TokenRefresher& tokens_;
  UserChannelDelegate& delegate_;
  Channel channel_;
  PushQueue pushes_;
  OwnPresence own_;
  PresenceState presence_;
  ReplayLog replay_;
  Vector<Handle> handles_;
  Vector<HandleId> handleIds_;  ///< of these
  Deadline retry_;
  Deadline leaves_;  ///< members that are missing are gone
  Deadline settle_;  ///< the replay is over
  std::optional<UserChannelGap> gap_;
  Cause cause_;
  TimePoint liveSince_{};
  std::uint32_t tokenVersion_ = 0;  ///< of the last join
  unsigned attempts_ = 0;
  SubscriptionState state_ = SubscriptionState::Pending;
  bool routed_ = false;          ///< the multiplexer knows the channel
  bool joinedPresence_ = false;  ///< the last join asked for presence
};

}  // namespace switchboard
