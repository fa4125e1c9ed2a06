#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "check/watched.h"
#include "numbered/change_log.h"

namespace switchboard::sim {

/// What a message is to a subscription.
struct Expected {
  std::vector<std::pair<std::uint64_t, std::string>> items{};  ///< changes, by number and type, in order
  bool isPartial = false;  ///< something of it concerns the subscription and can't come
};

/// Decided from the rows as they are in the database, and from what of them the message has.
Expected expectedOf(const LogMessage& message, const Watched& watched);

}  // namespace switchboard::sim
