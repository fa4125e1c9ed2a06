#include "broadcast/push_queue.h"

#include <algorithm>
#include <utility>

#include "base/enum_names.h"

namespace switchboard {

namespace {

/// How long an answer is waited for before a join for more; on a private channel there may never be one.
constexpr Duration kAnswerTime{3'000};

}  // namespace

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

void PushQueue::send(Push&& push) {
  const TimePoint now = context_.now();
  if (Entry* older = conflatedWith(push)) {
    // Its time is counted from when it may go out: else one with less of it than its pace would never do so.
    older->expiresAt = std::max(now, older->notBefore) + push.timeout;
    older->push = std::move(push);
    older->ref.clear();
  } else if (isFullFor(push)) {
    done(push, PushOutcome::Full, "Too much waits to be sent on this channel: send less, or wait until it is joined.");
  } else {
    const TimePoint expiresAt = now + push.timeout;
    Entry entry{std::move(push), expiresAt, TimePoint::min()};
    const bool isNext = joined_ && entries_.empty() && budget_.wait() == Duration{0};
    if (isNext) joined_ = transmit(entry);
    if (isNext && joined_ && entry.waits()) return;
    entries_.push_back(std::make_unique<Entry>(std::move(entry)));
    pump();
  }
  schedule();
}

void PushQueue::onJoined() {
  joined_ = true;
  advance();
}

bool PushQueue::pause() {
  joined_ = false;
  return lastRef_.empty() || answerBy_ <= context_.now();
}

void PushQueue::onLost() {
  joined_ = false;
  lastRef_.clear();
  endWhere([](const Entry& each, bool& isOver) { isOver = each.isUnanswered(); }, PushOutcome::Lost,
           "The channel was interrupted before the server answered; the message may have been delivered.");
}

bool PushQueue::onReply(std::string_view ref, bool ok, std::string_view reason) {
  const auto isAnswered = [&](const Entry& each, bool& isOver) { isOver = each.isUnanswered() && each.ref == ref; };
  if (ref == lastRef_) lastRef_.clear();
  const std::size_t before = entries_.size();
  endWhere(isAnswered, ok ? PushOutcome::Ok : PushOutcome::Refused, reason);
  return entries_.size() < before;
}

void PushQueue::onHandleClosed(HandleId handle) {
  endWhere([&](const Entry& each, bool& isOver) { isOver = each.push.handle == handle && !each.isUnanswered(); },
           PushOutcome::Ended, "The channel was closed before the message was sent.");
}

void PushQueue::close() {
  onLost();
  endWhere([](const Entry&, bool& isOver) { isOver = true; }, PushOutcome::Ended,
           "The channel was closed before the message was sent.");
}

std::size_t PushQueue::waiting() const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const auto& each) { return each->waits(); }));
}

PushQueue::Entry* PushQueue::conflatedWith(const Push& push) {
  if (push.every == Duration{0}) return nullptr;
  for (const auto& each : entries_) {
    const bool isSame = each->isConflated() && each->push.handle == push.handle && each->push.event == push.event;
    if (isSame) return each.get();
  }
  return nullptr;
}

bool PushQueue::isFullFor(const Push& push) const {
  std::size_t bytes = push.payload.size();
  for (const auto& each : entries_) {
    if (each->waits()) bytes += each->push.payload.size();
  }
  return waiting() >= options_.maxWaiting || bytes > options_.maxWaitingBytes;
}

/// Sends what may go out now.
void PushQueue::pump() {
  for (std::size_t i = 0; joined_ && i < entries_.size() && budget_.wait() == Duration{0};) {
    Entry& entry = *entries_[i];
    if (!entry.waits() || entry.notBefore > context_.now()) {
      ++i;
    } else if (!transmit(entry)) {
      joined_ = false;  // only because the connection went; that the channel did follows
    } else if (entry.waits()) {
      entries_.erase(entries_.begin() + i);
    }
  }
}

/// What is still of interest afterwards has a ref.
bool PushQueue::transmit(Entry& entry) {
  Push& push = entry.push;
  auto ref = delegate_.transmit(push);
  if (!ref) return false;
  budget_.take();
  lastRef_ = *ref;
  answerBy_ = context_.now() + kAnswerTime;
  const bool isConflated = entry.isConflated();
  if (isConflated) entry.notBefore = entry.expiresAt = context_.now() + push.every;
  if (isConflated || !push.ack) done(push, PushOutcome::Ok, {});
  if (isConflated || push.ack) entry.ref = std::move(*ref);
  return true;
}

void PushQueue::advance() {
  const TimePoint now = context_.now();
  pump();
  endWhere([&](const Entry& each, bool& isOver) { isOver = each.waits() && each.expiresAt <= now; },
           PushOutcome::TimedOut,
           "The channel was not joined, or the send budget was used up, for all of the message's time.");
  endWhere([&](const Entry& each, bool& isOver) { isOver = !each.waits() && each.expiresAt <= now; },
           PushOutcome::TimedOut,
           "The server did not answer in time. On a private channel it never does when no INSERT policy on "
           "realtime.messages lets this role send to the topic.");
}

void PushQueue::endWhere(InlineCallback<void(const Entry&, bool& isOver)> test, PushOutcome outcome,
                         std::string_view message) {
  for (std::size_t i = 0; i < entries_.size();) {
    bool isOver = false;
    test(*entries_[i], isOver);
    if (!isOver) {
      ++i;
      continue;
    }
    const auto entry = std::move(entries_[i]);
    entries_.erase(entries_.begin() + i);
    done(entry->push, outcome, message);
  }
  schedule();
}

void PushQueue::schedule() {
  const TimePoint free = context_.now() + budget_.wait();
  TimePoint next = TimePoint::max();
  for (const auto& each : entries_) {
    next = std::min(next, each->expiresAt);
    if (joined_ && each->waits()) next = std::min(next, std::max(each->notBefore, free));
  }
  if (next == TimePoint::max()) {
    due_.cancel();
  } else if (!due_.isSet() || due_.at() != next) {
    due_.setAt(next);
  }
}

void PushQueue::done(const Push& push, PushOutcome outcome, std::string_view message) {
  if (outcome == PushOutcome::Ok) delegate_.onPushTaken(push);
  if (push.every == Duration{0}) delegate_.onPushDone(push.id, outcome, message);
}

}  // namespace switchboard
