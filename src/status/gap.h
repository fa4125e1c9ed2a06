#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"

namespace switchboard {

/// The earliest that changes can be missing from.
struct GapStart {
  std::string commit;  ///< see `Gap::fromCommit`
  WallTime at{};       ///< see `Gap::from`
};

/// A time in which changes may have been missed by a subscription that was live before: the server replays nothing.
/// Reported when it opens and again, with the same id, when it is over; one that is only noticed afterwards is reported
/// once.
///
/// Every change that is missing was committed between `from` and `to`. Both are by the database's clock, as far as that
/// is known from the commit times of changes that came; before the first change they are by this machine's.
struct Gap {
  std::uint32_t id = 0;
  SubscriptionId subscription;
  ReasonCode code = ReasonCode::ConnectionLost;  ///< the cause
  std::string message;
  std::string fromCommit;      ///< `commit_timestamp` of the last change before which nothing is missing; empty: none
  WallTime from{};             ///< at or before the commit of anything that is missing
  std::optional<WallTime> to;  ///< at or after it; nothing while the gap is open
};

}  // namespace switchboard
