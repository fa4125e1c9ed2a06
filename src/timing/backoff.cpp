#include "timing/backoff.h"

#include <algorithm>

namespace switchboard {

Duration uniform(Random& random, Duration least, Duration most) {
  const auto range = static_cast<std::uint64_t>(std::max(Duration{0}, most - least).count()) + 1;
  return least + Duration{static_cast<Duration::rep>(random.below(range))};
}

Duration doubled(Duration base, Duration cap, unsigned n) {
  const unsigned doublings = std::min(n, 62u);
  const bool capped = base.count() > (cap.count() >> doublings);
  return std::max(Duration{0}, capped ? cap : base * (std::int64_t{1} << doublings));
}

Duration fullJitter(Random& random, Duration base, Duration cap, unsigned n) {
  return uniform(random, Duration{0}, doubled(base, cap, n));
}

Duration lengthened(Random& random, Duration delay) {
  return uniform(random, delay, delay + delay / 4);
}

}  // namespace switchboard
