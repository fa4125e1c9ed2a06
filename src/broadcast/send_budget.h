#pragma once

#include <algorithm>
#include <cstdint>

#include "timing/context.h"

namespace switchboard {

/// Keeps what all channels of a client send together below a rate: the server counts per project and closes channels
/// beyond its limit (protocol.md §12.1). Bursts pass, since the server averages over up to a minute.
class SendBudget {
 public:
  /// `perSecond`: 1 to 1,000,000. As many may go out at once after a quiet second.
  SendBudget(unsigned perSecond, Context& context) : cost_(Micros{1'000'000} / perSecond), context_(context) {}

  /// Zero when one may go out now.
  Duration wait() const {
    const Micros late = paidUntil_ + cost_ - now() - kBurst;
    return late <= Micros{0} ? Duration{0} : std::chrono::ceil<Duration>(late);
  }
  /// One goes out.
  void take() { paidUntil_ = std::max(paidUntil_, now()) + cost_; }

 private:
  using Micros = std::chrono::microseconds;
  static constexpr Micros kBurst{1'000'000};

  Micros now() const { return context_.now().time_since_epoch(); }

  const Micros cost_;  ///< of one
  Context& context_;
  Micros paidUntil_{0};  ///< when all that went out would have, at an even pace
};

}  // namespace switchboard
