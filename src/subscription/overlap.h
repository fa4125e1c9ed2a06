#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"

namespace switchboard {

/// Makes one stream of two that carry the same changes for a while: each change passes once, whichever side brings it
/// first. Equal changes (the same row updated twice to the same values within a transaction) pass as often as the side
/// that has more of them brings them. Relies on the server sending the same `data` to every channel of a change
/// (protocol.md §8.1).
class Overlap {
 public:
  enum class Side : unsigned char { Old, New };

  /// Whether the change with this `data` passes for this key. Each key by itself, because a side may carry more of them
  /// than the other.
  bool admit(Side side, KeyId key, std::string_view data) {
    Seen& seen = seen_[hash(data) + key.value];
    const unsigned count = ++seen.bySide[static_cast<std::size_t>(side)];
    if (count <= seen.passed) return false;
    seen.passed = count;
    return true;
  }

 private:
  struct Seen {
    std::array<unsigned, 2> bySide{};
    unsigned passed = 0;
  };

  /// FNV-1a.
  static std::uint64_t hash(std::string_view data) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : data) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return value;
  }

  std::unordered_map<std::uint64_t, Seen> seen_;
};

}  // namespace switchboard
