#include "protocol/classify.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text.h"

namespace switchboard {

namespace {

struct Rule {
  const char* text;  ///< found anywhere in the server's message
  ReasonCode code;
  Retry retry;
};

/// The first rule that matches applies, so the specific ones come first.
constexpr std::array kReasons = {
    Rule{"Token has expired", ReasonCode::TokenExpired, Retry::NewToken},
    Rule{"InvalidJWTToken", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"MalformedJWT", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"JwtSign", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"signature_error", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"are required in JWT", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"is not a valid JWT", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"Failed to validate JWT signature", ReasonCode::TokenInvalid, Retry::NewToken},
    Rule{"permission", ReasonCode::Unauthorized, Retry::NewToken},
    Rule{"Unauthorized", ReasonCode::Unauthorized, Retry::NewToken},
    Rule{"PrivateOnly", ReasonCode::Unauthorized, Retry::Parked},
    Rule{"TopicNameRequired", ReasonCode::InvalidOption, Retry::Parked},
    Rule{"Replay params are not valid", ReasonCode::InvalidOption, Retry::Parked},
    Rule{"not allowed for public channels", ReasonCode::InvalidOption, Retry::Parked},
    Rule{"TenantNotFound", ReasonCode::TenantNotFound, Retry::Parked},
    Rule{"RealtimeDisabled", ReasonCode::RealtimeDisabled, Retry::Parked},
    Rule{"ChannelRateLimitReached", ReasonCode::TooManyChannels, Retry::Backoff},
    Rule{"ClientJoinRateLimitReached", ReasonCode::RateLimited, Retry::Slow},
    Rule{"DatabaseConnectionRateLimitReached", ReasonCode::DatabaseUnavailable, Retry::Slow},
    Rule{"DatabaseLackOfConnections", ReasonCode::DatabaseUnavailable, Retry::Slow},
    Rule{"IncreaseConnectionPool", ReasonCode::DatabaseUnavailable, Retry::Slow},
    Rule{"ConnectionRateLimitReached", ReasonCode::TooManyConnections, Retry::Slow},
    Rule{"Too many connected users", ReasonCode::TooManyConnections, Retry::Slow},
    Rule{"Too many", ReasonCode::RateLimited, Retry::Slow},
    Rule{"rate limit exceeded", ReasonCode::RateLimited, Retry::Slow},
    Rule{"UnableToConnectToProject", ReasonCode::DatabaseUnavailable, Retry::Backoff},
    Rule{"unable to connect to the project database", ReasonCode::DatabaseUnavailable, Retry::Backoff},
    Rule{"QueryCanceled", ReasonCode::DatabaseUnavailable, Retry::Backoff},
    Rule{"Query was cancelled", ReasonCode::DatabaseUnavailable, Retry::Backoff},
    Rule{"InitializingProjectConnection", ReasonCode::ServerStarting, Retry::Backoff},
    Rule{"RealtimeRestarting", ReasonCode::ServerRestart, Retry::Backoff},
    Rule{"PostgresChangesSubscribeTimeout", ReasonCode::LiveTimeout, Retry::Backoff},
};

Cause classifyWords(std::string_view words) {
  for (const auto& rule : kReasons) {
    if (words.find(rule.text) != std::string_view::npos) return Cause{rule.code, rule.retry, std::string(words)};
  }
  return Cause{ReasonCode::ServerError, Retry::Backoff, std::string(words)};
}

/// Where the mark is. The parameters before it hold user input, so text within double quotes does not count.
std::size_t findOutsideQuotes(std::string_view message, std::string_view mark) {
  bool quoted = false;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (quoted && message[i] == '\\') {
      ++i;
    } else if (message[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && message.substr(i).starts_with(mark)) {
      return i;
    }
  }
  return message.find(mark);
}

/// The exception that the server quotes, such as "ERROR 57014 (query_canceled) canceling statement …" or "tcp recv:
/// closed"; nothing when it quotes none.
std::optional<std::string_view> quotedError(std::string_view message) {
  constexpr std::string_view kMark = "Exception: ";
  const auto at = findOutsideQuotes(message, kMark);
  if (at == std::string_view::npos) return std::nullopt;
  return message.substr(at + kMark.size());
}

bool isCapitalOrDigit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool isWordCharacter(char c) {
  return isCapitalOrDigit(c) || (c >= 'a' && c <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// The error from its SQLSTATE on. Before it is the severity, in the database's language. The SQLSTATE
/// is the first word of five capitals and digits, at least one of them a digit. Empty when there is none.
std::string_view fromSqlState(std::string_view error) {
  constexpr std::size_t kLength = 5;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= error.size(); ++i) {
    if (i < error.size() && isWordCharacter(error[i])) continue;
    const auto word = error.substr(start, i - start);
    const bool fits = word.size() == kLength && std::all_of(word.begin(), word.end(), isCapitalOrDigit) &&
                      std::any_of(word.begin(), word.end(), [](char c) { return c <= '9'; });
    if (fits) return error.substr(start);
    start = i + 1;
  }
  return {};
}

/// A role that does not exist, or that the server may not assume. (Both codes are used for other objects too.)
bool blamesRole(std::string_view error) {
  const auto sqlState = error.substr(0, 5);
  return (sqlState == "42704" || sqlState == "42501") && error.find("role \"") != std::string_view::npos;
}

/// Errors raised by the check of the binding, data exceptions (a value that is not of the column's type), and access
/// rule violations (a missing column, operator or grant). All other errors concern the database's health and may be
/// temporary.
bool blamesBinding(std::string_view error) {
  const auto sqlClass = error.substr(0, 2);
  return error.substr(0, 5) == "P0001" || sqlClass == "22" || sqlClass == "42";
}

}  // namespace

Cause classifyClose(int code, std::string_view reason, bool opened, bool refusedForLimit) {
  const std::string words = reason.empty() ? "." : concat({" (", reason, ")."});
  const auto withReason = [&](std::string_view what) { return concat({what, words}); };
  switch (code) {
    case 1000:
      return {ReasonCode::IdleTimeout, Retry::Backoff, withReason("The server closed the connection")};
    case 1001:
      if (!refusedForLimit) break;
      return {ReasonCode::RateLimited, Retry::Slow,
              withReason("The server closed the connection because a limit of the project was reached")};
    case 1009:
      return {ReasonCode::FrameTooLarge, Retry::Backoff,
              withReason("The server refused a frame above its 5,000,000 bytes")};
    case 1012:
      return {ReasonCode::ServerRestart, Retry::Backoff, withReason("The server is restarting")};
    default:
      break;
  }
  if (!opened) {
    return {ReasonCode::ConnectFailed, Retry::Backoff,
            withReason("The server could not be reached or refused the connection")};
  }
  return {ReasonCode::ConnectionLost, Retry::Backoff, withReason("The connection was lost")};
}

Cause classifyJoinError(std::string_view reason) {
  return classifyWords(reason);
}

Cause classifyShutdown(std::string_view message) {
  return classifyWords(message);
}

Cause classifyBindingError(std::string_view message) {
  constexpr std::array<const char*, 4> kBlame = {"Unable to subscribe to changes with given parameters",
                                                 "Error parsing `", "No subscription params",
                                                 "Column selection is not supported"};
  // Some versions of the server write its term: {:error, "Unable …"}
  const auto words = message.starts_with("{:") ? message.substr(message.find('"') + 1) : message;
  const bool blamesParameters =
      std::any_of(kBlame.begin(), kBlame.end(), [&](const char* start) { return words.starts_with(start); });
  const auto quoted = quotedError(message);
  const auto error = fromSqlState(quoted.value_or(std::string_view()));
  if (blamesRole(error)) {
    return {ReasonCode::RoleInvalid, Retry::NewToken, concat({"The database can't act in the token's role: ", error})};
  }
  if (blamesParameters && (!quoted || blamesBinding(error))) {
    return {ReasonCode::BadBinding, Retry::Parked, std::string(message)};
  }
  return {ReasonCode::DatabaseUnavailable, Retry::Backoff, std::string(message)};
}

}  // namespace switchboard
