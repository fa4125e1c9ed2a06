#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "protocol/token.h"
#include "timing/context.h"

namespace switchboard {

struct TokenOptions {
  bool hasCallback = false;  ///< the application has an `accessToken` callback
  Duration timeout{5'000};   ///< how long the callback may take
  Duration refreshBefore{
      60'000};              ///< a new token is requested this long before `exp`, or a tenth of its lifetime if shorter
  Duration retryBase{500};  ///< first delay after the callback failed; doubled with each further failure
  Duration retryCap{30'000};
  Duration refusedBase{30'000};  ///< before a refused token is tried again; doubled with each further refusal
  Duration refusedCap{240'000};  ///< limit of the doubling; up to a quarter is added at random
};

class TokenDelegate {
 public:
  /// The application's callback is to be called. Its result is passed to `provide` or `fail` with this number.
  virtual void onTokenWanted(std::uint32_t request) = 0;
  /// The token has changed: joined channels have to send the new one to the server.
  virtual void onTokenChanged() = 0;
  /// `ready()` or `problem()` may have changed.
  virtual void onTokenState() = 0;

 protected:
  ~TokenDelegate() = default;
};

/// Holds the access token and decides when the application is asked for a new one. (What asks it, by calling its
/// `accessToken` callback, is TokenSource in web/core.) One request at a time, each with a timeout. The token itself
/// leaves only through `token()`.
class TokenRefresher {
 public:
  TokenRefresher(const TokenOptions& options, std::string initialToken, Context& context, TokenDelegate& delegate);

  /// Empty: none; the server then uses the api key.
  const std::string& token() const { return token_; }
  /// Increases with each new token.
  std::uint32_t version() const { return version_; }
  /// Joins may be sent: no request is pending, and the server has not refused the token.
  bool ready() const { return !asking_ && !problem_; }
  /// Why joins can't be sent, while no request is pending.
  const std::optional<Cause>& problem() const { return problem_; }
  /// When that may change: the callback is called again, or the refused token is tried again.
  std::optional<WallTime> nextTryAt() const;

  /// Called before joins that follow an interruption: requests a token, unless there is no callback or a request is
  /// pending.
  void refresh();
  /// To be called when the wall clock may have jumped ahead of the monotonic clock, as after a sleep. A token expires
  /// by the wall clock. Renewals only ever move earlier.
  void followCalendar();
  /// The server refused the present token. The first time the callback is called at once. The refusal may be temporary
  /// (signing keys were rotated), so the token is tried again after a while, less and less often. A callback that gives
  /// the same token is called again soon, since it may be about to renew it, then less and less often too. One that
  /// gives other tokens that are refused as well is called as often as a refused token is tried.
  void refuse(Cause cause);
  /// The server accepted the present token.
  void accepted() { refusals_ = 0; }
  /// Somebody asks for it: joins may use the present token again, and the waits after refusals grow from the
  /// start.
  void retryNow();

  void provide(std::uint32_t request, std::string token);
  void fail(std::uint32_t request, std::string_view message);
  /// The application sets a token itself; empty removes it.
  void set(std::string token);
  /// No more requests.
  void stop();

 private:
  void forgetRefusal();
  void ask();
  void tryAgain();
  void accept(std::string token);
  void missed(const std::string& message);
  Duration retryDelay(Duration cap);
  void rest();
  void scheduleRefresh();
  std::optional<Duration> lifeLeft(const TokenClaims& claims);
  bool usable() const;

  // More members than elsewhere: the token, the request for the next one and the refusals of the last decide together
  // when the callback is called.
  const TokenOptions& options_;
  Context& context_;
  TokenDelegate& delegate_;
  Deadline timeout_;
  Deadline again_;                   ///< the next request or, without a callback, the next trial of a refused token
  std::optional<WallTime> renewAt_;  ///< while `again_` is a renewal
  std::string token_;
  std::optional<TimePoint> expiresBy_;  ///< when the present token expires, as known when it was first seen
  std::string refused_;
  std::optional<Cause> refusal_;
  TimePoint trialAt_{};    ///< when the refused token may be tried again
  unsigned failures_ = 0;  ///< of the callback to give a token that can be used, in a row
  unsigned refusals_ = 0;  ///< since the server accepted a token or the application set another one
  std::optional<Cause> problem_;
  std::uint32_t version_ = 0;
  std::uint32_t lastRequest_ = 0;
  bool asking_ = false;
  bool known_ = false;  ///< the callback has given a token at least once, or there is no callback
};

}  // namespace switchboard
