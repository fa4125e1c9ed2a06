#include "net/token_keeper.h"

#include <algorithm>
#include <utility>

namespace switchboard {

TokenKeeper::TokenKeeper(const TokenOptions& options, std::string initialToken, Context& context,
                         TokenDelegate& delegate)
    : options_(options),
      context_(context),
      delegate_(delegate),
      timeout_(context.deadlines, DeadlineKind::TokenTimeout, [this] { missed("it did not answer in time"); }),
      again_(context.deadlines, DeadlineKind::TokenRefresh, [this] { ask(); }),
      backoff_(options.retryBase),
      token_(std::move(initialToken)),
      known_(!options.hasCallback || !token_.empty()) {
  scheduleRefresh();
}

void TokenKeeper::refresh() {
  if (options_.hasCallback) ask();
}

void TokenKeeper::followCalendar() {
  if (renewAt_) again_.setWithin(std::max(Duration{0}, *renewAt_ - context_.clock.wallNow()));
}

void TokenKeeper::ask() {
  if (asking_) return;
  rest();
  asking_ = true;
  timeout_.setAfter(options_.timeout);
  delegate_.onTokenWanted(++lastRequest_);
  delegate_.onTokenState();
}

void TokenKeeper::refuse(Cause cause) {
  refused_ = token_;
  refusal_ = cause;
  problem_ = std::move(cause);
  if (options_.hasCallback) {
    ask();
  } else {
    delegate_.onTokenState();
  }
}

void TokenKeeper::forgetRefusal() {
  if (!refusal_) return;
  refusal_.reset();
  problem_.reset();
  delegate_.onTokenState();
}

void TokenKeeper::provide(std::uint32_t request, std::string token) {
  if (!asking_ || request != lastRequest_) return;
  accept(std::move(token));
}

void TokenKeeper::set(std::string token) {
  accept(std::move(token));
}

void TokenKeeper::fail(std::uint32_t request, std::string_view message) {
  if (!asking_ || request != lastRequest_) return;
  missed(std::string(message));
}

void TokenKeeper::stop() {
  timeout_.cancel();
  rest();
  asking_ = false;
  lastRequest_ = 0;
}

void TokenKeeper::rest() {
  again_.cancel();
  renewAt_.reset();
}

void TokenKeeper::accept(std::string token) {
  asking_ = false;
  known_ = true;
  timeout_.cancel();
  rest();
  const bool changed = token != token_;
  if (changed) ++version_;
  token_ = std::move(token);
  if (refusal_ && token_ == refused_) {
    problem_ = refusal_;
    if (options_.hasCallback) again_.setAfter(backoff_.next(context_.random, options_.retryCap) + options_.retryBase);
  } else {
    refusal_.reset();
    problem_.reset();
    backoff_.reset();
    scheduleRefresh();
  }
  if (changed) delegate_.onTokenChanged();
  delegate_.onTokenState();
}

/// A token that is still good is as good as a new one. Without any, joins wait: going ahead would run them with the api
/// key's rights.
void TokenKeeper::missed(const std::string& message) {
  asking_ = false;
  timeout_.cancel();
  context_.log.write(LogLevel::Warn, "The accessToken callback failed: " + message);
  again_.setAfter(backoff_.next(context_.random, options_.retryCap) + options_.retryBase);
  if (refusal_) {
    problem_ = refusal_;
  } else if (!usable()) {
    problem_ = Cause{Code::TokenUnavailable, Retry::NewToken,
                     "The accessToken callback failed (" + message + "); it is asked again until it gives a token."};
  }
  delegate_.onTokenState();
}

bool TokenKeeper::usable() const {
  if (!known_) return false;
  const auto claims = readClaims(token_);
  return !claims || !claims->expiresAt || *claims->expiresAt > context_.clock.wallNow();
}

void TokenKeeper::scheduleRefresh() {
  if (!options_.hasCallback) return;
  const auto claims = readClaims(token_);
  if (!claims || !claims->expiresAt) return;
  const Duration left = *claims->expiresAt - context_.clock.wallNow();
  if (left <= Duration{0}) return;  // either the clock is wrong or the server will say so
  renewAt_ = *claims->expiresAt - std::min(options_.refreshBefore, left / 10);
  followCalendar();
}

}  // namespace switchboard
