#include "status/subscription_state.h"

#include <array>

#include "base/transitions.h"

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
  using Step = Transition<S>;
  constexpr std::array kSteps = {
      Step{S::Pending, S::Joining}, Step{S::Pending, S::Live},     Step{S::Pending, S::Parked},
      Step{S::Joining, S::Live},    Step{S::Joining, S::Pending},  Step{S::Joining, S::Retrying},
      Step{S::Joining, S::Parked},  Step{S::Live, S::Pending},     Step{S::Live, S::Retrying},
      Step{S::Live, S::Parked},     Step{S::Retrying, S::Pending}, Step{S::Parked, S::Pending},
  };
  return allows(kSteps, from, to);
}

}  // namespace switchboard
