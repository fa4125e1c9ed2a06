#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "protocol/frame.h"

namespace switchboard {

enum class ChangeType : unsigned char { Insert, Update, Delete };

/// A `postgres_changes` payload as far as routing needs it (protocol.md §8.1). The row is not looked at.
struct Change {
  std::string_view data;  ///< the JSON object under `data`
};

/// Finds `ids` and `data`. `ids` is cleared and filled, repeats included. Nothing when the payload is none of this
/// kind.
std::optional<Change> scanChange(std::string_view payload, std::vector<BindingId>& ids);

/// The same for a frame whose envelope has been read.
std::optional<Change> scanChange(const Envelope& envelope, std::vector<BindingId>& ids);

/// The type of this name, which stands without its quotes; none for any other.
std::optional<ChangeType> typeNamed(std::string_view name);

/// The change's `type`; of several the first, and none when it is written with escapes.
std::optional<ChangeType> changeType(const Change& change);

/// The change's `commit_timestamp`, as the server wrote it, escapes and all; of several the first; empty when absent.
std::string_view commitTimestamp(const Change& change);

}  // namespace switchboard
