#include "status/subscription_state.h"

#include "base/enum_names.h"

namespace switchboard {

namespace {

const auto& tableOf(SubscriptionState /*any*/) {
  using S = SubscriptionState;
  static constexpr StateTable<S, 5> kTable({
      {S::Pending, "pending", {S::Joining, S::Live, S::Parked}},
      {S::Joining, "joining", {S::Live, S::Pending, S::Retrying, S::Parked}},
      {S::Live, "live", {S::Pending, S::Retrying, S::Parked}},
      {S::Retrying, "retrying", {S::Pending}},
      {S::Parked, "parked", {S::Pending}},
  });
  return kTable;
}

}  // namespace

std::string_view toString(SubscriptionState state) {
  return tableOf(state).nameOf(state);
}

bool isLegal(SubscriptionState from, SubscriptionState to) {
  return tableOf(from).allows(from, to);
}

}  // namespace switchboard
