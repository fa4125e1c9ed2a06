#include "base/error.h"

#include <utility>

namespace switchboard {

std::string_view toString(Code code) {
  switch (code) {
    case Code::Ok:
      return "OK";
    case Code::Connecting:
      return "CONNECTING";
    case Code::ConnectionLost:
      return "CONNECTION_LOST";
    case Code::ConnectFailed:
      return "CONNECT_FAILED";
    case Code::ConnectTimeout:
      return "CONNECT_TIMEOUT";
    case Code::HalfOpen:
      return "HALF_OPEN";
    case Code::ServerRestart:
      return "SERVER_RESTART";
    case Code::Offline:
      return "OFFLINE";
    case Code::Suspended:
      return "SUSPENDED";
    case Code::IdleTimeout:
      return "IDLE_TIMEOUT";
    case Code::FrameTooLarge:
      return "FRAME_TOO_LARGE";
    case Code::RateLimited:
      return "RATE_LIMITED";
    case Code::TooManyChannels:
      return "TOO_MANY_CHANNELS";
    case Code::TooManyConnections:
      return "TOO_MANY_CONNECTIONS";
    case Code::ApiKeyInvalid:
      return "API_KEY_INVALID";
    case Code::ApiKeyExpired:
      return "API_KEY_EXPIRED";
    case Code::TokenExpired:
      return "TOKEN_EXPIRED";
    case Code::TokenInvalid:
      return "TOKEN_INVALID";
    case Code::TokenUnavailable:
      return "TOKEN_UNAVAILABLE";
    case Code::Unauthorized:
      return "UNAUTHORIZED";
    case Code::RoleInvalid:
      return "ROLE_INVALID";
    case Code::JoinTimeout:
      return "JOIN_TIMEOUT";
    case Code::LiveTimeout:
      return "LIVE_TIMEOUT";
    case Code::ChannelCrashed:
      return "CHANNEL_CRASHED";
    case Code::ChannelClosed:
      return "CHANNEL_CLOSED";
    case Code::BadBinding:
      return "BAD_BINDING";
    case Code::BindingMismatch:
      return "BINDING_MISMATCH";
    case Code::DatabaseUnavailable:
      return "DATABASE_UNAVAILABLE";
    case Code::ServerStarting:
      return "SERVER_STARTING";
    case Code::TenantNotFound:
      return "TENANT_NOT_FOUND";
    case Code::RealtimeDisabled:
      return "REALTIME_DISABLED";
    case Code::ServerError:
      return "SERVER_ERROR";
    case Code::Resubscribed:
      return "RESUBSCRIBED";
    case Code::PulseLost:
      return "PULSE_LOST";
    case Code::Overflow:
      return "OVERFLOW";
    case Code::PayloadTooLarge:
      return "PAYLOAD_TOO_LARGE";
    case Code::PayloadInvalid:
      return "PAYLOAD_INVALID";
    case Code::UserReconnect:
      return "USER_RECONNECT";
    case Code::Unsubscribed:
      return "UNSUBSCRIBED";
    case Code::Disposed:
      return "DISPOSED";
    case Code::InvalidOption:
      return "INVALID_OPTION";
  }
  return "SERVER_ERROR";
}

Error invalidOption(const char* option, std::string message) {
  return Error{Code::InvalidOption, option, std::move(message)};
}

}  // namespace switchboard
