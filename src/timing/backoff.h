#pragma once

#include "base/time.h"
#include "platform/random.h"

namespace switchboard {

/// A random delay from `least` to `most`, both included; `least` if `most` is smaller.
Duration uniform(Random& random, Duration least, Duration most);

/// min(cap, base·2ⁿ), without overflow; never negative.
Duration doubled(Duration base, Duration cap, unsigned n);

/// The delay before retry n (0 for the first): uniform over 0 … `doubled(base, cap, n)`, so that clients which lost the
/// same server come back spread out ("full jitter").
Duration fullJitter(Random& random, Duration base, Duration cap, unsigned n);

/// `delay` plus up to a quarter of it, for a delay that must not be shorter and should not be the same for all clients.
Duration lengthened(Random& random, Duration delay);

}  // namespace switchboard
