#include "timing/backoff.h"

#include <algorithm>

namespace switchboard {

namespace {

/// min(cap, base·2ⁿ), without overflow; never negative.
Duration ceilingOf(Duration base, Duration cap, unsigned attempt) {
  const unsigned doublings = std::min(attempt, 62u);
  const bool capped = base.count() > (cap.count() >> doublings);
  return std::max(Duration{0}, capped ? cap : base * (std::int64_t{1} << doublings));
}

Duration uniform(Random& random, Duration least, Duration most) {
  const auto range = static_cast<std::uint64_t>((most - least).count()) + 1;
  return least + Duration{static_cast<Duration::rep>(random.below(range))};
}

}  // namespace

Duration fullJitter(Random& random, Duration base, Duration cap, unsigned attempt) {
  return uniform(random, Duration{0}, ceilingOf(base, cap, attempt));
}

Duration flooredJitter(Random& random, Duration base, Duration cap, unsigned attempt) {
  const Duration ceiling = ceilingOf(base, cap, attempt);
  return uniform(random, ceiling / 4, ceiling);
}

}  // namespace switchboard
