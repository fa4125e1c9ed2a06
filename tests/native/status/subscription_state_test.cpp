#include "status/subscription_state.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <utility>

namespace switchboard {
namespace {

using S = SubscriptionState;
constexpr std::array kStates = {S::Pending, S::Joining, S::Live, S::Retrying, S::Parked};

TEST_CASE("the legal steps of a subscription are those of the table and no others") {
  const std::set<std::pair<S, S>> legal = {
      {S::Pending, S::Joining}, {S::Pending, S::Live},     {S::Pending, S::Parked},   {S::Joining, S::Live},
      {S::Joining, S::Pending}, {S::Joining, S::Retrying}, {S::Joining, S::Parked},   {S::Live, S::Pending},
      {S::Live, S::Retrying},   {S::Live, S::Parked},      {S::Retrying, S::Pending}, {S::Parked, S::Pending},
  };
  for (const S from : kStates) {
    for (const S to : kStates) CHECK(isLegal(from, to) == (legal.count({from, to}) == 1));
  }
}

TEST_CASE("every state has a name of its own") {
  std::set<std::string_view> names;
  for (const S state : kStates) names.insert(toString(state));
  CHECK(names == std::set<std::string_view>{"pending", "joining", "live", "retrying", "parked"});
}

}  // namespace
}  // namespace switchboard
