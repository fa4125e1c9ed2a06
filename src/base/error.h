#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace switchboard {

/// The reason for a state. The names reach JavaScript as text (`toString`) and are part of the public
/// contract: the table in docs/reference.md says for each what it means, whether it is retried, and what to do.
enum class ReasonCode : unsigned char {
  Ok,                   ///< Nothing is wrong.
  Connecting,           ///< The socket or the channel is being opened for the first time.
  ConnectionLost,       ///< The socket closed without a reason of its own (1005, 1006).
  ConnectFailed,        ///< The socket closed before it was open; a browser does not say why.
  ConnectTimeout,       ///< The handshake did not finish in time.
  HalfOpen,             ///< The peer stopped answering although the socket looks open.
  ServerRestart,        ///< The server drains or restarts (1012).
  Offline,              ///< The runtime says that there is no network.
  Suspended,            ///< The page is in the back/forward cache; it reconnects when it is shown again.
  IdleTimeout,          ///< The server closed a silent socket (1000).
  FrameTooLarge,        ///< A frame was above the server's 5,000,000 bytes (1009).
  RateLimited,          ///< The server reports too many joins or events per second for this project.
  TooManyChannels,      ///< No socket has room for the channel.
  TooManyConnections,   ///< The project's limit of concurrent connections is reached.
  ApiKeyInvalid,        ///< The api key is not a JWT with `role` and `exp`, or the server does not know it.
  ApiKeyExpired,        ///< The api key's `exp` is in the past.
  TokenExpired,         ///< The access token has expired and there is no newer one.
  TokenInvalid,         ///< The server refuses the access token.
  TokenUnavailable,     ///< The `accessToken` callback failed or took too long.
  Unauthorized,         ///< The token's role may not read this.
  RoleInvalid,          ///< The database does not know the token's role, or the server may not assume it.
  JoinTimeout,          ///< The server did not answer the join.
  LiveTimeout,          ///< The join was accepted, but database changes were never announced.
  ChannelCrashed,       ///< The server's channel process crashed (`phx_error`).
  ChannelClosed,        ///< The server ended the channel (`phx_close`) without saying why.
  BadBinding,           ///< The server refuses this table, filter or column.
  BindingMismatch,      ///< The join reply does not list the requested bindings.
  DatabaseUnavailable,  ///< The server can't reach the project's database at the moment.
  ServerStarting,       ///< The server is starting up for this project.
  TenantNotFound,       ///< The server does not know this project.
  RealtimeDisabled,     ///< Realtime is switched off for this project.
  ServerError,          ///< Anything else the server reports.
  Resubscribed,         ///< The server re-created its subscriptions on its own; changes in between are lost.
  PulseLost,            ///< The database's pulse skipped a beat or fell silent although the socket is open.
  Overflow,             ///< More changes were held back than a delivery window may hold.
  PayloadTooLarge,      ///< A change came without its values because they are too large for the server.
  PayloadInvalid,       ///< A change from the server can't be parsed.
  TrackRefused,         ///< The reader may not read the numbered topic of a tracked table.
  NotTracked,           ///< The database does not track the table, or by another column.
  NotByKey,             ///< The filter lacks `eq` on the column that the table is tracked by.
  FilterNotExact,       ///< The rest of the filter can't be decided exactly as PostgreSQL does.
  WentBack,             ///< The database knows fewer numbers than have come, as after a restore.
  NoRpc,                ///< The function `switchboard_changes` can't be called, or does not answer.
  NotKept,              ///< The database does not keep the missing changes any more.
  TrackedAgain,         ///< The table was untracked and tracked again: its numbers begin again.
  Truncated,            ///< The table was emptied by TRUNCATE.
  UserReconnect,        ///< `reconnectAll()` was called.
  Unsubscribed,         ///< Ended by the application.
  Disposed,             ///< The manager was disposed.
  InvalidOption,        ///< A value given by the application is wrong; the message names it.
};

/// The public name, SCREAMING_SNAKE_CASE ("HALF_OPEN").
std::string_view toString(ReasonCode code);

/// How the client retries after a cause (docs/reconnecting.md).
enum class Retry : unsigned char {
  Backoff,   ///< Soon, then less and less often: a lost connection, a restart.
  Slow,      ///< After 15 s or more: rate limits, an unknown project.
  NewToken,  ///< As soon as there is a token other than the refused one.
  Parked,    ///< Not before the application changes something.
};

/// Why something failed, from where it is detected to the status snapshot.
struct Cause {
  Cause() = default;
  Cause(ReasonCode reason, Retry how, std::string text) : code(reason), retry(how), message(std::move(text)) {}
  /// By itself because most messages are literals: with the fields set in one place, the module is smaller.
  Cause(ReasonCode reason, Retry how, const char* text);

  ReasonCode code = ReasonCode::Ok;
  Retry retry = Retry::Backoff;
  std::string message;  ///< For people; may quote the server. Never holds a token.
};

/// Why a value from the application is refused.
struct Error {
  ReasonCode code = ReasonCode::InvalidOption;
  std::string option;   ///< The option at fault, empty when none is.
  std::string message;  ///< What is wrong and how to fix it.
};
/// With ReasonCode::InvalidOption.
Error invalidOption(const char* option, std::string message);
/// For what the manager refuses first, with a message that says what to do (web/core/checks): only names the option.
Error unusable(const char* option);

/// A value, or the reason why there is none. (The core is built without exceptions.)
template <class T>
class Result {
 public:
  // By reference: with a copy of each in between, the module is larger.
  Result(T&& value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(const T& value) : value_(value) {}            // NOLINT(google-explicit-constructor)
  Result(Error&& error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(const Error& error) : error_(error) {}        // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// Only when ok().
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  /// Only when !ok().
  const Error& error() const { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

}  // namespace switchboard
