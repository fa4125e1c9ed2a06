#include "pool/connection_pool.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace switchboard {

namespace {

const Cause kNoRoom{
    ReasonCode::TooManyChannels, Retry::Backoff,
    "Every socket is full, or has the channel under another presence key: close some, or raise `maxSockets`."};

}  // namespace

ConnectionPool::ConnectionPool(const PoolOptions& options, std::string accessToken, Context& context,
                               TransportFactory& transports, StatusTracker& tracker, PoolDelegate& delegate)
    : options_(options),
      context_(context),
      transports_(transports),
      tracker_(tracker),
      delegate_(delegate),
      tokens_(options.token, std::move(accessToken), context, *this),
      pace_(options.joinsPerSecond, context) {}

ConnectionPool::Socket::Socket(ConnectionPool& pool, ConnectionId id)
    : multiplexer(id, pool.options_.connection, pool.options_.multiplexer, pool.surroundings_, pool.context_,
                  pool.transports_, pool.tokens_, pool.pace_, pool.counters_, pool),
      reach(pool.options_.reach) {}

void ConnectionPool::addSocket(std::string_view why) {
  const ConnectionId id{static_cast<std::uint32_t>(sockets_.size() + 1)};
  context_.recorder.decide("addSocket", why, {id.value});
  sockets_.push_back(std::make_unique<Socket>(*this, id));
}

void ConnectionPool::setNeeded(const PoolTenant& tenant, bool needed) {
  if (needed && suspended_) return;
  if (needed && sockets_.empty()) addSocket("the first");
  if (!sockets_.empty()) sockets_.front()->multiplexer.setNeeded(tenant, needed);
}

void ConnectionPool::setMoreNeeded(const PoolTenant& tenant, bool needed) {
  const bool anyOpen = std::any_of(sockets_.begin(), sockets_.end(),
                                   [](const auto& socket) { return socket->multiplexer.connection().isOpen(); });
  for (std::size_t i = 1; i < sockets_.size(); ++i) sockets_[i]->multiplexer.setNeeded(tenant, needed && anyOpen);
}

bool ConnectionPool::carriesLive(const Multiplexer& multiplexer) const {
  return std::any_of(tenants_.begin(), tenants_.end(),
                     [&](const auto* tenant) { return tenant->carriesLive(multiplexer); });
}

Multiplexer* ConnectionPool::place(bool risky, std::string_view topic) {
  bool onTheWay = false;
  bool outOfReach = false;
  Multiplexer* second = nullptr;
  for (const auto& socket : sockets_) {
    Multiplexer& multiplexer = socket->multiplexer;
    if (!multiplexer.hasRoomFor(topic)) continue;
    if (multiplexer.connection().isOpen()) {
      if (!risky || !carriesLive(multiplexer)) return &multiplexer;
      second = &multiplexer;
    } else if (socket->reach.isOut(context_.now())) {
      outOfReach = true;
    } else if (&multiplexer == &first()) {
      return nullptr;
    } else {
      onTheWay = true;
    }
  }
  if (onTheWay) return nullptr;
  if (!outOfReach && sockets_.size() < options_.maxSockets) {
    addSocket(second != nullptr ? "a join that may be refused would disturb the others" : "the others have no room");
    return nullptr;
  }
  return second;
}

bool ConnectionPool::isFullFor(std::string_view topic) const {
  for (const auto& socket : sockets_) {
    if (socket->multiplexer.hasRoomFor(topic)) return false;
  }
  return sockets_.size() >= options_.maxSockets;
}

ConnectionPool::Socket& ConnectionPool::socketOf(const Multiplexer& multiplexer) const {
  return *sockets_[multiplexer.connection().id().value - 1];
}

/// The socket that a channel waits for: the first, unless that has no room for it or must not be disturbed.
const Multiplexer& ConnectionPool::awaited(bool another) const {
  if (!another || !first().connection().isOpen()) return first();
  const auto other = std::find_if(sockets_.begin() + 1, sockets_.end(), [](const auto& socket) {
    return socket->multiplexer.hasRoom() && !socket->multiplexer.connection().isOpen();
  });
  return other != sockets_.end() ? (*other)->multiplexer : first();
}

