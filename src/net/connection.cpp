#include "net/connection.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/text.h"
#include "base/transitions.h"
#include "protocol/classify.h"
#include "protocol/names.h"

namespace switchboard {

std::string_view toString(ConnectionState state) {
  switch (state) {
    case ConnectionState::Idle:
      return "idle";
    case ConnectionState::Connecting:
      return "connecting";
    case ConnectionState::Open:
      return "open";
    case ConnectionState::Backoff:
      return "backoff";
    case ConnectionState::Closing:
      return "closing";
    case ConnectionState::Closed:
      return "closed";
  }
  return "?";
}

bool isLegal(ConnectionState from, ConnectionState to) {
  using S = ConnectionState;
  using Step = Transition<S>;
  constexpr std::array kSteps = {
      Step{S::Idle, S::Connecting},    Step{S::Idle, S::Closed},        Step{S::Connecting, S::Open},
      Step{S::Connecting, S::Backoff}, Step{S::Connecting, S::Idle},    Step{S::Connecting, S::Closed},
      Step{S::Open, S::Backoff},       Step{S::Open, S::Closing},       Step{S::Open, S::Closed},
      Step{S::Backoff, S::Connecting}, Step{S::Backoff, S::Idle},       Step{S::Backoff, S::Closed},
      Step{S::Closing, S::Idle},       Step{S::Closing, S::Connecting}, Step{S::Closing, S::Closed},
  };
  return allows(kSteps, from, to);
}

Connection::Connection(ConnectionId id, const ConnectionOptions& options, Context& context,
                       TransportFactory& transports, Counters& counters, ConnectionDelegate& delegate)
    : id_(id),
      options_(options),
      context_(context),
      transports_(transports),
      counters_(counters),
      delegate_(delegate),
      heartbeat_(context, options.heartbeat, *this),
      handshake_(context.deadlines, DeadlineKind::ConnectTimeout,
                 [this] {
                   if (state_ == ConnectionState::Closing) {
                     dropTransport();
                     transition(ConnectionState::Idle, cause_);
                   } else {
                     lose({Code::ConnectTimeout, Retry::Backoff, "The server did not answer the handshake in time."});
                   }
                 }),
      retry_(context.deadlines, DeadlineKind::Reconnect, [this] { connect(); }),
      proven_(context.deadlines, DeadlineKind::Proven,
              [this] {
                backoff_.reset();
                slowBackoff_.reset();
              }),
      backoff_(options.backoffBase),
      slowBackoff_(options.slowBase),
      since_(context.clock.wallNow()) {}

Connection::~Connection() = default;

void Connection::transition(ConnectionState to, Cause cause) {
  assert(isLegal(state_, to) && "illegal connection transition");
  const ConnectionState from = state_;
  state_ = to;
  cause_ = std::move(cause);
  since_ = context_.clock.wallNow();
  delegate_.onConnectionState(*this, from);
}

std::optional<WallTime> Connection::nextRetryAt() const {
  if (!retry_.isSet()) return std::nullopt;
  return context_.clock.wallNow() + std::max(Duration{0}, retry_.at() - context_.now());
}

WallTime Connection::lastProofOfLife() const {
  return context_.clock.wallNow() - (context_.now() - heartbeat_.lastInboundAt());
}

void Connection::open() {
  if (state_ == ConnectionState::Idle || state_ == ConnectionState::Closing) connect();
}

void Connection::connect() {
  dropTransport();
  retry_.cancel();
  transition(ConnectionState::Connecting, {Code::Connecting, Retry::Backoff, "Connecting."});
  if (state_ != ConnectionState::Connecting) return;
  heard_ = false;
  ++counters_.connects;
  transport_ = transports_.open(options_.url, *this);
  if (transport_ == nullptr) {
    lose({Code::ConnectFailed, Retry::Slow, "The runtime refused to open a WebSocket to the given url."});
    return;
  }
  handshake_.setAfter(options_.connectTimeout);
}

void Connection::dropTransport() {
  heartbeat_.stop();
  handshake_.cancel();
  proven_.cancel();
  if (transport_ != nullptr) context_.turns.discard(std::move(transport_));
  transport_.reset();
}

void Connection::release(Cause cause) {
  switch (state_) {
    case ConnectionState::Open:
      heartbeat_.stop();
      proven_.cancel();
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
  transition(ConnectionState::Closed, {Code::Disposed, Retry::Parked, "The manager was disposed of."});
}

void Connection::replace(Cause cause) {
  if (state_ == ConnectionState::Open || state_ == ConnectionState::Connecting) {
    lose(std::move(cause));
    hurry();
  } else if (state_ == ConnectionState::Backoff) {
    cause_ = std::move(cause);
    hurry();
  }
}

void Connection::hurry() {
  if (state_ == ConnectionState::Open) heartbeat_.probe();
  if (state_ != ConnectionState::Backoff) return;
  const TimePoint now = context_.now();
  TimePoint at = now + Duration{static_cast<Duration::rep>(
                           context_.random.below(static_cast<std::uint64_t>(options_.hurryJitter.count()) + 1))};
  if (lastHurry_) at = std::max(at, *lastHurry_ + options_.hurryInterval);
  if (retry_.isSet() && retry_.at() <= at) return;
  lastHurry_ = at;
  retry_.setAt(at);
  delegate_.onConnectionState(*this, state_);
}

void Connection::setOnline(bool online) {
  if (online == online_) {
    if (online) hurry();
    return;
  }
  online_ = online;
  if (online) {
    hurry();
    return;
  }
  if (state_ == ConnectionState::Open) {
    heartbeat_.probe();
  } else if (state_ == ConnectionState::Backoff) {
    cause_ = {Code::Offline, Retry::Backoff, "The network is offline."};
    waitForRetry();
    delegate_.onConnectionState(*this, state_);
  }
}

/// The socket is gone, or was never there: notes why and waits as long as the cause asks for.
void Connection::lose(Cause cause) {
  dropTransport();
  roundTrip_.reset();
  if (!online_) cause = {Code::Offline, Retry::Backoff, "The network is offline."};
  cause_ = cause;
  waitForRetry();
  transition(ConnectionState::Backoff, std::move(cause));
}

void Connection::waitForRetry() {
  if (!online_) {
    retry_.setAfter(options_.offlineProbe);
  } else if (cause_.retry == Retry::Slow) {
    retry_.setAfter(options_.slowBase + slowBackoff_.next(context_.random, options_.slowCap));
  } else {
    retry_.setAfter(backoff_.next(context_.random, hidden_ ? options_.backoffHiddenCap : options_.backoffCap));
  }
}

/// A browser hides why a handshake failed, so the key itself is looked at for the likely reason (protocol.md §1.2).
Cause Connection::refusal(Cause cause) const {
  if (cause.code != Code::ConnectFailed || options_.apikeyIsOpaque) return cause;
  if (!options_.apikey || options_.apikey->role.empty() || !options_.apikey->expiresAt) {
    return {Code::ApiKeyInvalid, Retry::Slow,
            "The connection was refused. Likely cause: `apikey` is not a JWT with `role` and `exp`; copy the project's "
            "anon or "
            "publishable key."};
  }
  if (*options_.apikey->expiresAt <= context_.clock.wallNow()) {
    return {Code::ApiKeyExpired, Retry::Slow,
            "The connection was refused. Likely cause: `apikey` has expired by its own `exp`; give a current key."};
  }
  return cause;
}

void Connection::onTransportOpen() {
  Turn turn(context_.turns);
  handshake_.cancel();
  heartbeat_.start();
  transition(ConnectionState::Open, {});
}

void Connection::onTransportBinary(std::string_view bytes) {
  Turn turn(context_.turns);
  countInbound(bytes.size());
  ++counters_.ignoredFrames;  // only broadcasts are binary, and nothing here listens to broadcasts
}

/// One that speaks of database changes is taken for a change of the first topic in it, which can't be read: the server
/// writes the topic in front of the row.
void Connection::onMalformed(std::string_view text) {
  ++counters_.badFrames;
  context_.log.write(LogLevel::Debug, "Dropped a malformed frame of " + decimal(text.size()) + " bytes.");
  const auto start = text.find(names::kTopicPrefix);
  if (start == std::string_view::npos || text.find(names::kPostgresChanges) == std::string_view::npos) return;
  const auto rest = text.substr(start);
  delegate_.onConnectionFrame(*this, {{}, {}, rest.substr(0, rest.find('"')), names::kPostgresChanges, {}, {}, {}});
}

void Connection::onTransportClose(int code, std::string_view reason) {
  Turn turn(context_.turns);
  if (state_ == ConnectionState::Closing) {
    dropTransport();
    transition(ConnectionState::Idle, cause_);
    return;
  }
  lose(refusal(classifyClose(code, reason, state_ == ConnectionState::Open)));
}

std::string Connection::sendHeartbeat() {
  return *send(names::kPhoenixTopic, names::kHeartbeat, "{}", {});
}

void Connection::onHalfOpen() {
  lose({Code::HalfOpen, Retry::Backoff, "The server stopped answering; the connection is being replaced."});
}

void Connection::onRoundTrip(Duration roundTrip) {
  roundTrip_ = roundTrip;
  delegate_.onRoundTrip(*this);
}

std::optional<std::string> Connection::send(std::string_view topic, std::string_view event, std::string_view payload,
                                            std::string_view joinRef) {
  constexpr std::size_t kEnvelopeRoom = 1'000;
  if (state_ != ConnectionState::Open || payload.size() + topic.size() + kEnvelopeRoom > names::kMaxFrameBytes) {
    return std::nullopt;
  }
  std::string ref = decimal(++lastRef_);
  write({joinRef, ref, topic, event, payload});
  return ref;
}

std::optional<std::string> Connection::sendJoin(std::string_view topic, std::string_view payload) {
  const std::string ownRef = decimal(lastRef_ + 1);
  auto ref = send(topic, names::kJoin, payload, ownRef);
  if (ref) ++counters_.joins;
  return ref;
}

void Connection::write(const OutgoingFrame& frame) {
  const std::string text = encodeFrame(options_.version, frame);
  ++counters_.framesOut;
  counters_.bytesOut += text.size();
  heartbeat_.onOutbound();
  transport_->sendText(text);
}

}  // namespace switchboard
