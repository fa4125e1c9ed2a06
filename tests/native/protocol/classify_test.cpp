#include "protocol/classify.h"

#include <doctest/doctest.h>

#include <set>

#include "base/text.h"
#include "protocol/frames/frame.h"
#include "protocol/join.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using C = ReasonCode;
using R = Retry;

struct Case {
  std::string_view words;
  ReasonCode code;
  Retry retry;
};

/// doctest prints numbers where it can't print enums.
void checkCause(const Cause& cause, ReasonCode code, Retry retry) {
  CHECK(toString(cause.code) == toString(code));
  CHECK(static_cast<int>(cause.retry) == static_cast<int>(retry));
  CHECK_FALSE(cause.message.empty());
}

TEST_CASE("every close code of the server has its cause") {
  checkCause(classifyClose(1000, "", true, false), C::IdleTimeout, R::Backoff);
  checkCause(classifyClose(1001, "", true, false), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1005, "", true, false), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1006, "", true, false), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1009, "", true, false), C::FrameTooLarge, R::Backoff);
  checkCause(classifyClose(1011, "", true, false), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1012, "", true, false), C::ServerRestart, R::Backoff);
  checkCause(classifyClose(4999, "", true, false), C::ConnectionLost, R::Backoff);
}

TEST_CASE("1001 is the end of a rate limit only after a join was refused for one, and a proxy's affair otherwise") {
  checkCause(classifyClose(1001, "", true, true), C::RateLimited, R::Slow);
  checkCause(classifyClose(1006, "", true, true), C::ConnectionLost, R::Backoff);
  checkCause(classifyClose(1012, "", true, true), C::ServerRestart, R::Backoff);
}

TEST_CASE("a close before the handshake succeeded is a failure to connect") {
  checkCause(classifyClose(1006, "", false, false), C::ConnectFailed, R::Backoff);
  checkCause(classifyClose(1012, "", false, false), C::ServerRestart, R::Backoff);
}

