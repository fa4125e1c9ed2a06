#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"

namespace switchboard {

/// The numbers of the changes that are missing, of tables that number them.
struct MissingNumbers {
  std::string epoch;                ///< that `from` is of; empty: not known
  std::uint64_t from = 0;           ///< the first one; 0: the first changes have no numbers
  std::optional<std::uint64_t> to;  ///< the last one; nothing: all from then on. May be of the epoch after `epoch`
};

/// The earliest point from which changes can be missing.
struct GapStart {
  std::string commit;  ///< see `Gap::fromCommit`
  WallTime at{};       ///< see `Gap::from`
  MissingNumbers numbers{};
};

/// A period in which a subscription that was live before may have missed changes: the server replays nothing. Reported
/// when it begins and, with the same id, when it ends. A gap that is only noticed afterwards is reported once.
///
/// Every missing change was committed between `from` and `to`. Both are times of the database's clock, as far as it is
/// known from the commit times of received changes; before the first change they are times of this machine's clock.
struct Gap {
  std::uint32_t id = 0;
  SubscriptionId subscription;
  ReasonCode code = ReasonCode::ConnectionLost;  ///< the cause
  std::string message;
  std::string fromCommit;      ///< `commit_timestamp` of the last change up to which nothing is missing; empty: none
  WallTime from{};             ///< at or before the commit of the first missing change; 0: it may be of any time
  std::optional<WallTime> to;  ///< at or after the commit of the last one; nothing while the gap is open
  MissingNumbers numbers;
};

}  // namespace switchboard
