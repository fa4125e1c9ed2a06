#include "numbered/numbers_state.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <utility>

namespace switchboard {
namespace {

using S = NumbersState;

constexpr std::array kStates = {S::Idle, S::Starting, S::Live, S::Filling, S::Interrupted, S::FellBack};

TEST_CASE("the legal steps of a topic's numbers are those of the table and no others") {
  const std::set<std::pair<S, S>> legal = {
      {S::Idle, S::Starting},     {S::Starting, S::Live},       {S::Starting, S::Filling}, {S::Starting, S::Idle},
      {S::Starting, S::FellBack}, {S::Live, S::Filling},        {S::Live, S::Interrupted}, {S::Live, S::FellBack},
      {S::Filling, S::Live},      {S::Filling, S::Interrupted}, {S::Filling, S::FellBack}, {S::Interrupted, S::Filling},
  };
  for (const S from : kStates) {
    for (const S to : kStates) CHECK(isLegal(from, to) == (legal.count({from, to}) == 1));
  }
}

TEST_CASE("states and reasons have names") {
  std::set<std::string_view> names;
  for (const S state : kStates) names.insert(toString(state));
  CHECK(names == std::set<std::string_view>{"idle", "starting", "live", "filling", "interrupted", "fellBack"});
  CHECK(toString(NumbersGapReason::FellBack) == "FELL_BACK");
  CHECK(toString(FallBackReason::OtherVersion) == "OTHER_VERSION");
}

}  // namespace
}  // namespace switchboard
