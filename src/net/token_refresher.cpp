#include "net/token_refresher.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "timing/backoff.h"

namespace switchboard {

TokenRefresher::TokenRefresher(const TokenOptions& options, std::string initialToken, Context& context,
                               TokenDelegate& delegate)
    : options_(options),
      context_(context),
      delegate_(delegate),
      timeout_(context.deadlines, DeadlineKind::TokenTimeout, [this] { missed("it did not answer in time"); }),
      again_(context.deadlines, DeadlineKind::TokenRefresh, [this] { tryAgain(); }),
      token_(std::move(initialToken)),
      known_(!options.hasCallback || !token_.empty()) {
  scheduleRefresh();
}

void TokenRefresher::refresh() {
  if (options_.hasCallback) ask();
}

void TokenRefresher::followCalendar() {
  if (renewAt_) again_.setWithin(std::max(Duration{0}, *renewAt_ - context_.clock.wallNow()));
}

void TokenRefresher::ask() {
  if (asking_) return;
  rest();
  context_.recorder.decide("askToken", problem_ ? toString(problem_->code) : known_ ? "it expires" : "there is none");
  asking_ = true;
  timeout_.setAfter(options_.timeout);
  delegate_.onTokenWanted(++lastRequest_);
  delegate_.onTokenState();
}

std::optional<WallTime> TokenRefresher::nextTryAt() const {
  if (!problem_ || !again_.isSet()) return std::nullopt;
  return context_.wallAt(again_.at());
}

void TokenRefresher::refuse(Cause cause) {
  if (refusal_ && token_ == refused_) return;  // every channel reports the same refusal
  refused_ = token_;
  refusal_ = cause;
  problem_ = std::move(cause);
  const bool askNow = options_.hasCallback && refusals_ == 0;
  const unsigned doublings = options_.hasCallback && refusals_ > 0 ? refusals_ - 1 : refusals_;
  ++refusals_;
  trialAt_ =
      context_.now() + lengthened(context_.random, doubled(options_.refusedBase, options_.refusedCap, doublings));
  context_.recorder.decide("refuseToken", toString(problem_->code), {}, trialAt_ - context_.now());
  if (askNow) {
    ask();
    return;
  }
  rest();
  again_.setAt(trialAt_);
  delegate_.onTokenState();
}

void TokenRefresher::tryAgain() {
  if (options_.hasCallback) {
    ask();
  } else {
    forgetRefusal();
  }
}

void TokenRefresher::retryNow() {
  refusals_ = 0;
  forgetRefusal();
}

void TokenRefresher::forgetRefusal() {
  if (!refusal_) return;
  refusal_.reset();
  problem_.reset();
  delegate_.onTokenState();
}

void TokenRefresher::provide(std::uint32_t request, std::string token) {
  if (!asking_ || request != lastRequest_) return;
  accept(std::move(token));
}

void TokenRefresher::set(std::string token) {
  // Earlier refusals do not apply to another token. Tokens of the callback come at our request, so their pace goes on.
  if (token != token_) refusals_ = 0;
  accept(std::move(token));
}

void TokenRefresher::fail(std::uint32_t request, std::string_view message) {
  if (!asking_ || request != lastRequest_) return;
  missed(std::string(message));
}

void TokenRefresher::stop() {
  timeout_.cancel();
  rest();
  asking_ = false;
  lastRequest_ = 0;
}

/// At least a quarter of the range, which bounds how often the callback is called.
Duration TokenRefresher::retryDelay(Duration cap) {
  const Duration longest = doubled(options_.retryBase, cap, failures_++);
  return uniform(context_.random, longest / 4, longest);
}

void TokenRefresher::rest() {
  again_.cancel();
  renewAt_.reset();
}

void TokenRefresher::accept(std::string token) {
  asking_ = false;
  known_ = true;
  timeout_.cancel();
  rest();
  const bool changed = token != token_;
  if (changed) {
    ++version_;
    expiresBy_.reset();
  }
  token_ = std::move(token);
  if (refusal_ && token_ == refused_ && context_.now() < trialAt_) {
    problem_ = refusal_;
    again_.setAt(trialAt_);
    if (options_.hasCallback) again_.setWithin(retryDelay(options_.refusedCap));
  } else {
    refusal_.reset();
    problem_.reset();
    failures_ = 0;
    scheduleRefresh();
  }
  if (changed) delegate_.onTokenChanged();
  delegate_.onTokenState();
}

/// A token that has not expired can be used further, even one that was refused a while ago. Without a token joins wait:
/// otherwise they would run with the api key's rights.
void TokenRefresher::missed(const std::string& message) {
  asking_ = false;
  timeout_.cancel();
  context_.log.write(LogLevel::Warn, concat({"The accessToken callback failed: ", message}));
  again_.setAfter(retryDelay(options_.retryCap) + options_.retryBase);
  if (refusal_ && usable() && context_.now() >= trialAt_) {
    refusal_.reset();
    problem_.reset();
  } else if (refusal_) {
    problem_ = refusal_;
  } else if (!usable()) {
    problem_ =
        Cause{ReasonCode::TokenUnavailable, Retry::NewToken,
              concat({"The accessToken callback failed (", message, "); it is asked again until it gives a token."})};
  }
  delegate_.onTokenState();
}

bool TokenRefresher::usable() const {
  if (!known_) return false;
  const auto claims = readClaims(token_);
  return !claims || !claims->expiresAt || *claims->expiresAt > context_.clock.wallNow();
}

/// Nothing when the token has expired by both clocks. The wall clock may be wrong, now or when the token arrived, so
/// the monotonic clock counts too: from when the token was first seen, it lives at most for `exp` − `iat`, and at most
/// for what the wall clock gave then.
std::optional<Duration> TokenRefresher::lifeLeft(const TokenClaims& claims) {
  const TimePoint now = context_.now();
  const Duration byCalendar = *claims.expiresAt - context_.clock.wallNow();
  const bool expired = byCalendar <= Duration{0};
  if (!expiresBy_) {
    const Duration life = claims.issuedAt ? *claims.expiresAt - *claims.issuedAt : Duration{0};
    if (!expired) expiresBy_ = now + byCalendar;
    if (life > Duration{0} && (expired || life < byCalendar)) expiresBy_ = now + life;
  }
  const Duration byMonotonic = expiresBy_ ? *expiresBy_ - now : Duration{0};
  const Duration left =
      expired || byMonotonic <= Duration{0} ? std::max(byCalendar, byMonotonic) : std::min(byCalendar, byMonotonic);
  if (left <= Duration{0}) return std::nullopt;
  return left;
}

void TokenRefresher::scheduleRefresh() {
  if (!options_.hasCallback) return;
  const auto claims = readClaims(token_);
  if (!claims || !claims->expiresAt) return;
  const auto left = lifeLeft(*claims);
  if (!left) {  // the server has not refused it, so the clock may be wrong; the callback may have a newer one
    again_.setAfter(options_.refusedCap);
    return;
  }
  const Duration ahead = std::min(options_.refreshBefore, *left / 10);
  again_.setAfter(*left - ahead);
  context_.recorder.decide("refreshToken", "before it expires", {}, *left - ahead);
  if (*claims->expiresAt <= context_.clock.wallNow()) return;
  renewAt_ = *claims->expiresAt - ahead;
  followCalendar();
}

}  // namespace switchboard
