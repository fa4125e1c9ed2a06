#pragma once

#include <cstddef>

#include "subscription/channels/changes_channel.h"
#include "subscription/continuity/poll_fallback.h"
#include "subscription/planning/planner.h"
#include "subscription/pulse/pulse.h"

namespace switchboard {

/// More members than elsewhere: one for each time or limit that the application or a test can set.
struct SubscriptionsOptions {
  ChangesChannelOptions channel;
  PlanLimits plan;
  PollFallbackOptions fallback;
  PulseOptions pulse;
  Duration linger{5'000};   ///< how long a key without subscribers keeps its binding
  Duration retryBase{500};  ///< of a key whose channel failed
  Duration retryCap{30'000};
  Duration slowBase{15'000};  ///< least wait after the server spoke of a limit
  Duration slowCap{60'000};
  Duration parkedRetry{300'000};       ///< before what was refused for good is tried
                                       ///< again, and up to a quarter more; 0: never
  Duration overlap{2'000};             ///< how long both channels of a handover run side by side; well
                                       ///< above the server's slowest poll of 0.5 s
  Duration handoverPause{30'000};      ///< before a failed handover is tried again
  std::size_t windowBytes = 8u << 20;  ///< of row data that one delivery window holds
};

}  // namespace switchboard
