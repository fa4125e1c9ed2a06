#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "protocol/token.h"
#include "timing/backoff.h"
#include "timing/context.h"

namespace switchboard {

struct TokenOptions {
  bool hasCallback = false;  ///< the application can be asked for a token
  Duration timeout{5'000};   ///< how long the callback may take
  Duration refreshBefore{
      60'000};  ///< how long ahead of `exp` a new token is asked for, or a tenth of its life if that is shorter
  Duration retryBase{500};  ///< pace of asking again after the callback failed or gave the refused token again
  Duration retryCap{5'000};
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

/// Holds the access token and sees to it that joins carry a current one. One question to the application at a time,
/// each with a bound on the wait. The token itself leaves only through `token()`.
class TokenKeeper {
 public:
  TokenKeeper(const TokenOptions& options, std::string initialToken, Context& context, TokenDelegate& delegate);

  /// Empty: none, the server then goes by the api key.
  const std::string& token() const { return token_; }
  /// Another number for each token.
  std::uint32_t version() const { return version_; }
  /// Joins may go out: no question is open, and the token is not one that the server has refused.
  bool ready() const { return !asking_ && !problem_; }
  /// Why joins can't go out, while no question is open.
  const std::optional<Cause>& problem() const { return problem_; }

  /// Joins are about to follow an interruption: asks the callback if there is one and it is not being asked already.
  void refresh();
  /// To be called when the calendar may have run ahead of the monotonic clock, as it does over a sleep: a token expires
  /// by the calendar, and by that its renewal is brought forward, never put off.
  void followCalendar();
  /// The server refused the present token.
  void refuse(Cause cause);

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
  void accept(std::string token);
  void missed(const std::string& message);
  void rest();
  void scheduleRefresh();
  bool usable() const;

  const TokenOptions& options_;
  Context& context_;
  TokenDelegate& delegate_;
  Deadline timeout_;
  Deadline again_;                   ///< the next question, be it a renewal or asked again after a failure or refusal
  std::optional<WallTime> renewAt_;  ///< while `again_` is a renewal
  Backoff backoff_;
  std::string token_;
  std::string refused_;
  std::optional<Cause> refusal_;
  std::optional<Cause> problem_;
  std::uint32_t version_ = 0;
  std::uint32_t lastRequest_ = 0;
  bool asking_ = false;
  bool known_ = false;  ///< the callback has answered at least once, or there is none
};

}  // namespace switchboard
