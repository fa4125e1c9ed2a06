#include "numbered/topic_numbers.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "base/text.h"
#include "protocol/beat.h"
#include "timing/backoff.h"

namespace switchboard {

TopicNumbers::TopicNumbers(std::string topic, std::optional<NumberedPosition> resume, const NumbersOptions& options,
                           Context& context, TopicNumbersDelegate& delegate)
    : topic_(std::move(topic)),
      options_(options),
      context_(context),
      delegate_(delegate),
      timer_(context.deadlines, DeadlineKind::Fill, [this] { onDue(); }),
      held_(options.maxHeldBytes) {
  if (!resume) return;
  last_ = newest_ = resume->number;
  if (resume->epoch.empty()) {
    resume_ = resume->number;
  } else {
    epoch_ = resume->epoch;
    state_ = NumbersState::Interrupted;
  }
}

void TopicNumbers::transition(NumbersState to) {
  if (to == state_) return;
  assert(isLegal(state_, to) && "illegal transition of a topic's numbers");
  state_ = to;
  delegate_.onNumbersState(*this);
}

void TopicNumbers::onJoined() {
  if (follows()) {
    doubt();
    return;
  }
  if (state_ == NumbersState::FellBack || state_ == NumbersState::Starting) return;
  attempts_ = 0;
  if (state_ == NumbersState::Idle) {
    startEnd_ = context_.now() + options_.startTimeout;
    transition(NumbersState::Starting);
  } else {
    unsure_ = unconfirmed_ = true;
    transition(NumbersState::Filling);
  }
  askSoon(Duration{0});
}

void TopicNumbers::onInterrupted() {
  if (!listens()) return;
  dropRequest();
  timer_.cancel();
  if (state_ == NumbersState::Starting) {
    held_.clear();
    transition(NumbersState::Idle);
  } else {
    transition(NumbersState::Interrupted);
  }
}

void TopicNumbers::stop() {
  dropRequest();
  timer_.cancel();
  held_.clear();
  state_ = NumbersState::FellBack;
}

// What comes from the channel

void TopicNumbers::onMessage(std::string_view text) {
  if (!listens()) return;
  const auto read = readNumberedMessage(text);
  if (!read) {
    ++counts_.unreadable;
    context_.log.write(LogLevel::Warn, concat({topic_, ": ", read.error().message}));
    doubt();
    return;
  }
  const NumberedMessage& message = read.value();
  if (state_ == NumbersState::Starting) {
    hold(message, text);
    return;
  }
  if (message.epoch != epoch_) {
    hold(message, text);
    doubt();
    return;
  }
  if (message.number <= last_) {
    ++counts_.duplicates;
    if (isGivenAgain(message)) {
      wentBack_ = true;
      confirm();
    }
    return;
  }
  newest_ = std::max(newest_, message.number);
  if (message.number == last_ + 1) {
    pass(message);
    drain();
  } else {
    hold(message, text);
  }
  settle();
}

void TopicNumbers::onPosition(std::string_view text) {
  if (!follows()) return;
  const auto read = readNumberedPosition(text);
  if (!read || read.value().epoch != epoch_) {
    doubt();
    return;
  }
  const auto number = read.value().number;
  // A position may have been overtaken by messages, but not by those of a whole beat.
  if (number < std::exchange(atLastPosition_, last_)) unsure_ = true;
  newest_ = std::max(newest_, number);
  settle();
}

/// A restored database gives numbers again. What comes twice otherwise is no newer than what was passed on after it.
bool TopicNumbers::isGivenAgain(const NumberedMessage& message) const {
  const auto committed = readTimestamp(message.committed);
  return message.number <= lastPassed_ && committed && *committed > newestCommit_;
}

void TopicNumbers::doubt() {
  if (!listens()) return;
  unsure_ = true;
  settle();
}

/// What is dropped for lack of room is known to exist, or will be asked for.
void TopicNumbers::hold(const NumberedMessage& message, std::string_view text) {
  const bool isKnown = follows() && message.epoch == epoch_;
  if (!held_.hold(message.epoch, message.number, text) && !isKnown) unsure_ = true;
}

// Passing on

void TopicNumbers::pass(const NumberedMessage& message) {
  last_ = lastPassed_ = message.number;
  if (const auto committed = readTimestamp(message.committed)) newestCommit_ = std::max(newestCommit_, *committed);
  unconfirmed_ = false;
  if (!message.bulk.empty()) {
    delegate_.onNumbersGap(
        *this, {NumbersGapReason::Bulk, message.epoch, message.number, message.number, message.epoch, &message});
    return;
  }
  ++counts_.passed;
  delegate_.onNumbered(*this, message);
}

void TopicNumbers::drain() {
  while (const auto held = held_.take(epoch_, last_ + 1)) {
    const auto message = readNumberedMessage(held->text);
    if (message) pass(message.value());
  }
  held_.dropUpTo(epoch_, last_);
}

/// Up to this number, what is held is passed on, and all else is a gap.
void TopicNumbers::skipTo(std::uint64_t number, NumbersGapReason reason) {
  while (follows() && last_ < number) {
    drain();
    if (last_ >= number) break;
    const auto held = held_.lowest(epoch_);
    const auto to = held == 0 ? number : std::min(number, held - 1);
    const auto from = std::exchange(last_, to) + 1;
    report(reason, from, to);
  }
  newest_ = std::max(newest_, last_);
  drain();
}

void TopicNumbers::report(NumbersGapReason reason, std::uint64_t from, std::uint64_t to) {
  unconfirmed_ = false;
  delegate_.onNumbersGap(*this, {reason, epoch_, from, to, epoch_});
}

/// Follows from what is known now.
void TopicNumbers::settle() {
  newest_ = std::max(newest_, last_);
  if (follows()) {
    const bool isMissing = newest_ > last_ || unconfirmed_;
    transition(isMissing ? NumbersState::Filling : NumbersState::Live);
  }
  if (wantsAnswer()) {
    if (request_ == 0) askSpread();
  } else if (request_ == 0) {
    timer_.cancel();
  }
}

// Asking

/// Brings forward what was to be asked for without haste, but not a retry.
void TopicNumbers::askSpread() {
  const bool isWaited = held_.size() > 0;
  if (!timer_.isSet()) {
    askSoon(isWaited ? options_.askSpread : options_.tailSpread);
  } else if (isWaited && attempts_ == 0 && timer_.at() > context_.now() + options_.askSpread) {
    askSoon(options_.askSpread);
  }
}

void TopicNumbers::askSoon(Duration within) {
  timer_.setAfter(uniform(context_.random, Duration{0}, within));
}

void TopicNumbers::ask() {
  request_ = ++lastRequest_;
  ++counts_.requests;
  unsureAsked_ = std::exchange(unsure_, false);
  wentBackAsked_ = wentBack_;
  timer_.setAfter(std::min(options_.requestTimeout, patience()));
  ChangesRequest request{request_, epoch_, last_, options_.atMost};
  if (state_ == NumbersState::Starting) request.after = resume_;
  askedAfter_ = request.after.value_or(0);
  delegate_.onChangesWanted(*this, request);
}

void TopicNumbers::onDue() {
  if (request_ == 0 && patience() > Duration{0}) {
    if (wantsAnswer()) ask();
    return;
  }
  dropRequest();
  failed();
}

void TopicNumbers::dropRequest() {
  if (request_ == 0) return;
  delegate_.onChangesUnwanted(*this, std::exchange(request_, 0));
}

void TopicNumbers::onRequestFailed(std::uint32_t request) {
  if (request == 0 || request != request_) return;
  request_ = 0;
  failed();
}

void TopicNumbers::failed() {
  ++counts_.failures;
  ++attempts_;
  unsure_ = unsure_ || unsureAsked_;
  const bool isLast = attempts_ >= options_.maxAttempts;
  if (state_ == NumbersState::Starting && (isLast || patience() <= Duration{0})) {
    return fallBack(FallBackReason::NoAnswer, {});
  }
  if (isLast) skipTo(newest_, NumbersGapReason::Unanswered);
  const Duration wait = fullJitter(context_.random, options_.retryBase, options_.retryCap, attempts_ - 1);
  timer_.setAfter(std::min(wait, patience()));
  settle();
}

// Answers

void TopicNumbers::onAnswer(std::uint32_t request, std::string_view text) {
  if (request == 0 || request != request_) return;
  answered_ = std::exchange(request_, 0);
  timer_.cancel();
  const auto read = readChangesAnswer(text);
  if (!read) {
    context_.log.write(LogLevel::Warn, concat({topic_, ": ", read.error().message}));
    failed();
    return;
  }
  use(read.value());
}

void TopicNumbers::use(const ChangesAnswer& answer) {
  if (answer.state == AnswerState::Refused) return fallBack(FallBackReason::Refused, answer.reason);
  if (answer.state == AnswerState::NotTracked) return fallBack(FallBackReason::NotTracked, answer.reason);
  if (answer.state == AnswerState::OtherVersion) return fallBack(FallBackReason::OtherVersion, answer.reason);
  if (answer.state == AnswerState::Ok && answer.topic != topic_) return failed();
  if (!answer.tables.empty()) delegate_.onTables(*this, answer.tables);
  if (!listens()) return;
  if (state_ == NumbersState::Starting) return start(answer);
  if (answer.epoch != epoch_) return restart(answer, NumbersGapReason::OtherEpoch);
  if (wentBackAsked_) return restart(answer, NumbersGapReason::WentBack);
  if (answer.state == AnswerState::TooOld) return useTooOld(answer);
  useOk(answer);
}

void TopicNumbers::start(const ChangesAnswer& answer) {
  const bool isContradictory = answer.state == AnswerState::TooOld && !resume_;
  if (isContradictory) return failed();
  epoch_ = answer.epoch;
  last_ = resume_.value_or(answer.last);
  held_.keep(epoch_, last_);
  newest_ = std::max(last_, held_.highest(epoch_));
  if (!resume_) {
    attempts_ = 0;
    transition(newest_ > last_ ? NumbersState::Filling : NumbersState::Live);
    noteConfirmed();
    drain();
    settle();
    return;
  }
  unconfirmed_ = unsureAsked_ = true;  // should this answer be of no use, the question remains
  transition(NumbersState::Filling);
  if (answer.state == AnswerState::TooOld) return useTooOld(answer);
  useOk(answer);
}

/// Passes the answer's messages on, as far as they follow each other. False when they don't, or end too early.
bool TopicNumbers::passAll(const ChangesAnswer& answer) {
  auto reached = askedAfter_;
  for (const auto& text : answer.messages) {
    const auto read = readNumberedMessage(text);
    const bool isNext = read && read.value().epoch == epoch_ && read.value().number == reached + 1;
    if (!isNext || reached >= answer.last) {
      newest_ = std::max(newest_, answer.last);  // what nobody can read is missing
      return false;
    }
    ++reached;
    if (reached <= last_) continue;  // it has come by itself meanwhile
    if (!held_.take(epoch_, reached)) ++counts_.filled;
    pass(read.value());
    if (!follows()) return true;
  }
  if (answer.messages.empty()) newest_ = std::max(newest_, answer.last);
  return answer.more ? reached < answer.last : reached == answer.last;
}

void TopicNumbers::useOk(const ChangesAnswer& answer) {
  const auto before = last_;
  const bool isRight = passAll(answer);
  drain();
  if (!follows()) return;
  const bool helped = last_ > before;
  if (helped) attempts_ = 0;
  if (!isRight) return failed();
  newest_ = std::max(newest_, answer.last);
  if (newest_ > last_ && !helped) return failed();  // it is older than what has come
  attempts_ = 0;
  unconfirmed_ = false;
  if (!unsure_) held_.keep(epoch_, last_);  // what is of another epoch came late
  if (answer.more) {
    askSoon(Duration{0});
  } else {
    noteConfirmed();
  }
  settle();
}

void TopicNumbers::useTooOld(const ChangesAnswer& answer) {
  if (answer.first <= askedAfter_ + 1) {
    // A read replica that lags behind gets some time.
    const bool isPatient = askedAfter_ <= answer.last || attempts_ + 1 < options_.maxAttempts;
    return isPatient ? failed() : restart(answer, NumbersGapReason::WentBack);
  }
  attempts_ = 0;
  skipTo(answer.first - 1, NumbersGapReason::TooOld);
  newest_ = std::max(newest_, answer.last);
  askSoon(Duration{0});
  settle();
}

/// The numbers that come are others: in another epoch they began again, and a restored database went back to earlier
/// ones, so that what is held was never there. What became of the former ones nobody can say.
void TopicNumbers::restart(const ChangesAnswer& answer, NumbersGapReason reason) {
  const auto former = std::exchange(epoch_, answer.epoch);
  const auto from = std::exchange(last_, answer.last) + 1;
  held_.keep(epoch_, reason == NumbersGapReason::WentBack ? std::numeric_limits<std::uint64_t>::max() : last_);
  newest_ = std::max(last_, held_.highest(epoch_));
  attempts_ = 0;
  unconfirmed_ = wentBack_ = wentBackAsked_ = false;
  lastPassed_ = atLastPosition_ = 0;
  newestCommit_ = {};
  delegate_.onNumbersGap(*this, {reason, former, from, last_, epoch_});
  noteConfirmed();
  drain();
  if (reason == NumbersGapReason::WentBack) unsure_ = true;  // as to what came while it was asked
  settle();
}

void TopicNumbers::fallBack(FallBackReason reason, std::string_view message) {
  timer_.cancel();
  held_.clear();
  const bool hadPosition = follows() || resume_;
  transition(NumbersState::FellBack);
  if (hadPosition) delegate_.onNumbersGap(*this, {NumbersGapReason::FellBack, epoch_, last_ + 1, std::nullopt, {}});
  delegate_.onFellBack(*this, reason, message);
}

}  // namespace switchboard
