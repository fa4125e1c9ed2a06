#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace switchboard {

/// A call of `switchboard_changes` that the outside is asked for.
struct RpcRequest {
  std::uint32_t id = 0;
  std::string topic;
  std::optional<std::uint64_t> after;  ///< nothing: only the position is wanted
  unsigned atMost = 0;
};

}  // namespace switchboard
