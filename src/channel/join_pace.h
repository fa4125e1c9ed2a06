#pragma once

#include <algorithm>

#include "timing/backoff.h"
#include "timing/context.h"

namespace switchboard {

/// Keeps all joins of a client below a rate: the server counts them per project and, beyond its limit, closes whole
/// sockets (protocol.md §12.1). The spacing is jittered, so that many clients do not beat in time.
class JoinPace {
 public:
  JoinPace(unsigned perSecond, Context& context)
      : interval_(Duration{1'000} / std::max(1u, perSecond)), context_(context) {}

  /// Zero when a join may go out now.
  Duration wait() const { return std::max(Duration{0}, next_ - context_.now()); }
  /// A join goes out.
  void take() { next_ = context_.now() + uniform(context_.random, interval_, interval_ + interval_ / 2); }

 private:
  Duration interval_;
  Context& context_;
  TimePoint next_{};
};

}  // namespace switchboard
