#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "platform/random.h"

namespace switchboard::sim {

/// SplitMix64: the same numbers for the same seed on every machine.
class SimRandom final : public Random {
 public:
  explicit SimRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() override {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// True in `percent` of all cases.
  bool chance(unsigned percent) { return below(100) < percent; }
  /// Uniform over both ends and all between.
  Duration between(Duration least, Duration most) {
    return least + Duration{static_cast<Duration::rep>(below(static_cast<std::uint64_t>((most - least).count()) + 1))};
  }
  unsigned between(unsigned least, unsigned most) { return least + static_cast<unsigned>(below(most - least + 1)); }
  template <class Items>
  auto& pick(Items& items) {
    return items[static_cast<std::size_t>(below(items.size()))];
  }
  /// A generator of its own, so that one part's use of randomness does not shift another's.
  SimRandom split() { return SimRandom(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace switchboard::sim
