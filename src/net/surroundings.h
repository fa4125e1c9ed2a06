#pragma once

#include "base/error.h"
#include "base/time.h"

namespace switchboard {

/// State that all connections of a client share, including those that are opened later.
struct Surroundings {
  bool online = true;     ///< whether the runtime reports a network
  bool hidden = false;    ///< the page is hidden
  TimePoint notBefore{};  ///< no attempt before: the server asked to wait. (It counts attempts per project.)
  Cause limit;            ///< the reason for `notBefore`
};

}  // namespace switchboard
