#include "status/pulse_state.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <utility>

namespace switchboard {
namespace {

using S = PulseState;
constexpr std::array kStates = {S::Idle, S::Joining, S::Waiting, S::Beating, S::Silent, S::Refused};

TEST_CASE("the legal steps of a pulse are those of the table and no others") {
  const std::set<std::pair<S, S>> legal = {
      {S::Idle, S::Joining},    {S::Joining, S::Waiting}, {S::Joining, S::Idle},    {S::Joining, S::Refused},
      {S::Waiting, S::Beating}, {S::Waiting, S::Silent},  {S::Waiting, S::Idle},    {S::Waiting, S::Refused},
      {S::Beating, S::Silent},  {S::Beating, S::Idle},    {S::Beating, S::Refused}, {S::Silent, S::Beating},
      {S::Silent, S::Idle},     {S::Silent, S::Refused},  {S::Refused, S::Joining},
  };
  for (const S from : kStates) {
    for (const S to : kStates) CHECK(isLegal(from, to) == (legal.count({from, to}) == 1));
  }
}

TEST_CASE("every state of a pulse has a name of its own") {
  std::set<std::string_view> names;
  for (const S state : kStates) names.insert(toString(state));
  CHECK(names == std::set<std::string_view>{"idle", "joining", "waiting", "beating", "silent", "refused"});
}

}  // namespace
}  // namespace switchboard
