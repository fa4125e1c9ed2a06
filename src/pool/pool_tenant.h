#pragma once

#include "channel/multiplexer.h"
#include "status/snapshot.h"

namespace switchboard {

/// Somebody who has channels on the sockets of a ConnectionPool, and who may need sockets while none of these channels
/// exists yet. Each tenant counts for itself: what one needs, another can't give up.
class PoolTenant : public SocketOwner {
 public:
  /// The state, cause or next attempt of the socket changed. When it was lost, its channels know already.
  virtual void onSocketState(Multiplexer& socket) = 0;
  /// Whether a channel of the tenant is live on the socket, so that a refused join on it would do harm.
  virtual bool carriesLive(const Multiplexer& socket) const = 0;
  /// Where channels may go has changed: one has left a socket, or the page goes into the back/forward cache or is back
  /// (`isSuspended` of the pool).
  virtual void onPlaces() = 0;
  /// The access token is another one. Joined channels have it already.
  virtual void onTokenChanged() = 0;
  /// Whether joins may go out, or why not, may have changed.
  virtual void onTokenState() = 0;

 protected:
  ~PoolTenant() = default;
};

/// Somebody who knows more of a socket than the pool does.
class SocketObserver {
 public:
  /// A heartbeat was answered.
  virtual void onRoundTrip(Multiplexer& socket) = 0;
  /// Adds to the socket's status what only the observer knows.
  virtual void describe(const Multiplexer& socket, ConnectionStatus& status) const = 0;

 protected:
  ~SocketObserver() = default;
};

}  // namespace switchboard
