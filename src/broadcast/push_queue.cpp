#include "broadcast/push_queue.h"

#include <algorithm>
#include <utility>

#include "base/enum_names.h"

namespace switchboard {

std::string_view toString(PushOutcome outcome) {
  static constexpr EnumNames<PushOutcome, 7> kNames({
      {PushOutcome::Ok, "ok"},
      {PushOutcome::TimedOut, "timedOut"},
      {PushOutcome::Refused, "refused"},
      {PushOutcome::Lost, "lost"},
      {PushOutcome::Full, "full"},
      {PushOutcome::Ended, "ended"},
      {PushOutcome::Invalid, "invalid"},
  });
  return kNames[outcome];
}

PushQueue::PushQueue(const PushQueueOptions& options, SendBudget& budget, Context& context, PushQueueDelegate& delegate)
    : options_(options),
      budget_(budget),
      context_(context),
      delegate_(delegate),
      due_(context.deadlines, DeadlineKind::Push, [this] { advance(); }) {}

void PushQueue::send(Push push) {
  const bool isConflated = push.every > Duration{0};
  Waiting* older = isConflated ? conflatedWith(push) : nullptr;
  const TimePoint expiresAt = context_.now() + push.timeout;
  if (older != nullptr) {
    older->push = std::move(push);
    older->expiresAt = expiresAt;
  } else if (isFullFor(push)) {
    done(push, PushOutcome::Full, "Too much waits to be sent on this channel: send less, or wait until it is joined.");
  } else {
    const TimePoint notBefore = isConflated ? paceOf(push).next : TimePoint::min();
    waiting_.emplace_back(Waiting{std::move(push), expiresAt, notBefore});
    pump();
  }
  schedule();
}

void PushQueue::onJoined() {
  joined_ = true;
  advance();
}

void PushQueue::onLost() {
  joined_ = false;
  const auto lost = std::exchange(unanswered_, {});
  for (const auto& each : lost) {
    delegate_.onPushDone(
        each.id, PushOutcome::Lost,
        "The channel was interrupted before the server answered; the message may have been delivered.");
  }
  schedule();
}

bool PushQueue::onReply(std::string_view ref, bool ok, std::string_view reason) {
  auto* const answered =
      std::find_if(unanswered_.begin(), unanswered_.end(), [&](const Unanswered& each) { return each.ref == ref; });
  if (answered == unanswered_.end()) return false;
  const PushId id = answered->id;
  unanswered_.erase(answered);
  schedule();
  delegate_.onPushDone(id, ok ? PushOutcome::Ok : PushOutcome::Refused, reason);
  return true;
}

void PushQueue::onHandleClosed(HandleId handle) {
  endWaiting([&](const Waiting& each) { return each.push.handle == handle; }, PushOutcome::Ended,
             "The handle was closed before the message was sent.");
  paces_.removeIf([&](const Pace& pace) { return pace.handle == handle; });
  schedule();
}

void PushQueue::close() {
  onLost();
  endWaiting([](const Waiting&) { return true; }, PushOutcome::Ended,
             "The channel was closed before the message was sent.");
  schedule();
}

PushQueue::Waiting* PushQueue::conflatedWith(const Push& push) {
  auto* const found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& each) {
    return each.push.every > Duration{0} && each.push.handle == push.handle && each.push.event == push.event;
  });
  return found == waiting_.end() ? nullptr : found;
}

PushQueue::Pace& PushQueue::paceOf(const Push& push) {
  auto* const found = std::find_if(paces_.begin(), paces_.end(), [&](const Pace& pace) {
    return pace.handle == push.handle && pace.event == push.event;
  });
  if (found != paces_.end()) return *found;
  paces_.removeIf([&](const Pace& pace) { return pace.next <= context_.now(); });
  return paces_.emplace_back(Pace{push.handle, push.event, TimePoint::min()});
}

bool PushQueue::isFullFor(const Push& push) const {
  std::size_t bytes = push.payload.size();
  for (const auto& each : waiting_) bytes += each.push.payload.size();
  return waiting_.size() >= options_.maxWaiting || bytes > options_.maxWaitingBytes;
}

/// Sends what may go out now.
void PushQueue::pump() {
  for (std::size_t i = 0; joined_ && i < waiting_.size() && budget_.wait() == Duration{0};) {
    if (waiting_[i].notBefore > context_.now()) {
      ++i;
    } else if (transmit(waiting_[i])) {
      waiting_.erase(waiting_.begin() + i);
    } else {
      joined_ = false;  // the connection went; that the channel did follows
    }
  }
}

bool PushQueue::transmit(Waiting& waiting) {
  const Push& push = waiting.push;
  auto ref = delegate_.transmit(push);
  if (!ref) return false;
  budget_.take();
  if (push.every > Duration{0}) {
    paceOf(push).next = context_.now() + push.every;
  } else if (push.ack) {
    unanswered_.emplace_back(Unanswered{push.id, std::move(*ref), waiting.expiresAt});
  } else {
    done(push, PushOutcome::Ok, {});
  }
  return true;
}

void PushQueue::advance() {
  const TimePoint now = context_.now();
  pump();
  endWaiting([&](const Waiting& each) { return each.expiresAt <= now; }, PushOutcome::TimedOut,
             "The channel was not joined, or the send budget was used up, for all of the message's time.");
  expireUnanswered(now);
  schedule();
}

void PushQueue::expireUnanswered(TimePoint now) {
  for (std::size_t i = 0; i < unanswered_.size();) {
    if (unanswered_[i].expiresAt > now) {
      ++i;
      continue;
    }
    const PushId id = unanswered_[i].id;
    unanswered_.erase(unanswered_.begin() + i);
    delegate_.onPushDone(id, PushOutcome::TimedOut,
                         "The server did not answer in time. On a private channel it never does when no INSERT policy "
                         "on realtime.messages lets this role send to the topic.");
  }
}

void PushQueue::schedule() {
  const TimePoint free = context_.now() + budget_.wait();
  TimePoint next = TimePoint::max();
  for (const auto& each : waiting_) {
    next = std::min(next, each.expiresAt);
    if (joined_) next = std::min(next, std::max(each.notBefore, free));
  }
  for (const auto& each : unanswered_) next = std::min(next, each.expiresAt);
  if (next == TimePoint::max()) {
    due_.cancel();
  } else if (!due_.isSet() || due_.at() != next) {
    due_.setAt(next);
  }
}

void PushQueue::done(const Push& push, PushOutcome outcome, std::string_view message) {
  if (push.every == Duration{0}) delegate_.onPushDone(push.id, outcome, message);
}

}  // namespace switchboard