/// While a connection that has failed before is being tried once more, the last failure is still the answer.
SocketWait ConnectionPool::waitFor(bool another, std::string_view topic) const {
  if (tokens_.problem()) return {*tokens_.problem(), tokens_.nextTryAt()};
  const Multiplexer& multiplexer = awaited(another);
  const Connection& connection = multiplexer.connection();
  if (connection.isOpen()) {
    if (another && isFullFor(topic)) return {kNoRoom, {}};
    return {{ReasonCode::Connecting, Retry::Backoff, "Waiting for its turn to join."}, connection.nextRetryAt()};
  }
  const bool again = connection.state() == ConnectionState::Connecting && socketOf(multiplexer).reach.hasFailed();
  Cause cause = again ? connection.lastFailure() : connection.cause();
  if (&multiplexer != &first()) cause.message = concat({"Waiting for another socket. ", cause.message});
  return {std::move(cause), connection.nextRetryAt()};
}

std::optional<TimePoint> ConnectionPool::nextOutOfReach() const {
  std::optional<TimePoint> soonest;
  for (const auto& socket : sockets_) {
    const auto at = socket->reach.outAt(context_.now());
    if (at && (!soonest || *at < *soonest)) soonest = at;
  }
  return soonest;
}

bool ConnectionPool::isOutOfReach(const Multiplexer& socket) const {
  return socketOf(socket).reach.isOut(context_.now());
}

void ConnectionPool::confirm(const Multiplexer& socket) {
  socketOf(socket).reach.confirm();
}

void ConnectionPool::setSuspended(bool suspended) {
  suspended_ = suspended;
  onRoom();
  if (!suspended) return;
  for (const auto& socket : sockets_) {
    socket->multiplexer.connection().release(
        {ReasonCode::Suspended, Retry::Backoff, "The page is in the background cache; it reconnects when shown."});
  }
}

void ConnectionPool::setOnline(bool online) {
  if (online == surroundings_.online) {
    if (online) reconnectSoon();
    return;
  }
  surroundings_.online = online;
  for (const auto& socket : sockets_) socket->multiplexer.connection().onNetworkChange();
}

void ConnectionPool::reconnectSoon() {
  for (const auto& socket : sockets_) socket->multiplexer.connection().reconnectSoon();
}

void ConnectionPool::reconnectAll() {
  surroundings_.notBefore = {};
  for (const auto& socket : sockets_) {
    socket->multiplexer.connection().replace({ReasonCode::UserReconnect, Retry::Backoff, "Reconnecting, as asked."});
  }
}

void ConnectionPool::shutDown() {
  tokens_.stop();
  for (const auto& socket : sockets_) socket->multiplexer.shutDown();
}

void ConnectionPool::forEach(InlineCallback<void(Multiplexer&)> visit) const {
  for (const auto& socket : sockets_) visit(socket->multiplexer);
}

void ConnectionPool::onMultiplexerState(Multiplexer& multiplexer) {
  report(multiplexer);
  socketOf(multiplexer).reach.follow(multiplexer.connection().state(), context_.now());
  for (auto* tenant : tenants_) tenant->onSocketState(multiplexer);
}

void ConnectionPool::onRoundTrip(Multiplexer& multiplexer) {
  if (observer_ != nullptr) observer_->onRoundTrip(multiplexer);
  report(multiplexer);
}

void ConnectionPool::onRoom() {
  for (auto* tenant : tenants_) tenant->onPlaces();
}

void ConnectionPool::onTokenChanged() {
  for (const auto& socket : sockets_) socket->multiplexer.pushToken();
  for (auto* tenant : tenants_) tenant->onTokenChanged();
}

void ConnectionPool::onTokenState() {
  for (const auto& socket : sockets_) socket->multiplexer.pump();
  for (auto* tenant : tenants_) tenant->onTokenState();
}

void ConnectionPool::report(const Multiplexer& socket) {
  const Connection& connection = socket.connection();
  ConnectionStatus status{connection.id(),
                          connection.state(),
                          connection.since(),
                          connection.attempts(),
                          connection.nextRetryAt(),
                          connection.cause().code,
                          connection.cause().message,
                          connection.roundTrip(),
                          socket.channelCount(),
                          std::nullopt,
                          std::nullopt};
  if (observer_ != nullptr) observer_->describe(socket, status);
  tracker_.set(std::move(status));
}

}  // namespace switchboard
