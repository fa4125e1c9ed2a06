#pragma once

#include <string>

#include "base/containers/id_map.h"
#include "base/containers/vector.h"
#include "base/ids.h"
#include "channel/channel.h"
#include "channel/multiplexer.h"
#include "net/token_refresher.h"
#include "protocol/changes/change.h"
#include "subscription/continuity/last_commit.h"

namespace switchboard {

struct ChangesChannelOptions {
  Duration joinTimeout{10'000};
  Duration liveTimeout{20'000};  ///< from the join reply to `Subscribed to PostgreSQL`; a cold server takes 1.6 to 2.6
                                 ///< s, its own retries come after 5 to 10 s (protocol.md §3.5, §14)
};

struct ChannelBinding {
  KeyId key;
  BindingConfig config;
  bool mayBringOthers = false;  ///< see isPattern; set by the channel
};

class ChangesChannel;

/// The channel's owner.
class ChangesChannelDelegate {
 public:
  /// Changes flow. `again`: they did before too and nothing asked for it, so the server has subscribed again and may
  /// have lost some in between; `liveSince` is still the time before.
  virtual void onLive(ChangesChannel& channel, bool again) = 0;
  /// The channel is of no use any more and is to be ended. BadBinding: some binding is at fault, and the server says
  /// about which in the cause's message. `refused`: the join itself was answered with an error.
  virtual void onFailed(ChangesChannel& channel, const Cause& cause, bool refused) = 0;

 protected:
  ~ChangesChannelDelegate() = default;
};

/// Takes the changes.
class ChangeSink {
 public:
  /// A change for these keys, each once. Its text lives until the turn ends.
  virtual void onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) = 0;

 protected:
  ~ChangeSink() = default;
};

/// What only matters where a channel carries the bindings of several keys.
class SharedChannelDelegate {
 public:
  /// The join goes out.
  virtual void onJoining(ChangesChannel& channel) = 0;
  /// Two keys got the same binding id; they can't share a channel. It is to be ended.
  virtual void onCollision(ChangesChannel& channel, KeyId key) = 0;
  /// A change came that can't be read, so whose it was is not known.
  virtual void onUnreadable(ChangesChannel& channel) = 0;

 protected:
  ~SharedChannelDelegate() = default;
};

/// Whom a channel notifies.
struct ChangesChannelListeners {
  ChangesChannelDelegate& owner;
  ChangeSink& changes;
  SharedChannelDelegate* keys = nullptr;  ///< null where the channel has one key only
};

/// A channel that carries bindings to database changes. Used once: it is joined, goes live, ends; what is still desired
/// then goes to a new channel with a topic of its own, so that late frames of the old one can't be mistaken for the new
/// one's (protocol.md §2).
class ChangesChannel final : private ChannelDelegate {
 public:
  ChangesChannel(ChannelId id, std::string topic, Vector<ChannelBinding> bindings, const ChangesChannelOptions& options,
                 Context& context, Multiplexer& multiplexer, const TokenRefresher& tokens,
                 const ChangesChannelListeners& listeners);
  ChangesChannel(const ChangesChannel&) = delete;
  ChangesChannel& operator=(const ChangesChannel&) = delete;

  /// Queues for its join. The listeners may hear of it before this returns.
  void start() { multiplexer_.add(channel_); }
  /// Leaves and is silent from now on. Before it is destroyed.
  void end() {
    liveTimeout_.cancel();
    multiplexer_.remove(channel_);
  }

  ChannelId id() const { return id_; }
  const std::string& topic() const { return channel_.topic(); }
  const Vector<ChannelBinding>& bindings() const { return bindings_; }
  Multiplexer& multiplexer() const { return multiplexer_; }
  /// Has not had its turn to join.
  bool isQueued() const { return channel_.state() == ChannelState::Closed; }
  bool isJoining() const { return channel_.state() == ChannelState::Joining; }
  bool isJoined() const { return channel_.isJoined(); }
  bool isLive() const { return live_; }
  /// Whether the server is known to go by the present access token.
  bool hasCurrentToken() const { return tokenVersion_ == tokens_.version(); }
  /// When it first announced them, or last did without being asked.
  Moment liveSince() const { return liveSince_; }
  /// Of all changes that came, whoever they were for.
  LastCommit& lastCommit() { return lastCommit_; }

 private:
  std::string onChannelJoining(Channel& channel) override;
  void onChannelJoined(Channel& channel, JsonValue response) override;
  void onChannelFailed(Channel& channel, const Cause& cause) override;
  void onChannelSystem(Channel& channel, const SystemMessage& message) override;
  void onChannelMessage(Channel& channel, const Envelope& envelope) override;

  const ChannelBinding* findBinding(const BindingConfig& config) const;

  // More members than elsewhere: what it is made of, what one change is sorted with, and how far the join has come.
  const ChannelId id_;
  const Vector<ChannelBinding> bindings_;
  const ChangesChannelOptions& options_;
  Context& context_;
  Multiplexer& multiplexer_;
  const TokenRefresher& tokens_;
  const ChangesChannelListeners listeners_;
  IdPtrMap<BindingId, const ChannelBinding> byId_;
  Vector<BindingId> ids_;  // reused for each change
  Vector<KeyId> matched_;  // likewise
  Deadline liveTimeout_;
  Channel channel_;
  bool accepted_ = false;  ///< the server has answered the join with ok
  bool live_ = false;
  unsigned announcements_ = 0;      ///< how often the server has announced changes
  std::uint32_t tokenVersion_ = 0;  ///< of the token that the server is known to go by
  Moment liveSince_;
  LastCommit lastCommit_;
};

}  // namespace switchboard
