#pragma once

#include <string_view>

namespace switchboard {

/// How the database's pulse is heard on one socket.
enum class PulseState : unsigned char {
  Idle,     ///< not listened to: nothing is live on the socket, or the next try is pending
  Joining,  ///< its channel is on the way
  Waiting,  ///< listened to, and no beat has come yet
  Beating,  ///< beats come
  Silent,   ///< no beat for 2.5 periods on a socket that answers
  Refused,  ///< the server refuses the pulse's table; asked again after minutes
};
std::string_view toString(PulseState state);
/// The table in docs/reference.md.
bool isLegal(PulseState from, PulseState to);

}  // namespace switchboard
