#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "protocol/change.h"

namespace switchboard {

/// A change of the pulse's one row.
struct Beat {
  std::optional<std::uint64_t> seq;     ///< nothing when the server left the values out
  std::optional<WallTime> committedAt;  ///< by the database's clock, whole milliseconds (protocol.md §8.1)
};

/// Nothing for a DELETE: the row is gone, which proves nothing.
std::optional<Beat> readBeat(std::string_view data);

/// "2026-11-22T12:00:00.000Z", the fraction of any length or missing; nothing for anything else.
std::optional<WallTime> readTimestamp(std::string_view text);

}  // namespace switchboard
