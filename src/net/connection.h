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
#include "protocol/frames/frame.h"
#include "protocol/token.h"
#include "timing/context.h"

namespace switchboard {

enum class ConnectionState : unsigned char {
  Idle,        ///< no socket is needed
  Connecting,  ///< the handshake is in progress
  Open,        ///< frames flow
  Backoff,     ///< waiting for the next attempt
  Closing,     ///< the closing handshake is in progress because no channel needs the socket any more
  Closed,      ///< permanently
};
std::string_view toString(ConnectionState state);
/// The table in docs/reference.md.
bool isLegal(ConnectionState from, ConnectionState to);

struct ConnectionOptions {
  std::string url;                    ///< of the socket, api key included; never logged
  std::optional<TokenClaims> apikey;  ///< the claims of the api key; nothing when it is not a JWT
  bool apikeyIsOpaque = false;        ///< a key that starts with "sb_", which only the gateway can read
  Version version = Version::V2;
  HeartbeatOptions heartbeat;
  Duration connectTimeout{10'000};
  Duration closeTimeout{2'000};
  /// Upper bound of the time for which the runtime silently delays a handshake after failed ones; 0: it does not.
  Duration heldBack{0};
  ReconnectOptions reconnect;
};

class Connection;

class ConnectionDelegate {
 public:
  /// After each transition; the connection's state and cause are the new ones.
  virtual void onConnectionState(Connection& connection, ConnectionState from) = 0;
  /// Every frame except the replies to heartbeats. The envelope's views are valid until the call returns.
  virtual void onConnectionFrame(Connection& connection, const Envelope& envelope) = 0;
  /// A binary frame, not parsed. False when it has no receiver.
  virtual bool onConnectionBytes(Connection& /*connection*/, std::string_view /*bytes*/) { return false; }
  /// How long the server may stall the socket now because of the joins that were sent.
  virtual Duration stallAllowance(const Connection& connection) const = 0;
  /// The round-trip time was measured again.
  virtual void onRoundTrip(Connection& connection) = 0;

 protected:
  ~ConnectionDelegate() = default;
};

/// A connection to the server that outlives its sockets: it connects, notices when the socket dies, waits, and connects
/// again. On its own it sends only heartbeats. It has no send buffer: `send` fails while it is not open.
///
/// More public functions than elsewhere: half of them read the state for the status, the pool and the multiplexer. The
/// rest are the inputs of one state machine.
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
  /// Attempts to reconnect since it was last live, including the next one.
  unsigned attempts() const { return policy_.attempts(); }
  /// Why it is not open; Ok when it is.
  Cause cause() const { return state_ == ConnectionState::Backoff ? lastFailure() : cause_; }
  /// Why the last socket ended; kept while the next one connects. Offline while the runtime is offline.
  Cause lastFailure() const;
  std::optional<WallTime> nextRetryAt() const;
  std::optional<Duration> roundTrip() const { return roundTrip_; }
  /// When the last frame arrived, or the socket opened.
  TimePoint lastInboundAt() const { return heartbeat_.lastInboundAt(); }
  /// When the newest heartbeat went out that the server has answered, or the socket's handshake began. What comes in
  /// from now on left the server after that.
  const Moment& confirmedAt() const { return confirmedAt_; }

  /// A socket is needed. Does nothing while one is open or connecting. Keeps to a wait that the server asked for.
  void open();
  /// No socket is needed for now: closes with 1000 and becomes Idle, with `cause` as the reason.
  void release(Cause cause = {});
  /// Closes with 1000, permanently.
  void close();
  /// Reconnects on demand: drops the present socket or the wait, and connects at once. Keeps a handshake that has only
  /// just begun.
  void replace(const Cause& cause);
  /// An attempt is likely to succeed now: shortens the wait, but not below what the server asked for. Probes a socket
  /// that looks open.
  void reconnectSoon();
  /// `Surroundings::online` has changed. The runtime may be wrong, so offline only slows the attempts down and probes
  /// an open socket.
  void onNetworkChange();
  /// The server refused a join because of a limit of the project. It then closes with 1001 (protocol.md §1.3). Without
  /// such a refusal, 1001 may come from any proxy on the way.
  void onLimitRefusal() { limitRefusedAt_ = context_.now(); }

  /// Sends a frame and returns its ref. An empty `joinRef` is sent as null. Nothing when the connection is not open or
  /// the frame is larger than the server's limit.
  std::optional<std::string> send(std::string_view topic, std::string_view event, std::string_view payload,
                                  std::string_view joinRef);
  /// The next frame's ref, for a frame that is not written here; nothing when the connection is not open.
  std::optional<std::string> newRef();
  /// Sends a binary frame. False when the connection is not open or the frame is larger than the server's limit.
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
  void record(const InboundText& text, const Envelope& envelope, std::string_view whole);
  void recordBytes(EntryKind kind, std::string_view bytes);
  void onMalformed(std::string_view text);

  // More members than elsewhere: all that one state machine decides by. Parts with rules of their own (heartbeat,
  // waits) are apart.
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
  std::optional<TimePoint> liveSince_;  ///< time of this socket's first frame
  std::optional<TimePoint> limitRefusedAt_;
  std::optional<Duration> roundTrip_;
  Moment probedAt_;
  Moment confirmedAt_;
  std::string scratch_;
  std::uint64_t lastRef_ = 0;
  ConnectionState state_ = ConnectionState::Idle;
};

}  // namespace switchboard
