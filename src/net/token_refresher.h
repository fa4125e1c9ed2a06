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
  bool hasCallback = false;  ///< the application can be asked for a token
  Duration timeout{5'000};   ///< how long the callback may take
  Duration refreshBefore{
      60'000};  ///< how long ahead of `exp` a new token is asked for, or a tenth of its life if that is shorter
  Duration retryBase{500};  ///< pace of asking again after the callback failed
  Duration retryCap{30'000};
  Duration refusedBase{30'000};  ///< before a refused token is tried again; doubled with each further refusal
  Duration refusedCap{240'000};  ///< most that comes of the doubling; up to a quarter is added at random
};

class TokenDelegate {
 public:
  /// The application's callback is to be asked; the answer comes as `provide` or `fail` with this number.
  virtual void onTokenWanted(std::uint32_t request) = 0;
  /// The token is another one than before: joined channels are to be told.
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

  /// Empty: none, the server then goes by the api key.
  const std::string& token() const { return token_; }
  /// Another number for each token.
  std::uint32_t version() const { return version_; }
  /// Joins may go out: no question is open, and the token is not one that the server has refused.
  bool ready() const { return !asking_ && !problem_; }
  /// Why joins can't go out, while no question is open.
  const std::optional<Cause>& problem() const { return problem_; }
  /// When that may change by itself: the callback is asked again, or the refused token is tried again.
  std::optional<WallTime> nextTryAt() const;

  /// Joins are about to follow an interruption: asks the callback if there is one and it is not being asked already.
  void refresh();
  /// To be called when the calendar may have run ahead of the monotonic clock, as it does over a sleep: a token expires
  /// by the calendar, and by that its renewal is brought forward, never put off.
  void followCalendar();
  /// The server refused the present token. The callback is asked at once the first time. The refusal may be of the
  /// moment (signing keys were rotated), so the token is tried again after a while, less and less often. A callback
  /// that gives the same token is asked again soon, since it may be about to renew it, then less and less often too;
  /// one that gives others that are refused as well is asked at the pace of the trials.
  void refuse(Cause cause);
  /// The server accepted the present token.
  void accepted() { refusals_ = 0; }
  /// The refusal may be out of date: joins may try with the present token again.
  void forgetRefusal();

  void provide(std::uint32_t request, std::string token);
  void fail(std::uint32_t request, std::string_view message);
  /// The application sets a token of its own accord; empty takes it away.
  void set(std::string token);
  /// No more questions.
  void stop();

 private:
  void ask();
  void tryAgain();
  void accept(std::string token);
  void missed(const std::string& message);
  Duration retryDelay(Duration cap);
  void rest();
  void scheduleRefresh();
  std::optional<Duration> lifeLeft(const TokenClaims& claims);
  bool usable() const;

  const TokenOptions& options_;
  Context& context_;
  TokenDelegate& delegate_;
  Deadline timeout_;
  Deadline again_;                   ///< the next question or, where nobody can be asked, trial of a refused token
  std::optional<WallTime> renewAt_;  ///< while `again_` is a renewal
  std::string token_;
  std::optional<TimePoint> expiresBy_;  ///< of the present token, as far as could be said when it was first seen
  std::string refused_;
  std::optional<Cause> refusal_;
  TimePoint trialAt_{};    ///< when the refused token may be tried again
  unsigned failures_ = 0;  ///< of the callback to give a token that can be used, in a row
  unsigned refusals_ = 0;  ///< since a token was accepted, or the application gave another one
  std::optional<Cause> problem_;
  std::uint32_t version_ = 0;
  std::uint32_t lastRequest_ = 0;
  bool asking_ = false;
  bool known_ = false;  ///< the callback has answered at least once, or there is none
};

}  // namespace switchboard
