#include "channel/multiplexer.h"

namespace switchboard {

Multiplexer::Multiplexer(ConnectionId id, const ConnectionOptions& connectionOptions, const MultiplexerOptions& options,
                         Surroundings& surroundings, Context& context, TransportFactory& transports,
                         TokenRefresher& tokens, JoinPace& pace, Counters& counters, MultiplexerDelegate& delegate)
    : options_(options),
      tokens_(tokens),
      pace_(pace),
      counters_(counters),
      delegate_(delegate),
      recorder_(context.recorder),
      joinSlot_(context.deadlines, DeadlineKind::JoinSlot, [this] { pump(); }),
      idleClose_(context.deadlines, DeadlineKind::IdleClose,
                 [this] {
                   if (isUnused()) connection_.release();
                 }),
      connection_(id, connectionOptions, surroundings, context, transports, counters, *this) {}

void Multiplexer::setNeeded(const SocketOwner& owner, bool needed) {
  neededBy_.remove(&owner);
  if (needed) {
    neededBy_.push_back(&owner);
    idleClose_.cancel();
    connection_.open();
  } else {
    restIfUnused();
  }
}

void Multiplexer::shutDown() {
  joinSlot_.cancel();
  idleClose_.cancel();
  connection_.close();
}

void Multiplexer::restIfUnused() {
  const auto state = connection_.state();
  const bool resting = state == ConnectionState::Idle || state == ConnectionState::Closed;
  if (isUnused() && !resting && !idleClose_.isSet()) idleClose_.setAfter(options_.idleClose);
}

void Multiplexer::add(Channel& channel) {
  router_.add(channel);
  queue_.push_back(&channel);
  idleClose_.cancel();
  connection_.open();
  pump();
}

void Multiplexer::remove(Channel& channel) {
  queue_.remove(&channel);
  router_.remove(channel);
  channel.leave();
  restIfUnused();
  delegate_.onRoom();
}

void Multiplexer::pushToken() {
  const std::string& token = tokens_.token();
  // The server ignores both (protocol.md §7). The next join goes without.
  if (token.empty() || token.starts_with("sb_")) return;
  const std::string payload = tokenPayload(token);
  router_.forEach([&](Channel& channel) { channel.pushToken(payload); });
}

void Multiplexer::pump() {
  if (joining_ != nullptr || queue_.empty() || !connection_.isOpen() || !tokens_.ready()) return;
  const Duration wait = pace_.wait();
  if (wait > Duration{0}) {
    recorder_.decide("waitForJoin", "joinsPerSecond", {connection_.id().value}, wait);
    joinSlot_.setAfter(wait);
    return;
  }
  pace_.take();
  joining_ = queue_.front();
  queue_.erase(queue_.begin());
  recorder_.decide("join", "its turn has come", {connection_.id().value, joining_->topic()});
  joining_->join();
}

void Multiplexer::onJoinDone(Channel& channel) {
  if (joining_ != &channel) return;
  joining_ = nullptr;
  joinSlot_.setWithin(pace_.wait());  // not from here: the channel's owner has yet to hear how the join ended
}

void Multiplexer::onJoinRefused(const Cause& cause) {
  if (cause.code == ReasonCode::RateLimited) connection_.onLimitRefusal();
}

void Multiplexer::onConnectionState(Connection& connection, ConnectionState from) {
  const bool lost = from == ConnectionState::Open && connection.state() != ConnectionState::Open;
  if (lost) {
    joinSlot_.cancel();
    const Cause cause = connection.cause();
    router_.forEach([&](Channel& channel) { channel.onConnectionLost(cause); });
  }
  if (connection.isOpen() && from != ConnectionState::Open) tokens_.refresh();
  delegate_.onMultiplexerState(*this);
  pump();
}

Duration Multiplexer::stallAllowance(const Connection& /*connection*/) const {
  return joining_ == nullptr ? Duration{0} : options_.joinStall;
}

void Multiplexer::onRoundTrip(Connection& /*connection*/) {
  delegate_.onRoundTrip(*this);
}

bool Multiplexer::onConnectionBytes(Connection& /*connection*/, std::string_view bytes) {
  const auto frame = decodeBinaryFrame(Sender::Server, bytes);
  Channel* channel = frame ? router_.find(frame.value().topic) : nullptr;
  return channel != nullptr && channel->onBinary(frame.value());
}

std::optional<std::string> Multiplexer::sendJoin(std::string_view topic, std::string_view payload) {
  return connection_.sendJoin(topic, payload);
}

std::optional<std::string> Multiplexer::sendOn(std::string_view topic, std::string_view event, std::string_view payload,
                                               std::string_view joinRef) {
  return connection_.send(topic, event, payload, joinRef);
}

}  // namespace switchboard
