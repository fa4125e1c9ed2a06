#pragma once

#include <string_view>

namespace switchboard {

/// How a subscription stands, and with it all others to the same key.
enum class SubscriptionState : unsigned char {
  Pending,   ///< waits for a connection or for its turn
  Joining,   ///< its channel is on the way
  Live,      ///< changes flow
  Retrying,  ///< its channel failed; the next try has a time
  Parked,    ///< refused for good; waits for the application to change something
};
std::string_view toString(SubscriptionState state);
/// The table in docs/reference.md.
bool isLegal(SubscriptionState from, SubscriptionState to);

}  // namespace switchboard
