#pragma once

#include <string_view>

namespace switchboard {

/// The state of the database's pulse on one socket.
enum class PulseState : unsigned char {
  Idle,     ///< not subscribed: nothing is live on the socket, or the next join is pending
  Joining,  ///< its channel is joining
  Waiting,  ///< subscribed, and no beat has arrived yet
  Beating,  ///< beats arrive
  Silent,   ///< no beat for 2.5 periods on a socket that responds
  Refused,  ///< the server refuses the pulse's table; tried again after minutes
};
std::string_view toString(PulseState state);
/// The table in docs/reference.md.
bool isLegal(PulseState from, PulseState to);

}  // namespace switchboard
