#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"

namespace switchboard {

/// A time in which changes may have been missed by a subscription that was live before: the server replays nothing
/// (design: "being live, and gaps"). Told when it opens and again, with the same id, when it is over; one that is only
/// noticed afterwards is told once.
struct Gap {
  std::uint32_t id = 0;
  SubscriptionId subscription;
  Code code = Code::ConnectionLost;  ///< the cause
  std::string message;
  std::string fromCommit;      ///< `commit_timestamp` of the last change that was seen, empty if there was none
  WallTime from{};             ///< last proof of life; with a pulse both as they were when it was last heard
  std::optional<WallTime> to;  ///< live again; nothing while it is open
};

}  // namespace switchboard
