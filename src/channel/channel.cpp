#include "channel/channel.h"

#include <cassert>
#include <utility>

#include "base/enum_names.h"
#include "protocol/classify.h"
#include "protocol/frames/names.h"

namespace switchboard {

namespace {

const auto& tableOf(ChannelState /*any*/) {
  using S = ChannelState;
  static constexpr StateTable<S, 5> kTable({
      {S::Closed, "closed", {S::Joining}},
      {S::Joining, "joining", {S::Joined, S::Errored, S::Closed, S::Leaving}},
      {S::Joined, "joined", {S::Errored, S::Closed, S::Leaving, S::Joining}},
      {S::Leaving, "leaving", {S::Closed}},
      {S::Errored, "errored", {S::Joining, S::Closed}},
  });
  return kTable;
}

}  // namespace

std::string_view toString(ChannelState state) {
  return tableOf(state).nameOf(state);
}

bool isLegal(ChannelState from, ChannelState to) {
  return tableOf(from).allows(from, to);
}

Channel::Channel(std::string topic, Duration joinTimeout, Context& context, ChannelLink& link,
                 ChannelDelegate& delegate)
    : topic_(std::move(topic)),
      joinTimeoutAfter_(joinTimeout),
      context_(context),
      link_(link),
      delegate_(delegate),
      joinTimeout_(context.deadlines, DeadlineKind::JoinTimeout, [this] {
        link_.sendOn(topic_, names::kLeave, "{}", joinRef_);
        fail(ChannelState::Errored,
             {ReasonCode::JoinTimeout, Retry::Backoff, "The server did not answer the join in time."});
      }) {}

void Channel::transition(ChannelState to, const Cause& cause) {
  assert(isLegal(state_, to) && "illegal channel transition");
  context_.recorder.transition(EntryKind::ChannelState, {0, topic_}, toString(state_), toString(to), cause);
  state_ = to;
}

void Channel::join() {
  transition(ChannelState::Joining);
  shutdown_ = {};
  pushes_.clear();
  pendingToken_.clear();
  auto ref = link_.sendJoin(topic_, delegate_.onChannelJoining(*this));
  if (!ref) {
    fail(ChannelState::Errored,
         {ReasonCode::FrameTooLarge, Retry::Parked, "The join is above the server's frame limit."});
    return;
  }
  joinRef_ = std::move(*ref);
  joinTimeout_.setAfter(joinTimeoutAfter_);
}

void Channel::leave() {
  const bool wasJoining = state_ == ChannelState::Joining;
  if (wasJoining || state_ == ChannelState::Joined) {
    transition(ChannelState::Leaving);
    link_.sendOn(topic_, names::kLeave, "{}", joinRef_);
  }
  joinTimeout_.cancel();
  joinRef_.clear();
  if (state_ != ChannelState::Closed) transition(ChannelState::Closed);
  if (wasJoining) link_.onJoinDone(*this);
}

void Channel::pushToken(std::string_view payload) {
  if (state_ == ChannelState::Joining) pendingToken_ = payload;
  if (!isJoined()) return;
  link_.sendOn(topic_, names::kAccessToken, payload, joinRef_);
  forgetOldPushes();
  pushes_.push_back(context_.now());
}

void Channel::forgetOldPushes() {
  constexpr Duration kLatest{10'000};  // a refused join on the same socket may hold the announcement up for 5 s
  pushes_.removeIf([&](TimePoint pushed) { return context_.now() - pushed >= kLatest; });
}

/// One is for all pushes that are old enough: each ended the wait of the one before.
bool Channel::takeExpectedRepeat() {
  constexpr Duration kSoonest{1'000};
  forgetOldPushes();
  const TimePoint now = context_.now();
  const bool expected = !pushes_.empty() && now - pushes_.front() >= kSoonest;
  pushes_.removeIf([&](TimePoint pushed) { return now - pushed >= kSoonest; });
  return expected;
}

void Channel::fail(ChannelState to, const Cause& cause) {
  const bool wasJoining = state_ == ChannelState::Joining;
  joinTimeout_.cancel();
  joinRef_.clear();
  transition(to, cause);
  if (wasJoining) link_.onJoinDone(*this);
  delegate_.onChannelFailed(*this, cause);
}

void Channel::onConnectionLost(const Cause& cause) {
  if (state_ == ChannelState::Joining || state_ == ChannelState::Joined) fail(ChannelState::Errored, cause);
}

/// Version 1 has no join_ref; there the end of a channel carries the join's ref as its own (protocol.md §2.1). Fan-out
/// has neither.
bool Channel::isCurrent(const Envelope& envelope) const {
  if (envelope.hasJoinRef()) return envelope.joinRef == joinRef_;
  const bool isEnd = envelope.event == names::kClose || envelope.event == names::kError;
  return !isEnd || !envelope.hasRef() || envelope.ref == joinRef_;
}

bool Channel::onRareFrame(const Envelope& envelope) {
  if (envelope.event == names::kReply) return onReply(envelope);
  if (!isCurrent(envelope)) return false;
  if (envelope.event == names::kClose) {
    const bool explained = shutdown_.code != ReasonCode::Ok;
    fail(ChannelState::Closed, explained ? shutdown_
                                         : Cause{ReasonCode::ChannelClosed, Retry::Backoff,
                                                 "The server closed the channel without saying why."});
    return true;
  }
  if (envelope.event == names::kError) {
    fail(ChannelState::Errored, {ReasonCode::ChannelCrashed, Retry::Backoff, "The server's channel process crashed."});
    return true;
  }
  if (envelope.event == names::kSystem) {
    const auto message = readSystemMessage(envelope.payload);
    if (!message) return false;
    if (!message->ok && message->extension == names::kSystem) shutdown_ = classifyShutdown(message->message);
    delegate_.onChannelSystem(*this, *message);
    return true;
  }
  delegate_.onChannelMessage(*this, envelope);
  return true;
}

/// By its ref alone, which no two frames of a socket share: what was sent before a join for more is answered under the
/// join before it.
bool Channel::onReply(const Envelope& envelope) {
  const bool isOfJoin = state_ == ChannelState::Joining && envelope.ref == joinRef_;
  const auto reply = readReply(envelope.payload);
  if (!reply) return false;
  if (!isOfJoin) return delegate_.onChannelReply(*this, envelope.ref, *reply);
  if (!reply->ok) {
    const Cause cause = classifyJoinError(refusalText(reply->response));
    link_.onJoinRefused(cause);
    fail(ChannelState::Errored, cause);
    return true;
  }
  joinTimeout_.cancel();
  transition(ChannelState::Joined);
  link_.onJoinDone(*this);
  if (const std::string token = std::exchange(pendingToken_, {}); !token.empty()) pushToken(token);
  delegate_.onChannelJoined(*this, reply->response);
  return true;
}

}  // namespace switchboard
