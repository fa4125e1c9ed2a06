#pragma once

#include <optional>
#include <string>

#include "base/containers/vector.h"
#include "base/error.h"
#include "base/ids.h"
#include "net/connection.h"
#include "status/pulse_state.h"
#include "status/road.h"
#include "status/subscription_state.h"

namespace switchboard {

/// The state of all subscriptions and channels together.
enum class OverallState : unsigned char {
  Idle,        ///< there are no subscriptions
  Connecting,  ///< nothing is live yet, but a server responds or is tried for the first time
  Live,        ///< every subscription is live
  Partial,     ///< some are live
  Offline,     ///< none is live, and no server responds or every subscription was refused
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
  std::optional<PulseState> pulse;  ///< nothing when no pulse is configured
  std::optional<Duration>
      pulseDelay;  ///< from a commit (database's clock) to its arrival (this machine's); as of the last report
};

/// How a subscription's rows are kept up to date.
enum class FreshnessMode : unsigned char {
  Live,     ///< by changes
  Polling,  ///< by fetching periodically, because the subscription has not been live for a while
  Paused,   ///< not at the moment
};
std::string_view toString(FreshnessMode mode);

/// Of a subscription, or of a handle of a channel: their ids are counted together.
struct SubscriptionStatus {
  SubscriptionId id;
  SubscriptionState state = SubscriptionState::Pending;
  WallTime since{};
  unsigned attempts = 0;
  std::optional<WallTime> nextRetryAt;
  ReasonCode code = ReasonCode::Connecting;
  std::string message;
  bool retryable = true;
  FreshnessMode mode = FreshnessMode::Paused;  ///< of subscriptions
  RoadStatus road{};                           ///< of subscriptions
  bool isChannel = false;
  std::string presenceKey{};  ///< of handles: the key under which this client is present
};

/// The statuses of Supabase's clients.
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

/// The changes since the last delta was taken.
struct StatusDelta {
  OverallState overall = OverallState::Idle;
  WallTime since{};  ///< of `overall`
  Vector<ConnectionStatus> connections;
  Vector<SubscriptionStatus> subscriptions;
  Vector<SubscriptionStatus> channels;          ///< of handles
  Vector<SubscriptionId> removedSubscriptions;  ///< and handles
};

}  // namespace switchboard
