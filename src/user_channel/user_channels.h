#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/id_map.h"
#include "base/containers/vector.h"
#include "delivery/delivery.h"
#include "pool/connection_pool.h"
#include "status/road.h"
#include "status/tracker.h"
#include "user_channel/user_channel.h"

namespace switchboard {

struct UserChannelsOptions {
  UserChannelOptions channel;
  Duration linger{5'000};         ///< how long a channel without handles stays joined
  unsigned sendsPerSecond = 100;  ///< of all channels together
};

/// How a push ended.
struct PushResult {
  PushId id;
  PushOutcome outcome = PushOutcome::Ok;
  std::string message;
};

/// A part of the client that has a handle which the application does not see.
class InnerHandle {
 public:
  /// State, cause or next try of the channel changed, or a live one joined again: what came in between may be lost.
  virtual void onHandleState(const UserChannel& channel) = 0;
  /// A broadcast with JSON that the server sent.
  virtual void onHandleBroadcast(std::string_view event, std::string_view payload) = 0;

 protected:
  ~InnerHandle() = default;
};

/// All channels that the application named: a tenant of the connection pool. Handles of one name share a channel,
/// unless they ask for different presence keys: the server keeps one key for a topic of a socket, so each further key
/// is a channel on another socket, and waits while there is none.
class UserChannels final : public PoolTenant, private UserChannelDelegate {
 public:
  /// All arguments outlive this.
  UserChannels(const UserChannelsOptions& options, Context& context, ConnectionPool& pool, StatusTracker& tracker,
               DeliveryQueue& deliveries);
  ~UserChannels();
  UserChannels(const UserChannels&) = delete;
  UserChannels& operator=(const UserChannels&) = delete;

  /// Joins at the next tick. Fails on options that can't be had, alone or beside those of other handles, and on an id
  /// in use.
  std::optional<Error> open(HandleId handle, UserChannelSpec&& spec, const HandleOptions& options);
  /// The same for a part of the client, which outlives the handle. It may close it from within its calls. A channel
  /// that is parked is tried again.
  Result<HandleId> openInner(InnerHandle& inner, UserChannelSpec&& spec);
  /// Unknown handles are ignored, here and below.
  void retry(HandleId handle) {
    if (Entry* entry = byHandle_.find(handle)) entry->channel.retryNow();
  }
  void close(HandleId handle);
  void watchPresence(HandleId handle);
  /// True: it was sent, which is its outcome. Otherwise the outcome is in the results, unless it is conflated.
  bool push(Push&& push);
  /// `payload`: a JSON object.
  void track(HandleId handle, std::string payload);
  void untrack(HandleId handle);
  /// Gives up all waits.
  void retryAll();
  /// Ends every channel, for good. The pool is shut down after it.
  void shutDown();

  void onSocketState(Multiplexer& socket) override;
  bool carriesLive(const Multiplexer& socket) const override;
  void onPlaces() override { planSoon(); }
  void onTokenChanged() override;
  void onTokenState() override { updateWaiting(); }

  /// Does what was put off to the end of the turn.
  void settle() {
    if (planAtTurnEnd_) plan();
  }
  /// Whether there is anything to take.
  bool hasNews() const { return !results_.empty() || !gaps_.empty(); }
  Vector<PushResult> takeResults() { return std::exchange(results_, {}); }
  Vector<UserChannelGap> takeGaps() { return std::exchange(gaps_, {}); }

  std::size_t size() const { return entries_.size(); }
  std::size_t handleCount() const { return byHandle_.size(); }

 private:
  struct Entry {
    Entry(UserChannels& owner, UserChannelSpec&& spec);

    UserChannel channel;
    std::optional<TimePoint> endsAt;  ///< without handles
  };

  Result<Entry*> entryFor(UserChannelSpec& spec);
  void planSoon() { planAtTurnEnd_ = true; }
  void plan();
  bool placeDue();
  bool needsSocket() const;
  void updateWaiting();
  void endUnused();
  void end(std::size_t at);
  void report(const UserChannel& channel, HandleId handle);
  InnerHandle* findInner(HandleId handle) const { return kFollowsNumbers ? inner_.find(handle) : nullptr; }
  Vector<HandleId> passInner(const Broadcast& broadcast, const Vector<HandleId>& all, bool isLive);

  void onUserChannelDue(UserChannel& channel) override;
  void onUserChannelState(UserChannel& channel) override;
  void onUserBroadcast(const Broadcast& broadcast, const BroadcastMeta& meta, const Vector<HandleId>& handles,
                       bool isInbound) override;
  void onUserPresence(const PresenceChange* change, const Vector<HandleId>& handles) override;
  void onUserGap(UserChannelGap gap) override;
  void onUserPushDone(PushId id, PushOutcome outcome, std::string_view message) override;

  // More members than elsewhere: what the channels share, and what is to be taken from here.
  const UserChannelsOptions& options_;
  Context& context_;
  ConnectionPool& pool_;
  StatusTracker& tracker_;
  DeliveryQueue& deliveries_;
  SendBudget budget_;
  Vector<std::unique_ptr<Entry>> entries_;
  IdPtrMap<HandleId, Entry> byHandle_;
  IdPtrMap<HandleId, InnerHandle> inner_;
  HandleId lastInner_;
  Vector<PushResult> results_;
  PushId pushing_{};  ///< of the push that is being taken; 0: its outcome is known
  Vector<UserChannelGap> gaps_;
  Deadline planAt_;
  bool planAtTurnEnd_ = false;
  bool shutDown_ = false;
};

}  // namespace switchboard
