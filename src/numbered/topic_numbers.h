#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "numbered/answer_reader.h"
#include "numbered/held_messages.h"
#include "numbered/message_reader.h"
#include "numbered/numbers_state.h"
#include "timing/context.h"

namespace switchboard {

/// Numbers whose messages are not passed on, both included.
struct NumbersGap {
  NumbersGapReason reason = NumbersGapReason::TooOld;
  std::string_view epoch;
  std::uint64_t fromNumber = 0;
  /// Nothing: all from then on. With another epoch: all further numbers of `epoch`, and in `toEpoch` those up to here.
  std::optional<std::uint64_t> toNumber;
  std::string_view toEpoch;
  const NumberedMessage* bulk = nullptr;  ///< of Bulk: names the tables
};

/// Messages that are missing, to be asked for with the function `switchboard_changes`.
struct ChangesRequest {
  std::uint32_t id = 0;                ///< of this topic; not 0
  std::string_view epoch;              ///< empty: not known yet
  std::optional<std::uint64_t> after;  ///< nothing: only the position is wanted
  unsigned atMost = 0;
};

struct NumbersOptions {
  unsigned atMost = 500;                       ///< messages in one answer
  std::size_t maxHeldBytes = 4 * 1024 * 1024;  ///< of messages that wait; more are asked for again
  /// A hole is asked for within this time: many clients may miss the same message.
  Duration askSpread{100};
  /// The same when no message waits for it. All clients of a project may doubt at once.
  Duration tailSpread{1'000};
  Duration requestTimeout{10'000};
  Duration retryBase{500};  ///< after a failure: full jitter, doubled each time
  Duration retryCap{15'000};
  unsigned maxAttempts = 6;  ///< failures in a row, until missing messages are given up
  /// For the position at the start, without which nothing is passed on: time for a second request when the first one
  /// has hung.
  Duration startTimeout{20'000};
};

class TopicNumbers;

/// The owner. It may call `stop` from within; it must not destroy the object (use `Turns::deferredDelete`).
class TopicNumbersDelegate {
 public:
  /// The next message, never one of those in a gap.
  virtual void onNumbered(TopicNumbers& topic, const NumberedMessage& message) = 0;
  /// In order with the messages.
  virtual void onNumbersGap(TopicNumbers& topic, const NumbersGap& gap) = 0;
  /// One request at a time. To be answered by `onAnswer` or `onRequestFailed`, not from within.
  virtual void onChangesWanted(TopicNumbers& topic, const ChangesRequest& request) = 0;
  /// The request is of no use any more: it took too long, or the channel went.
  virtual void onChangesUnwanted(TopicNumbers& topic, std::uint32_t request) = 0;
  virtual void onNumbersState(TopicNumbers& topic) = 0;
  /// An answer has come, after which no message up to `position` is missing; see `confirmed`.
  virtual void onConfirmed(TopicNumbers& topic) = 0;
  /// The tables that share the topic's name, as the database says: see `ChangesAnswer::tables`.
  virtual void onTables(TopicNumbers& topic, std::string_view tables) = 0;
  /// The state is FellBack. `message`: what the database says, for people; may be empty.
  virtual void onFellBack(TopicNumbers& topic, FallBackReason reason, std::string_view message) = 0;

 protected:
  ~TopicNumbersDelegate() = default;
};

/// Follows the messages of one topic: passes each on once and in the order of the numbers. A hole is filled from the
/// database; what can't be filled is reported as a gap with exact bounds. While the channel is joined, a message is
/// held for no longer than `maxAttempts` × (`requestTimeout` + `retryCap`), at the start no longer than `startTimeout`.
class TopicNumbers {
 public:
  struct Counts {
    std::uint64_t passed = 0;      ///< messages passed on
    std::uint64_t filled = 0;      ///< those of them that only the database gave
    std::uint64_t duplicates = 0;  ///< messages that came again
    std::uint64_t unreadable = 0;
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;  ///< requests without an answer that can be used
  };

  /// `topic` without the prefix "realtime:". `resume`: the last message that was seen, in an earlier session; with an
  /// empty epoch it is taken to be of the current one.
  TopicNumbers(std::string topic, std::optional<NumberedPosition> resume, const NumbersOptions& options,
               Context& context, TopicNumbersDelegate& delegate);
  ~TopicNumbers() = default;
  TopicNumbers(const TopicNumbers&) = delete;
  TopicNumbers& operator=(const TopicNumbers&) = delete;

  const std::string& topic() const { return topic_; }
  NumbersState state() const { return state_; }
  const std::string& epoch() const { return epoch_; }
  /// The number of the last message passed on, or up to which a gap was reported; before the start, where to resume.
  std::uint64_t position() const { return last_; }
  /// How many messages are known to be missing.
  std::uint64_t behind() const { return newest_ - last_; }
  const HeldMessages& held() const { return held_; }
  const Counts& counts() const { return counts_; }

  /// The channel is joined: messages come from now on.
  void onJoined();
  /// The channel is not joined any more.
  void onInterrupted();
  /// A broadcast with the event `changes`.
  void onMessage(std::string_view text);
  /// A broadcast with the event `position`.
  void onPosition(std::string_view text);
  /// A message may have been lost: asks the database.
  void doubt();
  /// The same, without delay.
  void confirm() {
    doubt();
    if (listens() && request_ == 0) askSoon(Duration{0});
  }
  /// The newest request, and the newest one whose answer has shown up to where there are messages.
  std::uint32_t lastRequest() const { return lastRequest_; }
  std::uint32_t confirmed() const { return confirmed_; }
  /// Answers to other requests than the current one are ignored.
  void onAnswer(std::uint32_t request, std::string_view text);
  void onRequestFailed(std::uint32_t request);
  /// Nothing is reported any more.
  void stop();

 private:
  void transition(NumbersState to);
  bool follows() const { return state_ == NumbersState::Live || state_ == NumbersState::Filling; }
  bool listens() const { return follows() || state_ == NumbersState::Starting; }
  bool wantsAnswer() const { return listens() && (state_ == NumbersState::Starting || unsure_ || newest_ > last_); }

  void hold(const NumberedMessage& message, std::string_view text);
  void pass(const NumberedMessage& message);
  void drain();
  void skipTo(std::uint64_t number, NumbersGapReason reason);
  void report(NumbersGapReason reason, std::uint64_t from, std::uint64_t to);
  void settle();

  void askSpread();
  void askSoon(Duration within);
  /// Who continues after a number is as patient as with a hole, since it can't fall back without one.
  Duration patience() const {
    return state_ == NumbersState::Starting && !resume_ ? startEnd_ - context_.now() : Duration::max();
  }
  void ask();
  void onDue();
  void dropRequest();
  void failed();
  void giveUp();
  std::string newerEpoch() const;
  void use(const ChangesAnswer& answer);
  void start(const ChangesAnswer& answer);
  void useOk(const ChangesAnswer& answer);
  void useTooOld(const ChangesAnswer& answer);
  bool passAll(const ChangesAnswer& answer);
  void restart(std::string_view epoch, std::uint64_t last, NumbersGapReason reason);
  void noteConfirmed() {
    confirmed_ = answered_;
    if (follows()) delegate_.onConfirmed(*this);
  }
  bool isGivenAgain(const NumberedMessage& message) const;
  void fallBack(FallBackReason reason, std::string_view message);

  const std::string topic_;
  const NumbersOptions& options_;
  Context& context_;
  TopicNumbersDelegate& delegate_;
  Deadline timer_;      ///< the next request, or the end of patience with the current one
  TimePoint startEnd_;  ///< the end of patience with the start
  HeldMessages held_;
  Counts counts_;
  std::string epoch_;                    ///< empty: not known yet
  std::optional<std::uint64_t> resume_;  ///< where to start in an epoch that is not known
  std::uint64_t last_ = 0;
  std::uint64_t newest_ = 0;  ///< the highest number of the epoch that is known to exist; never below `last_`
  std::uint64_t askedAfter_ = 0;
  std::uint32_t request_ = 0;  ///< the current one; 0: none
  std::uint32_t lastRequest_ = 0;
  std::uint32_t answered_ = 0;   ///< the last one that was answered
  std::uint32_t confirmed_ = 0;  ///< see `confirmed`
  unsigned attempts_ = 0;        ///< failures since the last answer that helped
  bool unsure_ = false;          ///< only the database can say whether there are messages above `newest_`
  bool unsureAsked_ = false;     ///< the current or last request is to answer that
  bool unconfirmed_ = false;     ///< nothing has shown yet that no message is missing since the rejoin
  // Whether the numbers went back.
  std::uint64_t lastPassed_ = 0;      ///< the last message that was passed on, rather than in a gap
  WallTime newestCommit_{};           ///< of all that were passed on
  std::uint64_t atLastPosition_ = 0;  ///< `last_` as the position came the last time
  bool wentBack_ = false;             ///< a number was given again
  bool wentBackAsked_ = false;        ///< the same, before the current or last request
  NumbersState state_ = NumbersState::Idle;
};

}  // namespace switchboard
