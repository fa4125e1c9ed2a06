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
  const Duration wait = fullJitter(context_.random, options_.retryBase, options_.retryCap, attempts_ - 1);
  if (isLast) giveUp();
  timer_.setAfter(std::min(wait, patience()));
  settle();
}

/// Goes on with what is held. A newer message of another epoch is proof enough that the numbers have begun again.
void TopicNumbers::giveUp() {
  skipTo(newest_, NumbersGapReason::Unanswered);
  const auto epoch = newerEpoch();
  if (follows() && !epoch.empty()) restart(epoch, held_.lowest(epoch) - 1, NumbersGapReason::OtherEpoch);
}

/// Of a message that is held and was committed after all that was passed on; empty when there is none.
std::string TopicNumbers::newerEpoch() const {
  for (const auto& held : held_.messages()) {
    if (held->epoch == epoch_) continue;
    const auto message = readNumberedMessage(held->text);
    const auto committed = message ? readTimestamp(message.value().committed) : std::nullopt;
    if (committed && *committed > newestCommit_) return held->epoch;
  }
  return {};
}

}  // namespace switchboard
