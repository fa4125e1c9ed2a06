#include "user_channel/user_channel.h"

#include <algorithm>
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

UserChannel::UserChannel(UserChannelSpec spec, const UserChannelOptions& options, SendBudget& budget, Context& context,
                         Multiplexer& multiplexer, TokenRefresher& tokens, UserChannelDelegate& delegate)
    : spec_(std::move(spec)),
      options_(options),
      context_(context),
      multiplexer_(multiplexer),
      tokens_(tokens),
      delegate_(delegate),
      channel_(concat({names::kTopicPrefix, spec_.name}), options.joinTimeout, context, multiplexer.link(), *this),
      pushes_(options.pushes, budget, context, *this),
      own_(options.presence, context, *this),
      replay_(spec_.replay),
      retry_(context.deadlines, DeadlineKind::Retry, [this] { join(); }),
      leaves_(context.deadlines, DeadlineKind::Linger, [this] { reportPresence(); }),
      settle_(context.deadlines, DeadlineKind::Linger, [this] { reportGap(replay_.isComplete()); }),
      cause_(kConnecting) {}

void UserChannel::open(HandleId handle, bool self, bool presence) {
  handles_.push_back(Handle{handle, self, presence});
  handleIds_.push_back(handle);
  const bool isNew = !routed_ && !retry_.isSet();
  const bool lacksPresence = presence && routed_ && !joinedPresence_;
  if (isNew || lacksPresence) retry_.setAfter(Duration{0});
}

void UserChannel::close(HandleId handle) {
  handles_.removeIf([&](const Handle& each) { return each.id == handle; });
  handleIds_.remove(handle);
  pushes_.onHandleClosed(handle);
  own_.onHandleClosed(handle);
}

void UserChannel::end() {
  retry_.cancel();
  leaves_.cancel();
  settle_.cancel();
  own_.onLost();
  pushes_.close();
  if (routed_) multiplexer_.remove(channel_);
  routed_ = false;
}

/// Also from Joined, for what a join has to ask for: the server then ends the old join when the new one is answered.
void UserChannel::join() {
  if (channel_.state() == ChannelState::Joining) {
    retry_.setAfter(options_.retryBase);
    return;
  }
  if (state_ != SubscriptionState::Live) setState(SubscriptionState::Pending, kConnecting);
  routed_ = true;
  multiplexer_.add(channel_);
}

std::string UserChannel::onChannelJoining(Channel& /*channel*/) {
  joinedPresence_ = wantsPresence();
  tokenVersion_ = tokens_.version();
  presence_.awaitState();
  own_.onLost();
  pushes_.onLost();
  if (state_ != SubscriptionState::Live) setState(SubscriptionState::Joining, kJoiningCause);
  UserJoin join{spec_.presenceKey, joinedPresence_, spec_.isPrivate};
  if (const auto request = spec_.isPrivate ? replay_.request() : std::nullopt) {
    join.replaySince = request->since;
    join.replayLimit = request->limit;
  }
  return switchboard::joinPayload(join, tokens_.token());
}

void UserChannel::onChannelJoined(Channel& /*channel*/, JsonValue /*response*/) {
  if (tokenVersion_ == tokens_.version()) tokens_.accepted();
  liveSince_ = context_.now();
  replay_.onJoined(context_.clock.wallNow());
  setState(SubscriptionState::Live, {});
  endGap();
  own_.onJoined();
  pushes_.onJoined();
}

void UserChannel::onChannelFailed(Channel& /*channel*/, const Cause& failure) {
  Cause cause = failure;
  if (concernsToken(cause) && tokenVersion_ != tokens_.version()) cause.retry = Retry::Backoff;
  beginGap(cause);
  own_.onLost();
  pushes_.onLost();
  presence_.awaitState();
  leaves_.cancel();
  multiplexer_.remove(channel_);
  routed_ = false;
  if (!multiplexer_.connection().isOpen()) {
    retry_.setAfter(Duration{0});  // waits for the connection
    setState(SubscriptionState::Pending, cause);
    return;
  }
  const bool isParked = cause.retry == Retry::Parked || (cause.retry == Retry::NewToken && !concernsToken(cause));
  if (context_.now() - liveSince_ >= options_.stableAfter) attempts_ = 0;
  retry_.setAfter(isParked ? lengthened(context_.random, options_.parkedRetry) : retryDelay(cause));
  setState(isParked ? SubscriptionState::Parked : SubscriptionState::Retrying, cause);
  if (cause.retry == Retry::NewToken && concernsToken(cause)) tokens_.refuse(cause);
}

Duration UserChannel::retryDelay(const Cause& cause) {
  const unsigned attempt = attempts_++;
  if (cause.retry != Retry::Slow) return fullJitter(context_.random, options_.retryBase, options_.retryCap, attempt);
  return options_.slowBase + fullJitter(context_.random, options_.slowBase, options_.slowCap, attempt);
}

void UserChannel::onTokenChanged() {
  if (cause_.retry == Retry::NewToken && retry_.isSet()) retry_.setAfter(Duration{0});
}

std::optional<WallTime> UserChannel::nextTryAt() const {
  if (!retry_.isSet()) return std::nullopt;
  return context_.clock.wallNow() + (retry_.at() - context_.now());
}

void UserChannel::setState(SubscriptionState state, Cause cause) {
  state_ = state;
  cause_ = std::move(cause);
  delegate_.onUserChannelState(*this);
}

