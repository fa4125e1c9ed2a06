#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "numbered/topic_numbers.h"

/// What the database answers to a `TopicNumbers`.
namespace switchboard {

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
  if (answer.epoch != epoch_) return restart(answer.epoch, answer.last, NumbersGapReason::OtherEpoch);
  if (wentBackAsked_) return restart(answer.epoch, answer.last, NumbersGapReason::WentBack);
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
    return isPatient ? failed() : restart(answer.epoch, answer.last, NumbersGapReason::WentBack);
  }
  attempts_ = 0;
  skipTo(answer.first - 1, NumbersGapReason::TooOld);
  newest_ = std::max(newest_, answer.last);
  askSoon(Duration{0});
  settle();
}

/// The numbers that come are others: in another epoch they began again, and a restored database went back to earlier
/// ones, so that what is held was never there. What became of the former ones nobody can say.
void TopicNumbers::restart(std::string_view epoch, std::uint64_t last, NumbersGapReason reason) {
  const auto former = std::exchange(epoch_, std::string(epoch));
  const auto from = std::exchange(last_, last) + 1;
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
