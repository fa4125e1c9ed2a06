#include "base/error.h"

#include <utility>

namespace switchboard {

std::string_view toString(ReasonCode code) {
  switch (code) {
    case ReasonCode::Ok:
      return "OK";
    case ReasonCode::Connecting:
      return "CONNECTING";
    case ReasonCode::ConnectionLost:
      return "CONNECTION_LOST";
    case ReasonCode::ConnectFailed:
      return "CONNECT_FAILED";
    case ReasonCode::ConnectTimeout:
      return "CONNECT_TIMEOUT";
    case ReasonCode::HalfOpen:
      return "HALF_OPEN";
    case ReasonCode::ServerRestart:
      return "SERVER_RESTART";
    case ReasonCode::Offline:
      return "OFFLINE";
    case ReasonCode::Suspended:
      return "SUSPENDED";
    case ReasonCode::IdleTimeout:
      return "IDLE_TIMEOUT";
    case ReasonCode::FrameTooLarge:
      return "FRAME_TOO_LARGE";
    case ReasonCode::RateLimited:
      return "RATE_LIMITED";
    case ReasonCode::TooManyChannels:
      return "TOO_MANY_CHANNELS";
    case ReasonCode::TooManyConnections:
      return "TOO_MANY_CONNECTIONS";
    case ReasonCode::ApiKeyInvalid:
      return "API_KEY_INVALID";
    case ReasonCode::ApiKeyExpired:
      return "API_KEY_EXPIRED";
    case ReasonCode::TokenExpired:
      return "TOKEN_EXPIRED";
    case ReasonCode::TokenInvalid:
      return "TOKEN_INVALID";
    case ReasonCode::TokenUnavailable:
      return "TOKEN_UNAVAILABLE";
    case ReasonCode::Unauthorized:
      return "UNAUTHORIZED";
    case ReasonCode::RoleInvalid:
      return "ROLE_INVALID";
    case ReasonCode::JoinTimeout:
      return "JOIN_TIMEOUT";
    case ReasonCode::LiveTimeout:
      return "LIVE_TIMEOUT";
    case ReasonCode::ChannelCrashed:
      return "CHANNEL_CRASHED";
    case ReasonCode::ChannelClosed:
      return "CHANNEL_CLOSED";
    case ReasonCode::BadBinding:
      return "BAD_BINDING";
    case ReasonCode::BindingMismatch:
      return "BINDING_MISMATCH";
    case ReasonCode::DatabaseUnavailable:
      return "DATABASE_UNAVAILABLE";
    case ReasonCode::ServerStarting:
      return "SERVER_STARTING";
    case ReasonCode::TenantNotFound:
      return "TENANT_NOT_FOUND";
    case ReasonCode::RealtimeDisabled:
      return "REALTIME_DISABLED";
    case ReasonCode::ServerError:
      return "SERVER_ERROR";
    case ReasonCode::Resubscribed:
      return "RESUBSCRIBED";
    case ReasonCode::PulseLost:
      return "PULSE_LOST";
    case ReasonCode::Overflow:
      return "OVERFLOW";
    case ReasonCode::PayloadTooLarge:
      return "PAYLOAD_TOO_LARGE";
    case ReasonCode::PayloadInvalid:
      return "PAYLOAD_INVALID";
    case ReasonCode::UserReconnect:
      return "USER_RECONNECT";
    case ReasonCode::Unsubscribed:
      return "UNSUBSCRIBED";
    case ReasonCode::Disposed:
      return "DISPOSED";
    case ReasonCode::InvalidOption:
      return "INVALID_OPTION";
  }
  return "SERVER_ERROR";
}

Error invalidOption(const char* option, std::string message) {
  return Error{ReasonCode::InvalidOption, option, std::move(message)};
}

}  // namespace switchboard
