#include "status/pulse_state.h"

#include <array>

#include "base/transitions.h"

namespace switchboard {

std::string_view toString(PulseState state) {
  switch (state) {
    case PulseState::Idle:
      return "idle";
    case PulseState::Joining:
      return "joining";
    case PulseState::Waiting:
      return "waiting";
    case PulseState::Beating:
      return "beating";
    case PulseState::Silent:
      return "silent";
    case PulseState::Refused:
      return "refused";
  }
  return "?";
}

bool isLegal(PulseState from, PulseState to) {
  using S = PulseState;
  using Step = Transition<S>;
  constexpr std::array kSteps = {
      Step{S::Idle, S::Joining},    Step{S::Joining, S::Waiting}, Step{S::Joining, S::Idle},
      Step{S::Joining, S::Refused}, Step{S::Waiting, S::Beating}, Step{S::Waiting, S::Silent},
      Step{S::Waiting, S::Idle},    Step{S::Waiting, S::Refused}, Step{S::Beating, S::Silent},
      Step{S::Beating, S::Idle},    Step{S::Beating, S::Refused}, Step{S::Silent, S::Beating},
      Step{S::Silent, S::Idle},     Step{S::Silent, S::Refused},  Step{S::Refused, S::Joining},
  };
  return allows(kSteps, from, to);
}

}  // namespace switchboard