TEST_CASE("the reason of a close is quoted") {
  CHECK(classifyClose(1006, "proxy gone", true, false).message == "The connection was lost (proxy gone).");
  CHECK(classifyClose(1006, "", true, false).message == "The connection was lost.");
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

const std::string kException =
    "Unable to subscribe to changes with given parameters. An exception happened so please check your connect "
    "parameters: [event: *, schema: public, table: bookings, filters: [{\"note\", \"eq\", \"x\", false}], select: "
    "nil]. "
    "Exception: ";

TEST_CASE("words that blame the parameters and quote no error park the binding") {
  for (const std::string words :
       {"Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect "
        "parameters: [event: *, schema: public, table: nosuch, filters: [], select: nil]",
        "Error parsing `filter` params: [\"foo\", \"hey\"]", "Error parsing `select` params: expected a list",
        "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to: %{}",
        "Column selection is not supported for wildcard subscriptions.",
        "{:error, \"Unable to subscribe to changes with given parameters. Please check Realtime is enabled\"}"}) {
    CAPTURE(words);
    checkCause(classifyBindingError(words), C::BadBinding, R::Parked);
  }
  for (const std::string words :
       {"Too many database timeouts", "{:error, :whatever}", "{:", "", "{:error, \"Too many database timeouts\"}"}) {
    CAPTURE(words);
    const Cause cause = classifyBindingError(words);
    CHECK(toString(cause.code) == toString(C::DatabaseUnavailable));
    CHECK(cause.retry == R::Backoff);
  }
}

TEST_CASE("of the errors that the server quotes only those that blame the binding park it, whatever their severity") {
  const std::string_view parking[] = {
      "P0001 (raise_exception) invalid column for filter nosuchcol",
      "22P02 (invalid_text_representation) invalid input syntax for type uuid: \"x\"",
      "22003 (numeric_value_out_of_range) value \"1e400\" is out of range",
      "22007 (invalid_datetime_format) invalid input syntax for type date: \"x\"",
      "22021 (character_not_in_repertoire) invalid byte sequence for encoding \"UTF8\": 0x00",
      "42501 (insufficient_privilege) permission denied for table bookings",
      "42703 (undefined_column) column \"x\" does not exist",
      "42P01 (undefined_table) relation \"x\" does not exist",
      "42883 (undefined_function) operator does not exist: point = unknown",
      "42804 (datatype_mismatch) x",
      "42000 (syntax_error_or_access_rule_violation) x",
  };
  const std::string_view retried[] = {
      "08006 (connection_failure) gone",
      "08P01 (protocol_violation) x",
      "0A000 (feature_not_supported) cached plan must not change result type",
      "23505 (unique_violation) duplicate key value violates unique constraint",
      "25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction",
      "25P02 (in_failed_sql_transaction) current transaction is aborted",
      "25P03 (idle_in_transaction_session_timeout) terminating connection",
      "26000 (invalid_sql_statement_name) prepared statement does not exist",
      "28P01 (invalid_password) password authentication failed",
      "3D000 (invalid_catalog_name) database \"x\" does not exist",
      "40001 (serialization_failure) could not serialize access",
      "40P01 (deadlock_detected) deadlock detected",
      "53100 (disk_full) could not extend file",
      "53300 (too_many_connections) sorry, too many clients already",
      "54000 (program_limit_exceeded) x",
      "55000 (object_not_in_prerequisite_state) x",
      "55006 (object_in_use) x",
      "55P03 (lock_not_available) canceling statement due to lock timeout",
      "57014 (query_canceled) canceling statement due to statement timeout",
      "57P01 (admin_shutdown) terminating connection due to administrator command",
      "57P02 (crash_shutdown) terminating connection because of crash of another server process",
      "57P03 (cannot_connect_now) the database system is starting up",
      "58030 (io_error) could not read block 42 in file",
      "72000 (snapshot_too_old) snapshot too old",
      "P0000 (plpgsql_error) x",
      "P0002 (no_data_found) x",
      "XX000 (internal_error) cache lookup failed for type 42703",
      "XX001 (data_corrupted) invalid page in block 42 of relation",
      "AB123 (nil) an error of an extension",
  };
  const std::string_view severities[] = {"ERROR", "FATAL",           "PANIC",  "FEHLER", "ERREUR", "ERRO",     "FEL",
                                         "HATA",  "ÖLÜMCÜL (FATAL)", "ОШИБКА", "ВАЖНО",  "错误",   "致命错误", "오류"};
  for (const auto severity : severities) {
    CAPTURE(severity);
    for (const auto error : parking) {
      CAPTURE(error);
      checkCause(classifyBindingError(concat({kException, severity, " ", error})), C::BadBinding, R::Parked);
    }
    for (const auto error : retried) {
      CAPTURE(error);
      checkCause(classifyBindingError(concat({kException, severity, " ", error})), C::DatabaseUnavailable, R::Backoff);
    }
  }
}

TEST_CASE("the SQLSTATE is found however the error is written, and without one the database is away") {
  const std::pair<std::string_view, ReasonCode> cases[] = {
      {"ERROR 42703 (undefined_column): column \"x\" does not exist", C::BadBinding},
      {"ERROR:  42703: column \"x\" does not exist", C::BadBinding},
      {"ERROR: column x does not exist (SQLSTATE 42703)", C::BadBinding},
      {"FATAL:  57P03: the database system is in recovery mode", C::DatabaseUnavailable},
      {"ERROR: terminating connection (SQLSTATE 57P01)", C::DatabaseUnavailable},
      {"ERROR 25006 (read_only_sql_transaction) cannot execute INSERT\n\n    hint: 42703\n\nP0001",
       C::DatabaseUnavailable},
      {"42P01", C::BadBinding},
      {"tcp recv: closed", C::DatabaseUnavailable},
      {"tcp connect (10.0.0.1:5432): connection refused - :econnrefused", C::DatabaseUnavailable},
      {"ssl recv (idle): closed", C::DatabaseUnavailable},
      {"connection not available and request was dropped from queue after 10000ms", C::DatabaseUnavailable},
      {"ERROR FATAL PANIC", C::DatabaseUnavailable},
      {"", C::DatabaseUnavailable},
  };
  for (const auto& [error, code] : cases) {
    CAPTURE(error);
    checkCause(classifyBindingError(concat({kException, error})), code, code == C::BadBinding ? R::Parked : R::Backoff);
  }
}

TEST_CASE("what people typed into a filter is not taken for the error") {
  const auto words = [](std::string_view value, std::string_view error) {
    return concat(
        {"Unable to subscribe to changes with given parameters. An exception happened so please check your "
         "connect parameters: [event: *, schema: public, table: t, filters: [{\"note\", \"eq\", \"",
         value, "\", false}], select: nil]. Exception: ", error});
  };
  const std::string_view bad = "ERROR 22P02 (invalid_text_representation) invalid input syntax";
  const std::string_view away = "FATAL 57P01 (admin_shutdown) terminating connection";
  for (const std::string_view value : {"]. Exception: ERROR 57014 (x) y", "Exception: ERROR P0001 (x) y",
                                       "\\\"]. Exception: ERROR 57014 (x)", "\\\\", "a 42703 b", "57P01"}) {
    CAPTURE(value);
    checkCause(classifyBindingError(words(value, bad)), C::BadBinding, R::Parked);
    checkCause(classifyBindingError(words(value, away)), C::DatabaseUnavailable, R::Backoff);
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
