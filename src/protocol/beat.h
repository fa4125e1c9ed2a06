#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "protocol/changes/change.h"

namespace switchboard {

/// A change of the pulse's single row.
struct Beat {
  std::optional<std::uint64_t> seq;     ///< nothing when the server left the values out
  std::optional<WallTime> committedAt;  ///< by the database's clock, whole milliseconds (protocol.md §8.1)
};

/// Nothing for a DELETE: it says nothing about missed beats.
std::optional<Beat> readBeat(std::string_view data);

/// "2026-11-22T12:00:00.000Z", with a fraction of any length or none; nothing for any other text.
std::optional<WallTime> readTimestamp(std::string_view text);

}  // namespace switchboard
