#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/containers/vector.h"
#include "base/ids.h"

namespace switchboard {

/// Makes one stream of two that carry the same changes for a while: each change passes once, whichever side brings it
/// first. Equal changes (the same row updated twice to the same values within a transaction) pass as often as the side
/// that has more of them brings them. Relies on the server sending the same `data` to every channel of a change
/// (protocol.md §8.1).
class DuplicateFilter {
 public:
  enum class Side : unsigned char { Old, New };

  /// Whether the change with this `data` passes for this key. Each key by itself, because a side may carry more of them
  /// than the other.
  bool admit(Side side, KeyId key, std::string_view data) {
    Seen& seen = seenOf(hash(data) + key.value);
    const unsigned count = ++seen.bySide[static_cast<std::size_t>(side)];
    if (count <= seen.passed) return false;
    seen.passed = count;
    return true;
  }

 private:
  struct Seen {
    std::uint64_t change = 0;
    std::array<unsigned, 2> bySide{};
    unsigned passed = 0;
  };

  /// FNV-1a.
  static std::uint64_t hash(std::string_view data) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : data) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return value;
  }

  Seen& seenOf(std::uint64_t change) {
    const auto it = std::lower_bound(seen_.begin(), seen_.end(), change,
                                     [](const Seen& seen, std::uint64_t other) { return seen.change < other; });
    if (it != seen_.end() && it->change == change) return *it;
    return *seen_.insert(it, Seen{change, {}, 0});
  }

  Vector<Seen> seen_;  // in order of `change`
};

}  // namespace switchboard
