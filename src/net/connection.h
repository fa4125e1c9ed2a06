#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "net/counters.h"
#include "net/heartbeat.h"
#include "net/reconnect_policy.h"
#include "net/surroundings.h"
#include "platform/transport.h"
#include "protocol/frame.h"
#include "protocol/token.h"
#include "timing/context.h"

namespace switchboard {

enum class ConnectionState : unsigned char {
  Idle,        ///< nobody needs a socket
  Connecting,  ///< handshake under way
  Open,        ///< frames flow
  Backoff,     ///< waiting for the next attempt
  Closing,     ///< closing handshake under way because nobody needs the socket any more
  Closed,      ///< for good
};
std::string_view toString(ConnectionState state);
/// The table in docs/reference.md.
bool isLegal(ConnectionState from, ConnectionState to);

struct ConnectionOptions {
  std::string url;                    ///< of the socket, api key and all; never logged
  std::optional<TokenClaims> apikey;  ///< what the key says of itself, nothing when it is no JWT
  bool apikeyIsOpaque = false;        ///< a key of the "sb_…" kind, which only the gateway can judge
  Version version = Version::V2;
  HeartbeatOptions heartbeat;
  Duration connectTimeout{10'000};
  Duration closeTimeout{2'000};
  /// Most that the runtime may hold a handshake back after failed ones without saying so; 0 where it does not.
  Duration heldBack{0};
  ReconnectOptions reconnect;
};

class Connection;

class ConnectionDelegate {
 public:
  /// After each transition; the connection's state and cause are the new ones.
  virtual void onConnectionState(Connection& connection, ConnectionState from) = 0;
  /// Every frame but the heartbeat's replies. The envelope's views die with the call.
  virtual void onConnectionFrame(Connection& connection, const Envelope& envelope) = 0;
  /// A binary frame, which is not looked into. False when it is for nobody.
  virtual bool onConnectionBytes(Connection& /*connection*/, std::string_view /*bytes*/) { return false; }
  /// How long the server may stall the socket now on account of what was sent.
  virtual Duration stallAllowance(const Connection& connection) const = 0;
  /// The round-trip time was measured anew.
  virtual void onRoundTrip(Connection& connection) = 0;

 protected:
  ~ConnectionDelegate() = default;
};

/// A line to the server that survives the sockets it uses: connects, notices when the socket dies, waits, connects
/// again. It sends nothing of its own but heartbeats and keeps nothing for later: what is sent while it is not open is
/// refused.
class Connection final : private TransportEvents, private HeartbeatDelegate {
 public:
  Connection(ConnectionId id, const ConnectionOptions& options, Surroundings& surroundings, Context& context,
             TransportFactory& transports, Counters& counters, ConnectionDelegate& delegate);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ConnectionId id() const { return id_; }
  ConnectionState state() const { return state_; }
  Version version() const { return options_.version; }
  bool isOpen() const { return state_ == ConnectionState::Open; }
  WallTime since() const { return since_; }
  /// Attempts to come back since it was last live, the coming one included.
  unsigned attempts() const { return policy_.attempts(); }
  /// Why it is not open; Ok when it is.
  Cause cause() const { return state_ == ConnectionState::Backoff ? lastFailure() : cause_; }
  /// Why the last socket ended, also while the next is tried. While the runtime is offline, that is why.
  Cause lastFailure() const;
  std::optional<WallTime> nextRetryAt() const;
  std::optional<Duration> roundTrip() const { return roundTrip_; }
  /// When the last frame came in, or the socket opened.
  TimePoint lastInboundAt() const { return heartbeat_.lastInboundAt(); }
  /// When the newest heartbeat went out that the server has answered, or the socket's handshake began. What comes in
  /// from now on left the server after that.
  const Moment& confirmedAt() const { return confirmedAt_; }

  /// A socket is needed. Nothing while one is there or on its way. A wait that the server asked for is kept.
  void open();
  /// No socket is needed for now, for this reason: closes with 1000 and rests as Idle.
  void release(Cause cause = {});
  /// Closes with 1000, for good.
  void close();
  /// Somebody asked for it: gives up the present socket, or any wait, and connects at once. A handshake that has only
  /// just begun is left alone, since it is the attempt that is asked for.
  void replace(const Cause& cause);
  /// There is reason to believe that an attempt would succeed now: shortens the wait, but not below what the server
  /// asked for.
  /// Where a socket looks open, makes sure that it is.
  void reconnectSoon();
  /// `Surroundings::online` has changed. Not believed: offline slows the attempts down and probes an open socket.
  void onNetworkChange();
  /// The server refused a join for a limit of the project. Its close 1001 follows (protocol.md §1.3); by itself that
  /// code may come from anything on the way.
  void onLimitRefusal() { limitRefusedAt_ = context_.now(); }

  /// Sends a frame and returns its ref. An empty `joinRef` is sent as null. Nothing when the
  /// connection is not open or the frame is above the server's limit.
  std::optional<std::string> send(std::string_view topic, std::string_view event, std::string_view payload,
                                  std::string_view joinRef);
  /// The next frame's ref, for a frame that is not written here; nothing when the connection is not open.
  std::optional<std::string> newRef();
  /// Sends a binary frame. False when the connection is not open or the frame is above the server's limit.
  bool sendBytes(std::string_view bytes);
  /// Like `send`, for `phx_join`, whose ref and join_ref are the same.
  std::optional<std::string> sendJoin(std::string_view topic, std::string_view payload);

 private:
  void transition(ConnectionState to, Cause cause);
  void connect();
  void attempt();
  void lose(const Cause& cause);
  void waitAfter(const Cause& cause);
  void waitUntil(TimePoint at);
  void giveUp(const Cause& cause);
  Duration liveFor(const Cause& cause) const;
  Duration handshakeLimit() const;
  bool refusedForLimit() const;
  void dropTransport();
  std::optional<std::string> takeRef(std::string_view topic, std::string_view payload);
  void write(const OutgoingFrame& frame);
  Cause refusal(Cause cause) const;

  void onTransportOpen() override;
  void onTransportText(const InboundText& text) override;
  void onTransportBinary(std::string_view bytes) override;
  void onTransportClose(int code, std::string_view reason) override;

  std::string sendHeartbeat() override;
  Duration stallAllowance() const override { return delegate_.stallAllowance(*this); }
  void onHalfOpen() override;
  void onRoundTrip(Duration roundTrip) override;

  void countInbound(std::size_t bytes);
  void onMalformed(std::string_view text);

  const ConnectionId id_;
  const ConnectionOptions& options_;
  Surroundings& surroundings_;
  Context& context_;
  TransportFactory& transports_;
  Counters& counters_;
  ConnectionDelegate& delegate_;
  std::unique_ptr<Transport> transport_;
  Heartbeat heartbeat_;
  Deadline handshake_;
  Deadline retry_;
  ReconnectPolicy policy_;
  Cause cause_;
  Cause failure_;
  WallTime since_{};
  TimePoint attemptedAt_{};
  std::optional<TimePoint> liveSince_;  ///< the first frame of this socket
  std::optional<TimePoint> limitRefusedAt_;
  std::optional<Duration> roundTrip_;
  Moment probedAt_;
  Moment confirmedAt_;
  std::string scratch_;
  std::uint64_t lastRef_ = 0;
  ConnectionState state_ = ConnectionState::Idle;
};

}  // namespace switchboard
