#include "status/subscription_state.h"

#include <algorithm>
#include <array>

namespace switchboard {

std::string_view toString(SubscriptionState state) {
  switch (state) {
    case SubscriptionState::Pending:
      return "pending";
    case SubscriptionState::Joining:
      return "joining";
    case SubscriptionState::Live:
      return "live";
    case SubscriptionState::Retrying:
      return "retrying";
    case SubscriptionState::Parked:
      return "parked";
  }
  return "?";
}

bool isLegal(SubscriptionState from, SubscriptionState to) {
  using S = SubscriptionState;
  struct Step {
    S from, to;
  };
  constexpr std::array kSteps = {
      Step{S::Pending, S::Joining}, Step{S::Pending, S::Live},     Step{S::Pending, S::Parked},
      Step{S::Joining, S::Live},    Step{S::Joining, S::Pending},  Step{S::Joining, S::Retrying},
      Step{S::Joining, S::Parked},  Step{S::Live, S::Pending},     Step{S::Live, S::Retrying},
      Step{S::Live, S::Parked},     Step{S::Retrying, S::Pending}, Step{S::Parked, S::Pending},
  };
  return std::any_of(kSteps.begin(), kSteps.end(), [&](Step step) { return step.from == from && step.to == to; });
}

}  // namespace switchboard
