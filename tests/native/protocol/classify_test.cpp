#include "protocol/classify.h"

#include <doctest/doctest.h>

#include <set>

#include "protocol/frame.h"
#include "protocol/join.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using C = Code;
using R = Retry;

struct Case {
  std::string_view words;
  Code code;
  Retry retry;
};

/// doctest prints numbers where it can't print enums.
void checkCause(const Cause& cause, Code code, Retry retry) {
  CHECK(toString(cause.code) == toString(code));
  CHECK(static_cast<int>(cause.retry) == static_cast<int>(retry));
  CHECK_FALSE(cause.message.empty());
}

TEST_CASE("every close code of the server has its cause") {
  checkCause(classifyClose(1000, "", true), C::IdleTimeout, R::Backoff);
  checkCause(classifyClose(1001, "", true), C::RateLimited, R::Slow);
  checkCause(classifyClose(1005, "", true), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1006, "", true), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1009, "", true), C::FrameTooLarge, R::Backoff);
  checkCause(classifyClose(1011, "", true), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1012, "", true), C::ServerRestart, R::Backoff);
  checkCause(classifyClose(4999, "", true), C::ConnectionLost, R::Backoff);
}

TEST_CASE("a close before the handshake succeeded is a failure to connect") {
  checkCause(classifyClose(1006, "", false), C::ConnectFailed, R::Backoff);
  checkCause(classifyClose(1012, "", false), C::ServerRestart, R::Backoff);
}

TEST_CASE("the reason of a close is quoted") {
  CHECK(classifyClose(1006, "proxy gone", true).message == "The connection was lost (proxy gone).");
  CHECK(classifyClose(1006, "", true).message == "The connection was lost.");
}

TEST_CASE("every documented reason of a refused join has its cause") {
  const Case cases[] = {
      {"Unauthorized: You do not have permissions to read from this Channel topic: x", C::Unauthorized, R::NewToken},
      {"InvalidJWTToken: Token has expired 3 seconds ago", C::TokenExpired, R::NewToken},
      {"InvalidJWTToken: Fields `role` and `exp` are required in JWT", C::TokenInvalid, R::NewToken},
      {"MalformedJWT: The token provided is not a valid JWT", C::TokenInvalid, R::NewToken},
      {"JwtSignatureError: Failed to validate JWT signature", C::TokenInvalid, R::NewToken},
      {"JwtSignerError: Failed to generate JWT signer", C::TokenInvalid, R::NewToken},
      {"PrivateOnly: This project only allows private channels", C::Unauthorized, R::Parked},
      {"TopicNameRequired: You must provide a topic name", C::InvalidOption, R::Parked},
      {"UnableToReplayMessages: Replay params are not valid", C::InvalidOption, R::Parked},
      {"UnableToReplayMessages: Replay is not allowed for public channels", C::InvalidOption, R::Parked},
      {"UnableToReplayMessages: Realtime was unable to replay messages", C::ServerError, R::Backoff},
      {"TenantNotFound: Tenant with the given ID does not exist", C::TenantNotFound, R::Parked},
      {"RealtimeDisabledForTenant: Realtime disabled for this tenant", C::RealtimeDisabled, R::Parked},
      {"RealtimeDisabledForConfiguration: x", C::RealtimeDisabled, R::Parked},
      {"ChannelRateLimitReached: Too many channels", C::TooManyChannels, R::Backoff},
      {"ClientJoinRateLimitReached: Too many joins per second", C::RateLimited, R::Slow},
      {"ConnectionRateLimitReached: Too many connected users", C::TooManyConnections, R::Slow},
      {"DatabaseConnectionRateLimitReached: Too many database connection attempts", C::DatabaseUnavailable, R::Slow},
      {"DatabaseLackOfConnections: Database can't accept more connections", C::DatabaseUnavailable, R::Slow},
      {"IncreaseConnectionPool: Please increase your connection pool size", C::DatabaseUnavailable, R::Slow},
      {"UnableToConnectToProject: x", C::DatabaseUnavailable, R::Backoff},
      {"QueryCanceled: x", C::DatabaseUnavailable, R::Backoff},
      {"MissingPartition: x", C::ServerError, R::Backoff},
      {"Realtime was unable to connect to the project database", C::DatabaseUnavailable, R::Backoff},
      {"InitializingProjectConnection: Connecting to the project database", C::ServerStarting, R::Backoff},
      {"TimeoutOnRpcCall: x", C::ServerError, R::Backoff},
      {"ErrorOnRpcCall: x", C::ServerError, R::Backoff},
      {"MusterJoinError: x", C::ServerError, R::Backoff},
      {"RealtimeRestarting: Realtime is restarting, please standby", C::ServerRestart, R::Backoff},
      {"Unknown Error on Channel", C::ServerError, R::Backoff},
      {"UnknownErrorOnChannel: expected params to be a :map, got: `nil`", C::ServerError, R::Backoff},
      {"join crashed", C::ServerError, R::Backoff},
      {"PostgresChangesSubscribeTimeout: x", C::LiveTimeout, R::Backoff},
      {"unmatched topic", C::ServerError, R::Backoff},
      {"", C::ServerError, R::Backoff},
  };
  for (const auto& [words, code, retry] : cases) {
    CAPTURE(words);
    const Cause cause = classifyJoinError(words);
    CHECK(toString(cause.code) == toString(code));
    CHECK(static_cast<int>(cause.retry) == static_cast<int>(retry));
    CHECK(cause.message == words);
  }
}

