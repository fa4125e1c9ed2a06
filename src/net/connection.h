#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "net/counters.h"
#include "net/heartbeat.h"
#include "platform/transport.h"
#include "protocol/frame.h"
#include "protocol/token.h"
#include "timing/backoff.h"
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
/// The table in the README.
bool isLegal(ConnectionState from, ConnectionState to);

struct ConnectionOptions {
  std::string url;                    ///< of the socket, api key and all; never logged
  std::optional<TokenClaims> apikey;  ///< what the key says of itself, nothing when it is no JWT
  bool apikeyIsOpaque = false;        ///< a key of the "sb_…" kind, which only the gateway can judge
  Version version = Version::V2;
  HeartbeatOptions heartbeat;
  Duration connectTimeout{10'000};
  Duration closeTimeout{2'000};
  Duration backoffBase{500};
  Duration backoffCap{16'000};
  Duration backoffHiddenCap{30'000};  ///< while nobody looks at the page
  Duration slowBase{15'000};          ///< least wait after a rate limit
  Duration slowCap{60'000};
  Duration provenAfter{10'000};   ///< how long a link must answer before earlier failures are forgotten
  Duration hurryJitter{150};      ///< most that a hurried attempt is spread
  Duration hurryInterval{2'000};  ///< least time between two hurried attempts
  Duration offlineProbe{30'000};  ///< pace of attempts while the runtime claims to be offline
};

class Connection;

class ConnectionDelegate {
 public:
  /// After each transition; the connection's state and cause are the new ones.
  virtual void onConnectionState(Connection& connection, ConnectionState from) = 0;
  /// Every frame but the heartbeat's replies. The envelope's views die with the call.
  virtual void onConnectionFrame(Connection& connection, const Envelope& envelope) = 0;
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
  Connection(ConnectionId id, const ConnectionOptions& options, Context& context, TransportFactory& transports,
             Counters& counters, ConnectionDelegate& delegate);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ConnectionId id() const { return id_; }
  ConnectionState state() const { return state_; }
  bool isOpen() const { return state_ == ConnectionState::Open; }
  WallTime since() const { return since_; }
  /// Failures since the link last proved itself.
  unsigned attempts() const { return backoff_.attempts() + slowBackoff_.attempts(); }
  /// Why it is not open; Ok when it is.
  const Cause& cause() const { return cause_; }
  std::optional<WallTime> nextRetryAt() const;
  std::optional<Duration> roundTrip() const { return roundTrip_; }
  /// When the last frame came in, or the socket opened.
  WallTime lastProofOfLife() const;
  /// The same by the monotonic clock.
  TimePoint lastInboundAt() const { return heartbeat_.lastInboundAt(); }

  /// A socket is needed. Nothing while one is there or on its way.
  void open();
  /// No socket is needed for now, for this reason: closes with 1000 and rests as Idle.
  void release(Cause cause = {});
  /// Closes with 1000, for good.
  void close();
  /// Gives up the present socket and connects anew, soon.
  void replace(Cause cause);
  /// There is reason to believe that an attempt would succeed now: skips the wait. Where a socket looks open, makes
  /// sure that it is.
  void hurry();
  /// What the runtime says of the network. Not believed: offline slows the attempts down and probes an open socket.
  void setOnline(bool online);
  /// Whether anybody looks; waits may be longer if not.
  void setHidden(bool hidden) { hidden_ = hidden; }

  /// Sends a frame and returns its ref. An empty `joinRef` is sent as null. Nothing when the
  /// connection is not open or the frame is above the server's limit.
  std::optional<std::string> send(std::string_view topic, std::string_view event, std::string_view payload,
                                  std::string_view joinRef);
  /// Like `send`, for `phx_join`, whose ref and join_ref are the same.
  std::optional<std::string> sendJoin(std::string_view topic, std::string_view payload);

 private:
  void transition(ConnectionState to, Cause cause);
  void connect();
  void lose(Cause cause);
  void waitForRetry();
  void dropTransport();
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
  Context& context_;
  TransportFactory& transports_;
  Counters& counters_;
  ConnectionDelegate& delegate_;
  std::unique_ptr<Transport> transport_;
  Heartbeat heartbeat_;
  Deadline handshake_;
  Deadline retry_;
  Deadline proven_;
  Backoff backoff_;
  Backoff slowBackoff_;
  Cause cause_;
  WallTime since_{};
  std::optional<TimePoint> lastHurry_;
  std::optional<Duration> roundTrip_;
  std::string scratch_;
  std::uint64_t lastRef_ = 0;
  ConnectionState state_ = ConnectionState::Idle;
  bool hidden_ = false;
  bool online_ = true;
  bool heard_ = false;
};

}  // namespace switchboard
