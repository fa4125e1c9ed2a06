#pragma once

#include "base/error.h"
#include "base/time.h"

namespace switchboard {

/// What all connections of a client know alike, those that are opened later too.
struct Surroundings {
  bool online = true;     ///< what the runtime says of the network
  bool hidden = false;    ///< nobody looks at the page
  TimePoint notBefore{};  ///< the server, which counts by project, wants no attempt before
  Cause limit;            ///< why
};

}  // namespace switchboard
