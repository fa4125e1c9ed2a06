#include "net/connection.h"

#include <algorithm>
#include <cassert>

#include "base/enum_names.h"
#include "base/text.h"
#include "protocol/classify.h"
#include "protocol/frames/names.h"
#include "timing/backoff.h"

namespace switchboard {

namespace {

/// After it has refused a join because of a limit, the server closes the socket within this time. (It does so at once.)
constexpr Duration kCloseAfterRefusal{5'000};

const auto& tableOf(ConnectionState /*any*/) {
  using S = ConnectionState;
  static constexpr StateTable<S, 6> kTable({
      {S::Idle, "idle", {S::Connecting, S::Backoff, S::Closed}},
      {S::Connecting, "connecting", {S::Open, S::Backoff, S::Idle, S::Closed}},
      {S::Open, "open", {S::Backoff, S::Closing, S::Closed}},
      {S::Backoff, "backoff", {S::Connecting, S::Idle, S::Closed}},
      {S::Closing, "closing", {S::Idle, S::Connecting, S::Backoff, S::Closed}},
      {S::Closed, "closed", {}},
  });
  return kTable;
}

}  // namespace

std::string_view toString(ConnectionState state) {
  return tableOf(state).nameOf(state);
}

bool isLegal(ConnectionState from, ConnectionState to) {
  return tableOf(from).allows(from, to);
}

Connection::Connection(ConnectionId id, const ConnectionOptions& options, Surroundings& surroundings, Context& context,
                       TransportFactory& transports, Counters& counters, ConnectionDelegate& delegate)
    : id_(id),
      options_(options),
      surroundings_(surroundings),
      context_(context),
      transports_(transports),
      counters_(counters),
      delegate_(delegate),
      heartbeat_(context, options.heartbeat, *this),
      handshake_(
          context.deadlines, DeadlineKind::ConnectTimeout,
          [this] {
            if (state_ == ConnectionState::Closing) {
              dropTransport();
              transition(ConnectionState::Idle, cause_);
            } else {
              lose({ReasonCode::ConnectTimeout, Retry::Backoff, "The server did not answer the handshake in time."});
            }
          }),
      retry_(context.deadlines, DeadlineKind::Reconnect, [this] { attempt(); }),
      policy_(options.reconnect, context.random),
      since_(context.clock.wallNow()) {}

Connection::~Connection() = default;

void Connection::transition(ConnectionState to, Cause cause) {
  assert(isLegal(state_, to) && "illegal connection transition");
  const ConnectionState from = state_;
  state_ = to;
  cause_ = std::move(cause);
  since_ = context_.clock.wallNow();
  context_.recorder.transition(EntryKind::SocketState, {id_.value}, toString(from), toString(to), cause_);
  delegate_.onConnectionState(*this, from);
}

std::optional<WallTime> Connection::nextRetryAt() const {
  if (!retry_.isSet()) return std::nullopt;
  return context_.wallAt(retry_.at());
}

void Connection::open() {
  if (state_ != ConnectionState::Idle && state_ != ConnectionState::Closing) return;
  policy_.begin(context_.now());
  if (context_.now() < surroundings_.notBefore) {
    waitUntil(surroundings_.notBefore);
    giveUp(surroundings_.limit);
  } else {
    connect();
  }
}

/// Another connection may have received a rate limit in the meantime.
void Connection::attempt() {
  if (context_.now() < surroundings_.notBefore) {
    waitUntil(surroundings_.notBefore);
    delegate_.onConnectionState(*this, state_);
  } else {
    connect();
  }
}

void Connection::connect() {
  dropTransport();
  retry_.cancel();
  transition(ConnectionState::Connecting, {ReasonCode::Connecting, Retry::Backoff, "Connecting."});
  if (state_ != ConnectionState::Connecting) return;
  liveSince_.reset();
  limitRefusedAt_.reset();
  attemptedAt_ = context_.now();
  confirmedAt_ = context_.moment();
  ++counters_.connects;
  transport_ = transports_.open(options_.url, *this);
  context_.recorder.begin(EntryKind::SocketOpening).number(id_.value).number(transport_ == nullptr ? 1 : 0).end();
  if (transport_ == nullptr) {
    lose({ReasonCode::ConnectFailed, Retry::Slow, "The runtime refused to open a WebSocket to the given url."});
    return;
  }
  handshake_.setAfter(handshakeLimit());
}

/// After failed handshakes Firefox delays the next one: by 0.2 to 0.4 s at first, by half as much again with each
/// failure, up to 60 s. A handshake that is given up during the delay counts as one more failure (nsWSAdmissionManager
/// in its WebSocketChannel.cpp). So the timeout includes the delay. It doubles, because failures of other tabs count
/// too.
Duration Connection::handshakeLimit() const {
  constexpr Duration kFirstHold{400};
  return options_.connectTimeout + doubled(kFirstHold, options_.heldBack, policy_.attempts());
}

void Connection::dropTransport() {
  heartbeat_.stop();
  handshake_.cancel();
  if (transport_ == nullptr) return;
  context_.recorder.note(EntryKind::SocketDropped, id_.value);
  context_.turns.deferredDelete(std::move(transport_));
  transport_.reset();
}

void Connection::release(Cause cause) {
  switch (state_) {
    case ConnectionState::Open:
      policy_.earn(liveFor(cause));
      heartbeat_.stop();
      context_.recorder.begin(EntryKind::SocketDropped).number(id_.value).number(1'000).end();
      transport_->close(1000, {});
      handshake_.setAfter(options_.closeTimeout);
      transition(ConnectionState::Closing, std::move(cause));
      break;
    case ConnectionState::Connecting:
    case ConnectionState::Backoff:
      dropTransport();
      retry_.cancel();
      transition(ConnectionState::Idle, std::move(cause));
      break;
    default:
      break;
  }
}

void Connection::close() {
  if (state_ == ConnectionState::Closed) return;
  dropTransport();
  retry_.cancel();
  transition(ConnectionState::Closed, {ReasonCode::Disposed, Retry::Parked, "The manager was disposed of."});
}

void Connection::replace(const Cause& cause) {
  const TimePoint now = context_.now();
  const bool underWay =
      state_ == ConnectionState::Connecting &&
      (options_.heldBack > Duration{0} || now - attemptedAt_ < options_.reconnect.reconnectSoonInterval);
  const bool replaceable = state_ == ConnectionState::Open || state_ == ConnectionState::Connecting;
  if (underWay || (!replaceable && state_ != ConnectionState::Backoff)) return;
  if (state_ == ConnectionState::Open) policy_.earn(liveFor(cause));
  policy_.onDemand(now);
  context_.recorder.decide("replaceSocket", toString(cause.code), {id_.value});
  retry_.setAt(now);
  if (replaceable) {
    giveUp(cause);
  } else {
    failure_ = cause;
    delegate_.onConnectionState(*this, state_);
  }
}

void Connection::reconnectSoon() {
  if (state_ == ConnectionState::Open) heartbeat_.probe();
  if (state_ != ConnectionState::Backoff) return;
  const TimePoint at = std::max(policy_.reconnectSoonAt(context_.now(), attemptedAt_), surroundings_.notBefore);
  if (retry_.at() <= at) return;
  policy_.onReconnectSoon(context_.now());
  context_.recorder.decide("reconnectSoon", "hopeful", {id_.value}, at - context_.now());
  retry_.setAt(at);
  delegate_.onConnectionState(*this, state_);
}

void Connection::onNetworkChange() {
  if (surroundings_.online) {
    if (state_ == ConnectionState::Backoff) retry_.setAt(std::max(retry_.at(), surroundings_.notBefore));
    reconnectSoon();
  } else if (state_ == ConnectionState::Open) {
    heartbeat_.probe();
  } else if (state_ == ConnectionState::Backoff) {
    waitUntil(retry_.at());
  }
  const bool trying = state_ == ConnectionState::Backoff || state_ == ConnectionState::Connecting;
  if (trying) delegate_.onConnectionState(*this, state_);  // the cause has changed
}

/// The socket is lost or could not be opened: records why, and waits for as long as the policy says.
void Connection::lose(const Cause& cause) {
  waitAfter(cause);
  giveUp(cause);
}

void Connection::giveUp(const Cause& cause) {
  dropTransport();
  roundTrip_.reset();
  failure_ = cause;
  transition(ConnectionState::Backoff, cause);
}

void Connection::waitAfter(const Cause& cause) {
  const TimePoint now = context_.now();
  Duration wait{0};
  if (cause.retry == Retry::Slow) {
    wait = policy_.afterRefusal(now, liveFor(cause));
  } else if (state_ == ConnectionState::Open) {
    wait = policy_.afterLoss(now, liveFor(cause), surroundings_.hidden);
  } else {
    wait = policy_.afterFailure(now, surroundings_.hidden);
  }
  if (cause.code == ReasonCode::RateLimited) {
    surroundings_.notBefore = std::max(surroundings_.notBefore, now + wait);
    surroundings_.limit = cause;
  }
  waitUntil(now + wait);
  context_.recorder.decide("wait", toString(cause.code), {id_.value}, retry_.at() - now);
}

void Connection::waitUntil(TimePoint at) {
  if (!surroundings_.online) at = std::max(at, context_.now() + options_.reconnect.offlineProbe);
  retry_.setAt(std::max(at, surroundings_.notBefore));
}

/// For how long frames have arrived on the present socket.
Duration Connection::liveFor(const Cause& cause) const {
  if (!liveSince_) return Duration{0};
  const TimePoint end = cause.code == ReasonCode::HalfOpen ? heartbeat_.lastInboundAt() : context_.now();
  return end - *liveSince_;
}

Cause Connection::lastFailure() const {
  if (surroundings_.online) return failure_;
  return {ReasonCode::Offline, Retry::Backoff, "The network is offline."};
}

bool Connection::refusedForLimit() const {
  return limitRefusedAt_ && context_.now() - *limitRefusedAt_ <= kCloseAfterRefusal;
}

/// Browsers hide why a handshake failed, so the likely reason is derived from the api key (protocol.md §1.2).
Cause Connection::refusal(Cause cause) const {
  if (cause.code != ReasonCode::ConnectFailed || options_.apikeyIsOpaque) return cause;
  if (!options_.apikey || options_.apikey->role.empty() || !options_.apikey->expiresAt) {
    return {ReasonCode::ApiKeyInvalid, Retry::Slow,
            "The connection was refused. Likely cause: `apikey` is not a JWT with `role` and `exp`; copy the project's "
            "anon or "
            "publishable key."};
  }
  if (*options_.apikey->expiresAt <= context_.clock.wallNow()) {
    return {ReasonCode::ApiKeyExpired, Retry::Slow,
            "The connection was refused. Likely cause: `apikey` has expired by its own `exp`; give a current key."};
  }
  return cause;
}

void Connection::onTransportOpen() {
  Turn turn(context_.turns);
  context_.recorder.note(EntryKind::SocketOpen, id_.value);
  handshake_.cancel();
  heartbeat_.start();
  transition(ConnectionState::Open, {});
}

/// A malformed frame that mentions database changes is reported as an unreadable change of the first topic in it: the
/// server writes the topic before the row.
void Connection::onMalformed(std::string_view text) {
  ++counters_.badFrames;
  context_.log.write(LogLevel::Debug, concat({"Dropped a malformed frame of ", decimal(text.size()), " bytes."}));
  const auto start = text.find(names::kTopicPrefix);
  if (start == std::string_view::npos || text.find(names::kPostgresChanges) == std::string_view::npos) return;
  const auto rest = text.substr(start);
  delegate_.onConnectionFrame(*this, {{}, {}, rest.substr(0, rest.find('"')), names::kPostgresChanges, {}, {}, {}});
}

void Connection::onTransportClose(int code, std::string_view reason) {
  Turn turn(context_.turns);
  context_.recorder.begin(EntryKind::SocketClosed)
      .number(id_.value)
      .number(static_cast<unsigned>(code))
      .raw(reason)
      .end();
  if (state_ == ConnectionState::Closing) {
    dropTransport();
    transition(ConnectionState::Idle, cause_);
    return;
  }
  lose(refusal(classifyClose(code, reason, state_ == ConnectionState::Open, refusedForLimit())));
}

std::string Connection::sendHeartbeat() {
  probedAt_ = context_.moment();
  return *send(names::kPhoenixTopic, names::kHeartbeat, "{}", {});
}

void Connection::onHalfOpen() {
  lose({ReasonCode::HalfOpen, Retry::Backoff, "The server stopped answering; the connection is being replaced."});
}

void Connection::onRoundTrip(Duration roundTrip) {
  roundTrip_ = roundTrip;
  confirmedAt_ = probedAt_;
  delegate_.onRoundTrip(*this);
}

/// The next frame's ref; nothing when it could not be sent.
std::optional<std::string> Connection::takeRef(std::string_view topic, std::string_view payload) {
  constexpr std::size_t kEnvelopeRoom = 1'000;
  const bool fits = payload.size() + topic.size() + kEnvelopeRoom <= names::kMaxFrameBytes;
  if (state_ != ConnectionState::Open || !fits) return std::nullopt;
  return decimal(++lastRef_);
}

std::optional<std::string> Connection::send(std::string_view topic, std::string_view event, std::string_view payload,
                                            std::string_view joinRef) {
  auto ref = takeRef(topic, payload);
  if (ref) write({joinRef, *ref, topic, event, payload});
  return ref;
}

std::optional<std::string> Connection::newRef() {
  return takeRef({}, {});
}

bool Connection::sendBytes(std::string_view bytes) {
  if (state_ != ConnectionState::Open || bytes.size() > names::kMaxFrameBytes) return false;
  ++counters_.framesOut;
  counters_.bytesOut += bytes.size();
  recordBytes(EntryKind::FrameOut, bytes);
  transport_->sendBinary(bytes);
  return true;
}

std::optional<std::string> Connection::sendJoin(std::string_view topic, std::string_view payload) {
  auto ref = takeRef(topic, payload);
  if (!ref) return ref;
  write({*ref, *ref, topic, names::kJoin, payload});
  ++counters_.joins;
  return ref;
}

void Connection::write(const OutgoingFrame& frame) {
  const std::string text = encodeFrame(options_.version, frame);
  ++counters_.framesOut;
  counters_.bytesOut += text.size();
  if (context_.recorder.hasFrames()) {
    context_.recorder.frameText(EntryKind::FrameOut, id_, text, text.size(), frame.topic, frame.event, frame.ref);
  } else {
    context_.recorder.frame(EntryKind::FrameOut, id_, text.size(), frame.topic, frame.event, frame.ref);
  }
  transport_->sendText(text);
}

}  // namespace switchboard
