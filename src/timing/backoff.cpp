#include "timing/backoff.h"

#include <algorithm>

namespace switchboard {

Duration fullJitter(Random& random, Duration base, Duration cap, unsigned attempt) {
  const unsigned doublings = std::min(attempt, 62u);
  const bool capped = base.count() > (cap.count() >> doublings);
  const auto ceiling = capped ? cap : base * (std::int64_t{1} << doublings);
  if (ceiling <= Duration{0}) return Duration{0};
  return Duration{static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(ceiling.count()) + 1))};
}

}  // namespace switchboard
