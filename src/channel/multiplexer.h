#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "channel/channel.h"
#include "channel/join_pace.h"
#include "channel/router.h"
#include "net/connection.h"
#include "net/token_refresher.h"

namespace switchboard {

struct MultiplexerOptions {
  Duration joinStall{5'000};   ///< how long the server freezes a socket on which it refuses a join (protocol.md §3.2)
  Duration idleClose{5'000};   ///< how long a socket without channels is kept
  unsigned maxChannels = 100;  ///< the server's limit for one socket (protocol.md §12.1)
};

class Multiplexer;

/// Somebody who may need a connection; known by its address.
class SocketOwner {
 protected:
  ~SocketOwner() = default;
};

class MultiplexerDelegate {
 public:
  /// The connection's state, cause or next attempt changed. When it is lost, its channels have been notified already.
  virtual void onMultiplexerState(Multiplexer& multiplexer) = 0;
  virtual void onRoundTrip(Multiplexer& multiplexer) = 0;
  /// A channel was removed: there is room for another.
  virtual void onRoom() = 0;

 protected:
  ~MultiplexerDelegate() = default;
};

/// Many channels on one connection. Joins go out one at a time, because the server answers them one at a time and
/// freezes the socket while it refuses one; at the pace of the tenant's join rate; and only with a token at hand.
class Multiplexer final : private ConnectionDelegate, private ChannelLink {
 public:
  Multiplexer(ConnectionId id, const ConnectionOptions& connectionOptions, const MultiplexerOptions& options,
              Surroundings& surroundings, Context& context, TransportFactory& transports, TokenRefresher& tokens,
              JoinPace& pace, Counters& counters, MultiplexerDelegate& delegate);
  Multiplexer(const Multiplexer&) = delete;
  Multiplexer& operator=(const Multiplexer&) = delete;

  Connection& connection() { return connection_; }
  const Connection& connection() const { return connection_; }
  ChannelLink& link() { return *this; }
  std::size_t channelCount() const { return router_.size(); }
  bool hasRoom() const { return router_.size() < options_.maxChannels; }
  /// A socket can't carry a topic twice.
  bool hasRoomFor(std::string_view topic) const { return hasRoom() && router_.find(topic) == nullptr; }

  /// Whether this owner needs the connection even without channels. It is released `idleClose` after the last owner has
  /// given it up and the last channel has left.
  void setNeeded(const SocketOwner& owner, bool needed);
  /// Closes the connection for good. Remove the channels first.
  void shutDown();
  /// Takes the channel in and joins it in its turn, opening the connection if need be. Remove it before it dies.
  void add(Channel& channel);
  /// Leaves if need be and forgets the channel.
  void remove(Channel& channel);
  /// Joined channels push the new token.
  void pushToken();
  /// The token's readiness may have changed.
  void pump();

 private:
  bool isUnused() const { return neededBy_.empty() && router_.size() == 0; }
  void restIfUnused();

  void onConnectionState(Connection& connection, ConnectionState from) override;
  void onConnectionFrame(Connection& connection, const Envelope& envelope) override;
  bool onConnectionBytes(Connection& connection, std::string_view bytes) override;
  Duration stallAllowance(const Connection& connection) const override;
  void onRoundTrip(Connection& connection) override;

  std::optional<std::string> newRef() override { return connection_.newRef(); }
  bool sendBytes(std::string_view bytes) override { return connection_.sendBytes(bytes); }
  std::optional<std::string> sendJoin(std::string_view topic, std::string_view payload) override;
  std::optional<std::string> sendOn(std::string_view topic, std::string_view event, std::string_view payload,
                                    std::string_view joinRef) override;
  void onJoinDone(Channel& channel) override;
  void onJoinRefused(const Cause& cause) override;

  const MultiplexerOptions& options_;
  TokenRefresher& tokens_;
  JoinPace& pace_;
  Counters& counters_;
  MultiplexerDelegate& delegate_;
  Recorder& recorder_;
  Router router_;
  Vector<Channel*> queue_;
  Channel* joining_ = nullptr;
  Vector<const SocketOwner*> neededBy_;
  Deadline joinSlot_;
  Deadline idleClose_;
  Connection connection_;
};

}  // namespace switchboard
