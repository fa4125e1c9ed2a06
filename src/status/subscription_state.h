#pragma once

#include <string_view>

namespace switchboard {

/// The state of a subscription and of all others to the same key.
enum class SubscriptionState : unsigned char {
  Pending,   ///< waits for a connection or for the pace of joins
  Joining,   ///< its channel is joining
  Live,      ///< changes arrive
  Retrying,  ///< its channel failed; the next attempt is scheduled
  Parked,    ///< refused permanently; waits for the application to change something
};
std::string_view toString(SubscriptionState state);
/// The table in docs/reference.md.
bool isLegal(SubscriptionState from, SubscriptionState to);

}  // namespace switchboard
