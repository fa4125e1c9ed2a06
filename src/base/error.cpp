#include "base/error.h"

#include <utility>

#include "base/enum_names.h"
#include "base/text.h"

namespace switchboard {

std::string_view toString(ReasonCode code) {
  static constexpr EnumNames<ReasonCode, 50> kNames({
      {ReasonCode::Ok, "OK"},
      {ReasonCode::Connecting, "CONNECTING"},
      {ReasonCode::ConnectionLost, "CONNECTION_LOST"},
      {ReasonCode::ConnectFailed, "CONNECT_FAILED"},
      {ReasonCode::ConnectTimeout, "CONNECT_TIMEOUT"},
      {ReasonCode::HalfOpen, "HALF_OPEN"},
      {ReasonCode::ServerRestart, "SERVER_RESTART"},
      {ReasonCode::Offline, "OFFLINE"},
      {ReasonCode::Suspended, "SUSPENDED"},
      {ReasonCode::IdleTimeout, "IDLE_TIMEOUT"},
      {ReasonCode::FrameTooLarge, "FRAME_TOO_LARGE"},
      {ReasonCode::RateLimited, "RATE_LIMITED"},
      {ReasonCode::TooManyChannels, "TOO_MANY_CHANNELS"},
      {ReasonCode::TooManyConnections, "TOO_MANY_CONNECTIONS"},
      {ReasonCode::ApiKeyInvalid, "API_KEY_INVALID"},
      {ReasonCode::ApiKeyExpired, "API_KEY_EXPIRED"},
      {ReasonCode::TokenExpired, "TOKEN_EXPIRED"},
      {ReasonCode::TokenInvalid, "TOKEN_INVALID"},
      {ReasonCode::TokenUnavailable, "TOKEN_UNAVAILABLE"},
      {ReasonCode::Unauthorized, "UNAUTHORIZED"},
      {ReasonCode::RoleInvalid, "ROLE_INVALID"},
      {ReasonCode::JoinTimeout, "JOIN_TIMEOUT"},
      {ReasonCode::LiveTimeout, "LIVE_TIMEOUT"},
      {ReasonCode::ChannelCrashed, "CHANNEL_CRASHED"},
      {ReasonCode::ChannelClosed, "CHANNEL_CLOSED"},
      {ReasonCode::BadBinding, "BAD_BINDING"},
      {ReasonCode::BindingMismatch, "BINDING_MISMATCH"},
      {ReasonCode::DatabaseUnavailable, "DATABASE_UNAVAILABLE"},
      {ReasonCode::ServerStarting, "SERVER_STARTING"},
      {ReasonCode::TenantNotFound, "TENANT_NOT_FOUND"},
      {ReasonCode::RealtimeDisabled, "REALTIME_DISABLED"},
      {ReasonCode::ServerError, "SERVER_ERROR"},
      {ReasonCode::Resubscribed, "RESUBSCRIBED"},
      {ReasonCode::PulseLost, "PULSE_LOST"},
      {ReasonCode::Overflow, "OVERFLOW"},
      {ReasonCode::PayloadTooLarge, "PAYLOAD_TOO_LARGE"},
      {ReasonCode::PayloadInvalid, "PAYLOAD_INVALID"},
      {ReasonCode::TrackRefused, "TRACK_REFUSED"},
      {ReasonCode::NotTracked, "NOT_TRACKED"},
      {ReasonCode::NotByKey, "NOT_BY_KEY"},
      {ReasonCode::FilterNotExact, "FILTER_NOT_EXACT"},
      {ReasonCode::WentBack, "WENT_BACK"},
      {ReasonCode::NoRpc, "NO_RPC"},
      {ReasonCode::NotKept, "NOT_KEPT"},
      {ReasonCode::TrackedAgain, "TRACKED_AGAIN"},
      {ReasonCode::Truncated, "TRUNCATED"},
      {ReasonCode::UserReconnect, "USER_RECONNECT"},
      {ReasonCode::Unsubscribed, "UNSUBSCRIBED"},
      {ReasonCode::Disposed, "DISPOSED"},
      {ReasonCode::InvalidOption, "INVALID_OPTION"},
  });
  return kNames[code];
}

Cause::Cause(ReasonCode reason, Retry how, const char* text) : Cause(reason, how, std::string(text)) {}

Error invalidOption(const char* option, std::string message) {
  return Error{ReasonCode::InvalidOption, option, std::move(message)};
}

Error unusable(const char* option) {
  return invalidOption(option, concat({"The core can't use this `", option, "`."}));
}

}  // namespace switchboard
