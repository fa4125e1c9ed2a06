#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/changes/change.h"

namespace switchboard {

/// When a change was committed and, of a table that numbers its changes, its number.
struct NumberedCommit {
  std::string_view stamp;    ///< see `commitTimestamp`
  std::uint64_t number = 0;  ///< 0: it has none
  std::string_view epoch;    ///< of the number
};

/// Of a change's `data`, the part that `readNumberedCommit` reads. The core writes number and epoch behind the time.
std::string_view numberedCommitOf(std::string_view data);
/// `text`: of `numberedCommitOf`.
NumberedCommit readNumberedCommit(std::string_view text);

}  // namespace switchboard
