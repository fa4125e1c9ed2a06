#include "user_channel/user_channel.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.h"
#include "json/json_writer.h"
#include "protocol/frames/names.h"
#include "timing/backoff.h"

namespace switchboard {

namespace {

const Cause kConnecting{ReasonCode::Connecting, Retry::Backoff, "Waiting for its turn to join."};
const Cause kJoiningCause{ReasonCode::Connecting, Retry::Backoff, "Joining."};

bool concernsToken(const Cause& cause) {
  return cause.code == ReasonCode::TokenExpired || cause.code == ReasonCode::TokenInvalid;
}

std::string presencePayload(std::string_view event, std::string_view payload) {
  JsonWriter json;
  json.beginObject();
  json.text("type", "presence");
  json.text("event", event);
  if (!payload.empty()) json.verbatim("payload", payload);
  json.endObject();
  return json.take();
}

}  // namespace

UserChannel::UserChannel(UserChannelSpec&& spec, const UserChannelOptions& options, SendBudget& budget, Version version,
                         Context& context, TokenRefresher& tokens, UserChannelDelegate& delegate)
    : spec_(std::move(spec)),
      topic_(concat({names::kTopicPrefix, spec_.name})),
      ownKey_(concat({"sb-", decimal(context.random.next())})),
      options_(options),
      version_(version),
      context_(context),
      tokens_(tokens),
      delegate_(delegate),
      pushes_(options.pushes, budget, context, *this),
      own_(options.presence, context, *this),
      replay_(spec_.replay),
      retry_(context.deadlines, DeadlineKind::Retry, [this] { comeDue(); }),
      leaves_(context.deadlines, DeadlineKind::Linger, [this] { reportPresence(); }),
      settle_(context.deadlines, DeadlineKind::Linger, [this] { settleReplay(); }),
      cause_(kConnecting),
      since_(context.clock.wallNow()) {
  retry_.setAfter(Duration{0});
}

void UserChannel::open(HandleId handle, const HandleOptions& options) {
  handles_.push_back(Handle{handle, {options.self, false}});
  handleIds_.push_back(handle);
  if (options.presence) watchPresence(handle);
}

void UserChannel::watchPresence(HandleId handle) {
  for (auto& each : handles_) {
    if (each.id != handle || std::exchange(each.options.presence, true)) continue;
    showPresent(handle);
    if (channel_ && !joinedPresence_) rejoin();
  }
}

void UserChannel::close(HandleId handle) {
  handles_.removeIf([&](const Handle& each) { return each.id == handle; });
  handleIds_.remove(handle);
  if (gap_) gap_->handles.remove(handle);
  pushes_.onHandleClosed(handle);
  own_.onHandleClosed(handle);
}

bool UserChannel::takePresenceKey(const std::string& key) {
  if (key.empty() || key == spec_.presenceKey) return true;
  if (!spec_.presenceKey.empty() || own_.tracksAnything()) return false;
  spec_.presenceKey = key;
  delegate_.onUserChannelState(*this);
  if (channel_) rejoin();
  return true;
}

void UserChannel::end() {
  retry_.cancel();
  leaves_.cancel();
  settle_.cancel();
  due_ = false;
  own_.onLost();
  pushes_.close();
  leaveSocket();
}

/// For what a join has to ask for. The server ends the old join when the new one is answered.
void UserChannel::rejoin() {
  if (!queued_) retry_.setAfter(Duration{0});
}

void UserChannel::comeDue() {
  if (!channel_) {
    if (state_ != SubscriptionState::Pending) setState(SubscriptionState::Pending, kConnecting);
    due_ = true;
    delegate_.onUserChannelDue(*this);
  } else if (channel_->state() == ChannelState::Joining || settle_.isSet()) {
    retry_.setAfter(options_.retryBase);  // a join would begin another replay, and nobody could tell them apart
  } else if (!pushes_.pause()) {
    retry_.setAfter(Duration{100});  // with another join the server drops what it has not handled
  } else if (!std::exchange(queued_, true)) {
    socket_->add(*channel_);
  }
}

void UserChannel::joinOn(Multiplexer& socket) {
  due_ = false;
  queued_ = true;
  socket_ = &socket;
  ChannelDelegate& self = *this;
  channel_ = std::make_unique<Channel>(topic_, options_.joinTimeout, context_, socket.link(), self);
  socket.add(*channel_);
}

void UserChannel::leaveSocket() {
  if (!channel_) return;
  socket_->remove(*channel_);
  queued_ = false;
  context_.turns.deferredDelete(std::move(channel_));
}

void UserChannel::wait(Cause cause, std::optional<WallTime> until) {
  setState(SubscriptionState::Pending, std::move(cause), until);
}

void UserChannel::recall(const Cause& cause) {
  leaveSocket();
  setState(SubscriptionState::Pending, cause);
  comeDue();
}

void UserChannel::retryNow() {
  attempts_ = 0;
  if (!channel_ && !due_) retry_.setAfter(Duration{0});
}

std::string UserChannel::onChannelJoining(Channel& /*channel*/) {
  queued_ = false;
  answered_ = false;
  const bool hadPresence = std::exchange(joinedPresence_, !presenceHandles().empty());
  tokenVersion_ = tokens_.version();
  askedAt_ = context_.now();
  if (hadPresence && !joinedPresence_) {
    presence_.clear();
    leaves_.cancel();
  }
  own_.onLost();
  pushes_.pause();
  if (!isLive()) setState(SubscriptionState::Joining, kJoiningCause);
  UserJoin join{presenceKey(), joinedPresence_, spec_.isPrivate};
  if (const auto request = spec_.isPrivate ? replay_.request() : std::nullopt) {
    join.replaySince = request->since;
    join.replayLimit = request->limit;
  }
  return switchboard::joinPayload(join, tokens_.token());
}

void UserChannel::onChannelJoined(Channel& /*channel*/, JsonValue /*response*/) {
  if (tokenVersion_ == tokens_.version()) tokens_.accepted();
  answered_ = true;
  risky_ = false;
  joinedAfter_ = askedAt_;
  presence_.awaitState();  // what came before is of the join before, and in the state
  liveSince_ = context_.now();
  replay_.onJoined(context_.clock.wallNow());
  const bool isRejoin = isLive();
  setState(SubscriptionState::Live, {});
  if (isRejoin) delegate_.onUserChannelState(*this);
  endGap();
  own_.onJoined();
  pushes_.onJoined();
}

/// After a lost connection it is due at the next tick, to wait for a socket.
void UserChannel::onChannelFailed(Channel& /*channel*/, const Cause& failure) {
  Cause cause = failure;
  const bool tokenIsNewer = tokenVersion_ != tokens_.version();
  if (concernsToken(cause) && tokenIsNewer) cause.retry = Retry::Backoff;
  const bool lost = !socket_->connection().isOpen();
  if (answered_ && context_.now() - liveSince_ >= options_.stableAfter) attempts_ = 0;
  risky_ = !lost && !answered_ && !(concernsToken(cause) && tokenIsNewer);
  beginGap(cause.code);
  own_.onLost();
  pushes_.onLost();
  presence_.awaitState();
  leaves_.cancel();
  const auto nextSocketAt = socket_->connection().nextRetryAt();
  leaveSocket();
  if (lost) {
    retry_.setAfter(Duration{0});
    setState(SubscriptionState::Pending, cause, nextSocketAt);
    return;
  }
  const bool isParked = cause.retry == Retry::Parked || (cause.retry == Retry::NewToken && !concernsToken(cause));
  if (!isParked) {
    retry_.setAfter(retryDelay(cause));
  } else if (options_.parkedRetry > Duration{0}) {
    retry_.setAfter(lengthened(context_.random, options_.parkedRetry));
  } else {
    retry_.cancel();
  }
  setState(isParked ? SubscriptionState::Parked : SubscriptionState::Retrying, cause);
  if (cause.retry == Retry::NewToken && concernsToken(cause)) tokens_.refuse(cause);
}

Duration UserChannel::retryDelay(const Cause& cause) {
  const unsigned attempt = attempts_++;
  if (cause.retry != Retry::Slow) return fullJitter(context_.random, options_.retryBase, options_.retryCap, attempt);
  return options_.slowBase + fullJitter(context_.random, options_.slowBase, options_.slowCap, attempt);
}

void UserChannel::onTokenChanged() {
  const bool waits = state_ == SubscriptionState::Retrying || state_ == SubscriptionState::Parked;
  if (waits && cause_.retry == Retry::NewToken) retry_.setAfter(Duration{0});
}

std::optional<WallTime> UserChannel::nextTryAt() const {
  if (state_ == SubscriptionState::Pending) return waitsUntil_;
  if (isLive() || !retry_.isSet()) return std::nullopt;
  return context_.wallAt(retry_.at());
}

void UserChannel::setState(SubscriptionState state, Cause cause, std::optional<WallTime> until) {
  assert((state == state_ || isLegal(state_, state)) && "illegal channel state");
  const bool changed = state != state_ || cause.code != cause_.code || cause.message != cause_.message;
  if (state != state_) since_ = context_.clock.wallNow();
  if (changed) {
    context_.recorder.transition(EntryKind::TopicState, {0, topic_}, toString(state_), toString(state), cause);
  }
  state_ = state;
  cause_ = std::move(cause);
  if (std::exchange(waitsUntil_, until) != until || changed) delegate_.onUserChannelState(*this);
}

Vector<HandleId> UserChannel::presenceHandles() const {
  Vector<HandleId> handles;
  for (const auto& handle : handles_) {
    if (handle.options.presence) handles.push_back(handle.id);
  }
  return handles;
}

void UserChannel::showPresent(HandleId handle) {
  const Vector<HandleId> handles{handle};
  bool isNews = false;
  presence_.forEachReported([&](const PresenceChange& change) {
    isNews = true;
    delegate_.onUserPresence(&change, handles);
  });
  if (!isNews && !presence_.awaitsState()) delegate_.onUserPresence(nullptr, handles);
}

bool UserChannel::onChannelReply(Channel& /*channel*/, std::string_view ref, const Reply& reply) {
  return pushes_.onReply(ref, reply.ok, reply.ok ? std::string() : refusalText(reply.response));
}

/// Live also while it joins for more: until the answer, what comes is of the join before.
void UserChannel::onChannelMessage(Channel& /*channel*/, const Envelope& envelope) {
  if (envelope.event == names::kBroadcast) {
    if (const auto broadcast = isLive() ? readBroadcast(envelope.payload) : std::nullopt) deliver(*broadcast);
  } else if (joinedPresence_) {
    onPresence(envelope);
  }
}

void UserChannel::onPresence(const Envelope& envelope) {
  bool understood = true;
  const bool isState = envelope.event == names::kPresenceState;
  if (isState) {
    understood = presence_.applyState(envelope.payload, context_.now() + options_.returnGrace);
  } else if (envelope.event == names::kPresenceDiff) {
    understood = presence_.applyDiff(envelope.payload);
  }
  // Not put off by the next one that can't be used: they may come faster than any delay.
  if (!understood && !retry_.isSet()) retry_.setAfter(retryDelay({}));
  reportPresence(isState && understood);
}

bool UserChannel::onChannelBinary(Channel& /*channel*/, const BinaryFrame& frame) {
  if (!isLive() || frame.kind != BinaryKind::UserBroadcast) return false;
  return deliver(broadcastOf(frame));
}

/// False when its metadata can't be read.
bool UserChannel::deliver(const Broadcast& broadcast) {
  const auto meta = readBroadcastMeta(broadcast.meta);
  if (meta && replay_.admit(*meta) && isUsed()) delegate_.onUserBroadcast(broadcast, *meta, handleIds_, true);
  return meta.has_value();
}

/// The server is asked not to send own broadcasts back: it could not say which handle's they are. One that it takes
/// from a socket that the channel has left for another comes back all the same, as from somebody else.
void UserChannel::onPushTaken(const Push& push) {
  Vector<HandleId> handles;
  for (const auto& handle : handles_) {
    if (handle.id != push.handle || handle.options.self) handles.push_back(handle.id);
  }
  if (!handles.empty()) delegate_.onUserBroadcast({push.event, push.encoding, push.payload, {}}, {}, handles, false);
}

void UserChannel::reportPresence(bool isState) {
  const auto handles = presenceHandles();
  bool isNews = false;
  presence_.takeChanges(context_.now(), [&](const PresenceChange& change) {
    isNews = true;
    if (!handles.empty()) delegate_.onUserPresence(&change, handles);
  });
  if (isState && !isNews && !handles.empty()) delegate_.onUserPresence(nullptr, handles);
  if (const auto next = presence_.nextLeave(); next && !presence_.awaitsState()) leaves_.setAt(*next);
}

std::optional<Error> UserChannel::send(Push&& push) {
  constexpr std::size_t kEnvelopeRoom = 5'000;  // name and event may take six times their length, as "\u0000"
  if (push.event.empty() || push.event.size() > kMaxBinaryFieldBytes) return unusable("event");
  if (push.metadata.size() > kMaxBinaryFieldBytes) return unusable("persist");
  if (push.payload.size() > names::kMaxFrameBytes - kEnvelopeRoom) {
    return invalidOption("payload", "It is above the server's limit for one frame, 5,000,000 bytes: send it in parts.");
  }
  const bool needsBinary = push.encoding == PayloadEncoding::Bytes || !push.metadata.empty();
  if (needsBinary && version_ == Version::V1) return unusable("vsn");
  pushes_.send(std::move(push));
  return std::nullopt;
}

std::optional<std::string> UserChannel::transmit(const Push& push) {
  return version_ == Version::V1 ? channel_->push(names::kBroadcast, broadcastPayload(push.event, push.payload))
                                 : sendBinary(push);
}

std::optional<std::string> UserChannel::sendBinary(const Push& push) {
  auto ref = socket_->link().newRef();
  if (!ref) return ref;
  const auto frame =
      encodeBinaryFrame(Sender::Client, {BinaryKind::UserBroadcastPush, push.encoding, channel_->joinRef(), *ref,
                                         topic_, push.event, push.metadata, push.payload});
  if (!frame || !socket_->link().sendBytes(frame.value())) return std::nullopt;
  return ref;
}

void UserChannel::onPushDone(PushId id, PushOutcome outcome, std::string_view message) {
  delegate_.onUserPushDone(id, outcome, message);
}

void UserChannel::sendTrack(const std::string& payload) {
  channel_->push(names::kPresence, presencePayload("track", payload));
}

void UserChannel::sendUntrack() {
  channel_->push(names::kPresence, presencePayload("untrack", {}));
}

void UserChannel::beginGap(ReasonCode code) {
  if (!isLive()) return;
  const TimePoint sure = std::max(joinedAfter_, socket_->connection().confirmedAt().at);
  const WallTime alive = context_.clock.wallNow() - (context_.now() - sure);
  replay_.onAlive(alive);
  if (settle_.isSet()) reportGap(false);
  gap_ = UserChannelGap{handleIds_, code, alive, {}, false};
}

/// Whether a replay has brought all is known only once it is over, for which the server has no word.
void UserChannel::endGap() {
  if (!gap_) return;
  gap_->to = context_.clock.wallNow();
  if (spec_.isPrivate) {
    socket_->connection().reconnectSoon();
    settle_.setAfter(options_.replaySettle);
  } else {
    reportGap(false);
  }
}

/// The answer to a heartbeat shows that what the server sent before it has come: the line may be slow, or dead.
void UserChannel::settleReplay() {
  Connection& connection = socket_->connection();
  if (connection.confirmedAt().at >= liveSince_) {
    reportGap(replay_.isComplete());
  } else {
    connection.reconnectSoon();
    settle_.setAfter(options_.replaySettle);
  }
}

void UserChannel::reportGap(bool healed) {
  settle_.cancel();
  gap_->healed = healed;
  if (!gap_->handles.empty()) delegate_.onUserGap(std::move(*gap_));
  gap_.reset();
}

}  // namespace switchboard
