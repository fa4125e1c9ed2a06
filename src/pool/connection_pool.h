#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"
#include "channel/join_pace.h"
#include "channel/multiplexer.h"
#include "net/counters.h"
#include "net/surroundings.h"
#include "net/token_refresher.h"
#include "pool/pool_tenant.h"
#include "pool/reach.h"
#include "status/tracker.h"

namespace switchboard {

struct PoolOptions {
  ConnectionOptions connection;
  MultiplexerOptions multiplexer;
  TokenOptions token;
  unsigned joinsPerSecond = 20;  ///< of all sockets together
  unsigned maxSockets = 4;
  ReachOptions reach;
};

class PoolDelegate {
 public:
  /// The application's accessToken callback is to be asked.
  virtual void onTokenWanted(std::uint32_t request) = 0;

 protected:
  ~PoolDelegate() = default;
};

/// What a channel that has no socket yet waits for.
struct SocketWait {
  Cause cause;
  std::optional<WallTime> until;  ///< when the next try is due, if it has a time
};

/// The client's sockets, and what they share: the access token, the pace of joins, and what is known of the page and
/// the network, which applies to sockets that are opened later too.
///
/// Channels belong to tenants (see PoolTenant). A tenant says whether it needs a socket and asks where a channel may
/// go; the pool decides how many sockets there are. The first socket is used when nothing speaks against it. Others are
/// opened when it is full, out of reach, or must not be disturbed by a join that may be refused.
///
/// More public functions than elsewhere: it is the one place where tenants ask for a socket, where the client reports
/// what it learns of the page and the network, and where both read what the sockets share.
class ConnectionPool final : private MultiplexerDelegate, private TokenDelegate {
 public:
  ConnectionPool(const PoolOptions& options, std::string accessToken, Context& context, TransportFactory& transports,
                 StatusTracker& tracker, PoolDelegate& delegate);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// Both outlive the pool's last event, which is `shutDown`.
  void addTenant(PoolTenant& tenant) { tenants_.push_back(&tenant); }
  void setObserver(SocketObserver& observer) { observer_ = &observer; }

  /// Whether the tenant needs the first socket even without channels on it. Ignored while suspended: `onPlaces`
  /// is the time to say it again.
  void setNeeded(const PoolTenant& tenant, bool needed);
  /// Whether the tenant has channels that wait for another socket than the first. Others are only opened while one is
  /// open: until then, waiting for that one is best.
  void setMoreNeeded(const PoolTenant& tenant, bool needed);
  /// An open socket with room for one more channel, or null if the channel has to wait. `risky`: its last join was
  /// refused; another refusal would freeze what shares its socket for 5 s, so it goes to a socket that carries nothing
  /// live, if one may be had; if not, any socket is better than none. `topic`: that of the channel, which the socket
  /// must not carry already; empty where it can't. May prepare another socket.
  Multiplexer* place(bool risky, std::string_view topic = {});
  /// What a channel without a socket waits for. `another`: the first socket is not enough for it. `topic`: as for
  /// `place`. Only when there is a socket.
  SocketWait waitFor(bool another, std::string_view topic = {}) const;
  /// When one of the sockets that are on the way will count as out of reach if nothing happens; the soonest.
  std::optional<TimePoint> nextOutOfReach() const;
  bool isOutOfReach(const Multiplexer& socket) const;
  /// Something on the socket went live, so it can be relied on.
  void confirm(const Multiplexer& socket);

  /// Closes every socket and opens none until it is called with false: a page with open sockets can't rest in the
  /// back/forward cache.
  void setSuspended(bool suspended);
  bool isSuspended() const { return suspended_; }
  /// What the runtime says of the network.
  void setOnline(bool online);
  /// Whether nobody looks at the page; waits may be longer then.
  void setHidden(bool hidden) { surroundings_.hidden = hidden; }
  /// There is reason to believe that the server can be reached now.
  void reconnectSoon();
  /// Replaces every socket, without the wait that a limit asks for. Waits for a token go on: see `tokens().retryNow`.
  void reconnectAll();
  /// Closes everything for good. The tenants' channels are gone.
  void shutDown();

  /// Takes the application's answers.
  TokenRefresher& tokens() { return tokens_; }
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }
  bool empty() const { return sockets_.empty(); }
  std::size_t size() const { return sockets_.size(); }
  Version version() const { return options_.connection.version; }
  void forEach(InlineCallback<void(Multiplexer&)> visit) const;
  /// Brings the status up to date: a channel came or went, or the observer knows more.
  void report(const Multiplexer& socket);

 private:
  struct Socket {
    Socket(ConnectionPool& pool, ConnectionId id);

    Multiplexer multiplexer;
    Reach reach;
  };

  void addSocket(std::string_view why);
  const Multiplexer& first() const { return sockets_.front()->multiplexer; }
  Socket& socketOf(const Multiplexer& multiplexer) const;
  const Multiplexer& awaited(bool another) const;
  bool isFullFor(std::string_view topic) const;
  bool carriesLive(const Multiplexer& multiplexer) const;

  void onMultiplexerState(Multiplexer& multiplexer) override;
  void onRoundTrip(Multiplexer& multiplexer) override;
  void onRoom() override;
  void onTokenWanted(std::uint32_t request) override { delegate_.onTokenWanted(request); }
  void onTokenChanged() override;
  void onTokenState() override;

  // More members than elsewhere: each is shared by all sockets, which get a reference when they are opened.
  const PoolOptions& options_;
  Context& context_;
  TransportFactory& transports_;
  StatusTracker& tracker_;
  PoolDelegate& delegate_;
  Counters counters_;
  Surroundings surroundings_;
  TokenRefresher tokens_;
  JoinPace pace_;
  Vector<std::unique_ptr<Socket>> sockets_;
  Vector<PoolTenant*> tenants_;
  SocketObserver* observer_ = nullptr;
  bool suspended_ = false;
};

}  // namespace switchboard
