#include "status/pulse_state.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <utility>

namespace switchboard {
namespace {

using P = PulseState;
constexpr std::array kPulseStates = {P::Idle, P::Joining, P::Waiting, P::Beating, P::Silent, P::Refused};

TEST_CASE("the legal steps of a pulse are those of the table and no others") {
  const std::set<std::pair<P, P>> legal = {
      {P::Idle, P::Joining},    {P::Joining, P::Waiting}, {P::Joining, P::Idle},    {P::Joining, P::Refused},
      {P::Waiting, P::Beating}, {P::Waiting, P::Silent},  {P::Waiting, P::Idle},    {P::Waiting, P::Refused},
      {P::Beating, P::Silent},  {P::Beating, P::Idle},    {P::Beating, P::Refused}, {P::Silent, P::Beating},
      {P::Silent, P::Idle},     {P::Silent, P::Refused},  {P::Refused, P::Joining},
  };
  for (const P from : kPulseStates) {
    for (const P to : kPulseStates) CHECK(isLegal(from, to) == (legal.count({from, to}) == 1));
  }
}

TEST_CASE("every state of a pulse has a name of its own") {
  std::set<std::string_view> names;
  for (const P state : kPulseStates) names.insert(toString(state));
  CHECK(names == std::set<std::string_view>{"idle", "joining", "waiting", "beating", "silent", "refused"});
}

}  // namespace
}  // namespace switchboard
