#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/ids.h"
#include "base/vector.h"
#include "net/connection.h"
#include "status/pulse_state.h"
#include "status/subscription_state.h"

namespace switchboard {

/// How the whole stands.
enum class OverallState : unsigned char {
  Idle,        ///< nothing is wanted
  Connecting,  ///< nothing is live yet, but a server answers or is being tried for the first time
  Live,        ///< every subscription is live
  Partial,     ///< some are, some aren't
  Offline,     ///< none is, and no server answers or every subscription was refused
};
std::string_view toString(OverallState overall);

struct ConnectionStatus {
  ConnectionId id;
  ConnectionState state = ConnectionState::Idle;
  WallTime since{};
  unsigned attempts = 0;
  std::optional<WallTime> nextRetryAt;
  ReasonCode code = ReasonCode::Ok;
  std::string message;
  std::optional<Duration> roundTrip;
  std::size_t channels = 0;
  std::optional<PulseState> pulse;     ///< nothing when there is none to listen to
  std::optional<Duration> pulseDelay;  ///< from a commit to its arrival, by both clocks; as of the last report
};

/// How the rows of a subscription are kept fresh.
enum class FreshnessMode : unsigned char {
  Live,     ///< by changes as they happen
  Polling,  ///< by fetching now and then, because it has not been live for a while
  Paused,   ///< not at all for the moment
};
std::string_view toString(FreshnessMode mode);

struct SubscriptionStatus {
  SubscriptionId id;
  SubscriptionState state = SubscriptionState::Pending;
  WallTime since{};
  unsigned attempts = 0;
  std::optional<WallTime> nextRetryAt;
  ReasonCode code = ReasonCode::Connecting;
  std::string message;
  bool retryable = true;
  FreshnessMode mode = FreshnessMode::Paused;
};

/// The words of Supabase's clients.
enum class NoticeStatus : unsigned char { Subscribed, TimedOut, Closed, ChannelError };
std::string_view toString(NoticeStatus status);

/// One call of a subscription's `onStatus`.
struct Notice {
  SubscriptionId subscription;
  NoticeStatus status = NoticeStatus::Subscribed;
  ReasonCode code = ReasonCode::Ok;
  std::string message;
  bool retryable = true;
  std::optional<WallTime> nextRetryAt;
  bool alreadyLive = false;  ///< of Subscribed: changes flowed before the subscription was made
};

/// What changed since the last one was taken.
struct StatusDelta {
  OverallState overall = OverallState::Idle;
  WallTime since{};  ///< of `overall`
  Vector<ConnectionStatus> connections;
  Vector<ConnectionId> removedConnections;
  Vector<SubscriptionStatus> subscriptions;
  Vector<SubscriptionId> removedSubscriptions;
};

}  // namespace switchboard
