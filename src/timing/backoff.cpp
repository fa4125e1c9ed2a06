#include "timing/backoff.h"

#include <algorithm>

namespace switchboard {

Duration fullJitter(Random& random, Duration base, Duration cap, unsigned attempt) {
  constexpr unsigned kMaxShift = 30;  // far above any cap, far below overflow
  const auto ceiling = std::min(cap, base * (std::int64_t{1} << std::min(attempt, kMaxShift)));
  if (ceiling <= Duration{0}) return Duration{0};
  return Duration{static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(ceiling.count()) + 1))};
}

}  // namespace switchboard
