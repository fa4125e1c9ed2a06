#include "net/heartbeat.h"

#include <algorithm>

namespace switchboard {

Heartbeat::Heartbeat(Context& context, const HeartbeatOptions& options, HeartbeatDelegate& delegate)
    : context_(context),
      options_(options),
      delegate_(delegate),
      silence_(context.deadlines, DeadlineKind::Silence, [this] { onSilence(); }),
      answer_(context.deadlines, DeadlineKind::HeartbeatAnswer, [this] { onUnanswered(); }) {}

void Heartbeat::start() {
  stop();
  lastIn_ = sentAt_ = context_.now();
  silence_.setAt(nextProbeAt());
}

void Heartbeat::stop() {
  silence_.cancel();
  answer_.cancel();
  pendingRef_.clear();
}

TimePoint Heartbeat::nextProbeAt() const {
  return std::min(lastIn_ + options_.idle, sentAt_ + options_.keepAlive);
}

/// The deadline is not moved at each frame; when it is due, it checks how long the silence is. Frames are frequent.
void Heartbeat::onInbound() {
  lastIn_ = context_.now();
  if (!answer_.isSet()) return;
  answer_.cancel();
  silence_.setAt(nextProbeAt());
}

bool Heartbeat::onReply(std::string_view ref) {
  if (pendingRef_.empty() || ref != pendingRef_) return false;
  pendingRef_.clear();
  delegate_.onRoundTrip(context_.now() - sentAt_);
  return true;
}

void Heartbeat::probe() {
  if (!silence_.isSet()) return;
  silence_.cancel();
  sentAt_ = context_.now();
  pendingRef_ = delegate_.sendHeartbeat();
  answer_.setAfter(options_.timeout + delegate_.stallAllowance());
}

void Heartbeat::onSilence() {
  const TimePoint due = nextProbeAt();
  silence_.setAt(due);
  if (due <= context_.now()) probe();
}

void Heartbeat::onUnanswered() {
  const TimePoint patience = sentAt_ + options_.timeout + delegate_.stallAllowance();
  if (patience > context_.now()) {  // a join began to stall the socket after the heartbeat went out
    answer_.setAt(patience);
    return;
  }
  stop();
  delegate_.onHalfOpen();
}

}  // namespace switchboard
