#include "protocol/classify.h"

#include <array>
#include <string>

#include "base/text.h"

namespace switchboard {

namespace {

struct Rule {
  std::string_view text;  ///< found anywhere in the server's words
  Code code;
  Retry retry;
};

/// The first rule that fits decides, so the particular ones come first.
constexpr std::array kReasons = {
    Rule{"Token has expired", Code::TokenExpired, Retry::NewToken},
    Rule{"InvalidJWTToken", Code::TokenInvalid, Retry::NewToken},
    Rule{"MalformedJWT", Code::TokenInvalid, Retry::NewToken},
    Rule{"JwtSign", Code::TokenInvalid, Retry::NewToken},
    Rule{"signature_error", Code::TokenInvalid, Retry::NewToken},
    Rule{"are required in JWT", Code::TokenInvalid, Retry::NewToken},
    Rule{"is not a valid JWT", Code::TokenInvalid, Retry::NewToken},
    Rule{"Failed to validate JWT signature", Code::TokenInvalid, Retry::NewToken},
    Rule{"permission", Code::Unauthorized, Retry::NewToken},
    Rule{"Unauthorized", Code::Unauthorized, Retry::NewToken},
    Rule{"PrivateOnly", Code::Unauthorized, Retry::Parked},
    Rule{"TopicNameRequired", Code::InvalidOption, Retry::Parked},
    Rule{"Replay params are not valid", Code::InvalidOption, Retry::Parked},
    Rule{"not allowed for public channels", Code::InvalidOption, Retry::Parked},
    Rule{"TenantNotFound", Code::TenantNotFound, Retry::Parked},
    Rule{"RealtimeDisabled", Code::RealtimeDisabled, Retry::Parked},
    Rule{"ChannelRateLimitReached", Code::TooManyChannels, Retry::Backoff},
    Rule{"ClientJoinRateLimitReached", Code::RateLimited, Retry::Slow},
    Rule{"DatabaseConnectionRateLimitReached", Code::DatabaseUnavailable, Retry::Slow},
    Rule{"DatabaseLackOfConnections", Code::DatabaseUnavailable, Retry::Slow},
    Rule{"IncreaseConnectionPool", Code::DatabaseUnavailable, Retry::Slow},
    Rule{"ConnectionRateLimitReached", Code::TooManyConnections, Retry::Slow},
    Rule{"Too many connected users", Code::TooManyConnections, Retry::Slow},
    Rule{"Too many", Code::RateLimited, Retry::Slow},
    Rule{"rate limit exceeded", Code::RateLimited, Retry::Slow},
    Rule{"UnableToConnectToProject", Code::DatabaseUnavailable, Retry::Backoff},
    Rule{"unable to connect to the project database", Code::DatabaseUnavailable, Retry::Backoff},
    Rule{"QueryCanceled", Code::DatabaseUnavailable, Retry::Backoff},
    Rule{"Query was cancelled", Code::DatabaseUnavailable, Retry::Backoff},
    Rule{"InitializingProjectConnection", Code::ServerStarting, Retry::Backoff},
    Rule{"RealtimeRestarting", Code::ServerRestart, Retry::Backoff},
    Rule{"PostgresChangesSubscribeTimeout", Code::LiveTimeout, Retry::Backoff},
};

Cause classifyWords(std::string_view words) {
  for (const auto& rule : kReasons) {
    if (words.find(rule.text) != std::string_view::npos) return Cause{rule.code, rule.retry, std::string(words)};
  }
  return Cause{Code::ServerError, Retry::Backoff, std::string(words)};
}

/// What the server quotes of the database, as "57014 (query_canceled) canceling statement …"; empty when it quotes
/// nothing.
std::string_view quotedError(std::string_view message) {
  constexpr std::string_view kMark = "Exception: ERROR ";
  const auto at = message.find(kMark);
  return at == std::string_view::npos ? std::string_view() : message.substr(at + kMark.size());
}

/// A role that does not exist, or that the server may not take on. (Both codes are used for other objects too.)
bool blamesRole(std::string_view error) {
  const auto sqlState = error.substr(0, 5);
  return (sqlState == "42704" || sqlState == "42501") && error.find("role \"") != std::string_view::npos;
}

/// SQLSTATE classes that speak of the database's health, not of the binding: connection, transaction rollback,
/// resources, operator intervention, system.
bool isTransient(std::string_view error) {
  const auto sqlClass = error.substr(0, 2);
  return sqlClass == "08" || sqlClass == "40" || sqlClass == "53" || sqlClass == "57" || sqlClass == "58";
}

}  // namespace

Cause classifyClose(int code, std::string_view reason, bool opened) {
  const std::string words = reason.empty() ? "." : concat({" (", reason, ")."});
  const auto told = [&](std::string_view what) { return concat({what, words}); };
  switch (code) {
    case 1000:
      return {Code::IdleTimeout, Retry::Backoff, told("The server closed the connection")};
    case 1001:
      return {Code::RateLimited, Retry::Slow,
              told("The server closed the connection because a limit of the project was reached")};
    case 1009:
      return {Code::FrameTooLarge, Retry::Backoff, told("The server refused a frame above its 5,000,000 bytes")};
    case 1012:
      return {Code::ServerRestart, Retry::Backoff, told("The server is restarting")};
    default:
      break;
  }
  if (!opened) {
    return {Code::ConnectFailed, Retry::Backoff, told("The server could not be reached or refused the connection")};
  }
  return {Code::ConnectionLost, Retry::Backoff, told("The connection was lost")};
}

Cause classifyJoinError(std::string_view reason) {
  return classifyWords(reason);
}

Cause classifyShutdown(std::string_view message) {
  return classifyWords(message);
}

Cause classifyBindingError(std::string_view message) {
  const bool blamesParameters = message.starts_with("Unable to subscribe to changes with given parameters") ||
                                message.starts_with("Error parsing `") ||
                                message.starts_with("No subscription params") ||
                                message.starts_with("Column selection is not supported");
  const auto error = quotedError(message);
  if (blamesRole(error)) {
    return {Code::RoleInvalid, Retry::NewToken, concat({"The database can't act in the token's role: ", error})};
  }
  if (blamesParameters && !isTransient(error)) {
    return {Code::BadBinding, Retry::Parked, std::string(message)};
  }
  return {Code::DatabaseUnavailable, Retry::Backoff, std::string(message)};
}

}  // namespace switchboard
