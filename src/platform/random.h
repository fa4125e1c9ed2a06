#pragma once

#include <cstdint>

namespace switchboard {

class Random {
 public:
  virtual ~Random() = default;
  /// Uniform over all 64-bit numbers.
  virtual std::uint64_t next() = 0;

  /// Uniform over 0 … bound−1; 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
};

}  // namespace switchboard
