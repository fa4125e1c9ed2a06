#pragma once

#include <string>

#include "client.h"

/// The JSON that goes out of the core: `ControlMessage` in web/core/engine/engine.ts.
namespace switchboard {

/// Everything of a batch but its deliveries.
std::string controlJson(const Batch& batch);

/// What is reported of a subscription, or of a handle of a channel, that the core does not take: it is parked for good.
std::string refusalJson(SubscriptionId id, const Error& error, WallTime now, bool isChannel);

}  // namespace switchboard