TEST_CASE("every documented end of a channel has its cause") {
  const Case cases[] = {
      {"Token has expired 0 seconds ago", C::TokenExpired, R::NewToken},
      {"Fields `role` and `exp` are required in JWT", C::TokenInvalid, R::NewToken},
      {"The token provided is not a valid JWT", C::TokenInvalid, R::NewToken},
      {"Failed to validate JWT signature", C::TokenInvalid, R::NewToken},
      {":signature_error", C::TokenInvalid, R::NewToken},
      {"You no longer have permission to read from this Channel topic: x", C::Unauthorized, R::NewToken},
      {"You do not have permissions to read from this Channel topic: x", C::Unauthorized, R::NewToken},
      {"Realtime was unable to connect to the project database", C::DatabaseUnavailable, R::Backoff},
      {"Query was cancelled, please try again", C::DatabaseUnavailable, R::Backoff},
      {"Node request timeout", C::ServerError, R::Backoff},
      {"RPC call error: x", C::ServerError, R::Backoff},
      {"Too many messages per second", C::RateLimited, R::Slow},
      {"Too many presence messages per second", C::RateLimited, R::Slow},
      {"Client presence rate limit exceeded", C::RateLimited, R::Slow},
      {"Track message size exceeded", C::ServerError, R::Backoff},
      {"Replication connection was not established in time", C::ServerError, R::Backoff},
  };
  for (const auto& [words, code, retry] : cases) {
    CAPTURE(words);
    checkCause(classifyShutdown(words), code, retry);
  }
}

TEST_CASE("words that blame the parameters park the binding, words about the database's health do not") {
  const std::string exception =
      "Unable to subscribe to changes with given parameters. An exception happened so please check your connect "
      "parameters: [event: *, schema: public, table: bookings, filters: [], select: nil]. Exception: ERROR ";
  const std::pair<std::string, Code> cases[] = {
      {exception + "P0001 (raise_exception) invalid column for filter nosuchcol", C::BadBinding},
      {exception + "22P02 (invalid_text_representation) invalid input syntax", C::BadBinding},
      {exception + "42501 (insufficient_privilege) permission denied", C::BadBinding},
      {exception + "57014 (query_canceled) canceling statement", C::DatabaseUnavailable},
      {exception + "40P01 (deadlock_detected) deadlock detected", C::DatabaseUnavailable},
      {exception + "53300 (too_many_connections) sorry", C::DatabaseUnavailable},
      {exception + "08006 (connection_failure) gone", C::DatabaseUnavailable},
      {exception + "58030 (io_error) disk", C::DatabaseUnavailable},
      {"Column selection is not supported for wildcard subscriptions.", C::BadBinding},
      {"Too many database timeouts", C::DatabaseUnavailable},
      {"{:error, :whatever}", C::DatabaseUnavailable},
  };
  for (const auto& [words, code] : cases) {
    CAPTURE(words);
    checkCause(classifyBindingError(words), code, code == C::BadBinding ? R::Parked : R::Backoff);
  }
}

TEST_CASE("a role that the database does not know or may not take on is the token's fault, not the binding's") {
  const std::string exception =
      "Unable to subscribe to changes with given parameters. An exception happened so please check your connect "
      "parameters: [event: *, schema: public, table: role \"x\", filters: [], select: nil]. Exception: ERROR ";
  const std::string recorded = R"(42704 (undefined_object) role "nosuchrole" does not exist)";
  const Cause cause = classifyBindingError(exception + recorded);
  checkCause(cause, C::RoleInvalid, R::NewToken);
  CHECK(cause.message == "The database can't act in the token's role: " + recorded);
  checkCause(classifyBindingError(exception + R"(42501 (insufficient_privilege) permission denied to set role "x")"),
             C::RoleInvalid, R::NewToken);
  checkCause(classifyBindingError(exception + R"(42704 (undefined_object) type "x" does not exist)"), C::BadBinding,
             R::Parked);
  checkCause(classifyBindingError(exception + "42501 (insufficient_privilege) permission denied for table x"),
             C::BadBinding, R::Parked);
}

TEST_CASE("every recorded `system` error is understood") {
  std::set<std::string> bindingErrors;
  std::set<std::string> shutdowns;
  for (const Version version : {Version::V1, Version::V2}) {
    std::string scratch;
    for (const auto text : testing::recordedTexts(version, "in")) {
      const auto envelope = scanWholeFrame(version, text, scratch);
      if (!envelope || envelope->event != "system") continue;
      const auto message = readSystemMessage(envelope->payload);
      REQUIRE(message);
      if (message->ok) continue;
      (message->extension == "postgres_changes" ? bindingErrors : shutdowns).insert(message->message);
    }
  }
  CHECK(bindingErrors.size() >= 18);
  CHECK(shutdowns.size() >= 7);
  for (const auto& words : bindingErrors) {
    CAPTURE(words);
    const bool ofRole = words.find("42704") != std::string::npos;
    checkCause(classifyBindingError(words), ofRole ? C::RoleInvalid : C::BadBinding, ofRole ? R::NewToken : R::Parked);
  }
  for (const auto& words : shutdowns) {
    CAPTURE(words);
    const Cause cause = classifyShutdown(words);
    CHECK((cause.code != C::ServerError || words == "Track message size exceeded"));
  }
}

}  // namespace
}  // namespace switchboard
