#include "status/pulse_state.h"

#include "base/enum_names.h"

namespace switchboard {

namespace {

const auto& tableOf(PulseState /*any*/) {
  using S = PulseState;
  static constexpr StateTable<S, 6> kTable({
      {S::Idle, "idle", {S::Joining}},
      {S::Joining, "joining", {S::Waiting, S::Idle, S::Refused}},
      {S::Waiting, "waiting", {S::Beating, S::Silent, S::Idle, S::Refused}},
      {S::Beating, "beating", {S::Silent, S::Idle, S::Refused}},
      {S::Silent, "silent", {S::Beating, S::Idle, S::Refused}},
      {S::Refused, "refused", {S::Joining}},
  });
  return kTable;
}

}  // namespace

std::string_view toString(PulseState state) {
  return tableOf(state).nameOf(state);
}

bool isLegal(PulseState from, PulseState to) {
  return tableOf(from).allows(from, to);
}

}  // namespace switchboard