bool UserChannel::wantsPresence() const {
  return std::any_of(handles_.begin(), handles_.end(), [](const Handle& handle) { return handle.presence; });
}

bool UserChannel::onChannelReply(Channel& /*channel*/, std::string_view ref, const Reply& reply) {
  return pushes_.onReply(ref, reply.ok, reply.ok ? std::string() : refusalText(reply.response));
}

/// Live also while it joins for more: until the answer, what comes is of the join before.
void UserChannel::onChannelMessage(Channel& /*channel*/, const Envelope& envelope) {
  if (envelope.event == names::kBroadcast) {
    const auto broadcast = isLive() ? readBroadcast(envelope.payload) : std::nullopt;
    if (broadcast) deliver(*broadcast);
  } else if (joinedPresence_) {
    onPresence(envelope);
  }
}

void UserChannel::onPresence(const Envelope& envelope) {
  bool understood = true;
  if (envelope.event == names::kPresenceState) {
    understood = presence_.applyState(envelope.payload, context_.now() + options_.returnGrace);
  } else if (envelope.event == names::kPresenceDiff) {
    understood = presence_.applyDiff(envelope.payload);
  }
  if (!understood) retry_.setAfter(retryDelay({}));
  reportPresence();
}

bool UserChannel::onBinary(const BinaryFrame& frame) {
  if (!isLive() || frame.kind != BinaryKind::UserBroadcast) return false;
  deliver(broadcastOf(frame));
  return true;
}

void UserChannel::deliver(const Broadcast& broadcast) {
  const auto meta = readBroadcastMeta(broadcast.meta);
  if (replay_.admit(meta)) delegate_.onUserBroadcast(*this, broadcast, meta, handleIds_);
}

/// The server is asked not to send own broadcasts back: it could not say which handle's they are.
void UserChannel::loopBack(const Push& push) {
  Vector<HandleId> handles;
  for (const auto& handle : handles_) {
    if (handle.id != push.handle || handle.self) handles.push_back(handle.id);
  }
  if (!handles.empty()) delegate_.onUserBroadcast(*this, {push.event, push.encoding, push.payload, {}}, {}, handles);
}

void UserChannel::reportPresence() {
  presence_.takeChanges(context_.now(),
                        [this](const PresenceChange& change) { delegate_.onUserPresence(*this, change); });
  if (const auto next = presence_.nextLeave(); next && !presence_.awaitsState()) leaves_.setAt(*next);
}

std::optional<Error> UserChannel::send(Push push) {
  constexpr std::size_t kEnvelopeRoom = 2'000;
  if (push.event.empty() || push.event.size() > kMaxBinaryFieldBytes) {
    return invalidOption("event", "An event's name has 1 to 255 bytes in UTF-8.");
  }
  if (push.metadata.size() > kMaxBinaryFieldBytes) return invalidOption("persist", "It may take 255 bytes at most.");
  if (push.payload.size() > names::kMaxFrameBytes - kEnvelopeRoom) {
    return invalidOption("payload", "It is above the server's limit for one frame, 5,000,000 bytes: send it in parts.");
  }
  if (multiplexer_.connection().version() == Version::V1 &&
      (push.encoding == PayloadEncoding::Bytes || !push.metadata.empty())) {
    return invalidOption("payload", "Bytes and `persist` need the protocol's version 2.0.0: set `vsn` to it.");
  }
  pushes_.send(std::move(push));
  return std::nullopt;
}

std::optional<std::string> UserChannel::transmit(const Push& push) {
  auto ref = multiplexer_.connection().version() == Version::V1
                 ? channel_.push(names::kBroadcast, broadcastPayload(push.event, push.payload))
                 : sendBinary(push);
  if (ref) loopBack(push);
  return ref;
}

std::optional<std::string> UserChannel::sendBinary(const Push& push) {
  auto ref = multiplexer_.link().newRef();
  if (!ref) return ref;
  const auto frame =
      encodeBinaryFrame(Sender::Client, {BinaryKind::UserBroadcastPush, push.encoding, channel_.joinRef(), *ref,
                                         channel_.topic(), push.event, push.metadata, push.payload});
  if (!frame || !multiplexer_.link().sendBytes(frame.value())) return std::nullopt;
  return ref;
}

void UserChannel::onPushDone(PushId id, PushOutcome outcome, std::string_view message) {
  delegate_.onUserPushDone(*this, id, outcome, message);
}

void UserChannel::sendTrack(const std::string& payload) {
  channel_.push(names::kPresence, presencePayload("track", payload));
}

void UserChannel::sendUntrack() {
  channel_.push(names::kPresence, presencePayload("untrack", {}));
}

void UserChannel::beginGap(const Cause& cause) {
  if (!isLive()) return;
  const WallTime alive = context_.clock.wallNow() - (context_.now() - multiplexer_.connection().lastInboundAt());
  replay_.onAlive(alive);
  if (settle_.isSet()) reportGap(false);
  gap_ = UserChannelGap{cause, alive, {}, false};
}

/// Whether a replay has brought all is known only once it is over.
void UserChannel::endGap() {
  if (!gap_) return;
  gap_->to = context_.clock.wallNow();
  if (spec_.isPrivate) {
    settle_.setAfter(options_.replaySettle);
  } else {
    reportGap(false);
  }
}

void UserChannel::reportGap(bool healed) {
  settle_.cancel();
  gap_->healed = healed;
  delegate_.onUserGap(*this, *gap_);
  gap_.reset();
}

}  // namespace switchboard
