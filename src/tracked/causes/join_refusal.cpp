#include "tracked/causes/join_refusal.h"

#include <utility>

#include "numbered/answer_reader.h"
#include "timing/backoff.h"
#include "tracked/causes/fallback_cause.h"

namespace switchboard {

namespace {

/// How often, and after how long, the server is asked again to let the topic in.
constexpr unsigned kMostDoubts = 4;
constexpr Duration kFirstDoubt{1'000};
constexpr Duration kLastDoubt{8'000};

}  // namespace

JoinRefusal::JoinRefusal(const NumbersOptions& options, Context& context, JoinRefusalDelegate& delegate)
    : options_(options),
      context_(context),
      delegate_(delegate),
      patience_(context.deadlines, DeadlineKind::Fill, [this] { onPatienceEnd(); }) {}

void JoinRefusal::onRefused(const Cause& cause) {
  forget();
  cause_ = cause;
  isAsking_ = true;
  patience_.setAfter(options_.requestTimeout);
  delegate_.onReasonWanted();
}

void JoinRefusal::forget() {
  cause_.reset();
  patience_.cancel();
  if (std::exchange(isAsking_, false)) delegate_.onReasonUnwanted();
}

void JoinRefusal::onJoined() {
  wasJoined_ = true;
  doubts_ = 0;
}

void JoinRefusal::onAnswer(std::string_view text) {
  isAsking_ = false;
  const auto read = readChangesAnswer(text);
  auto cause = read ? causeOf(read.value()) : std::nullopt;
  if (!cause) return doubt();
  if (cause->code == cause_->code) cause->retry = cause_->retry;
  forget();
  delegate_.onRefusalConfirmed(*cause);
}

void JoinRefusal::onFailed() {
  isAsking_ = false;
  doubt();
}

void JoinRefusal::onPatienceEnd() {
  if (!std::exchange(isAsking_, false)) return delegate_.onJoinWanted();
  delegate_.onReasonUnwanted();
  doubt();
}

void JoinRefusal::doubt() {
  if (wasJoined_ && doubts_ < kMostDoubts) {
    return patience_.setAfter(lengthened(context_.random, doubled(kFirstDoubt, kLastDoubt, doubts_++)));
  }
  const Cause cause = *cause_;
  forget();
  delegate_.onRefusalConfirmed(cause);
}

}  // namespace switchboard
