#include "subscription/planning/planner.h"

#include <algorithm>
#include <utility>

#include "base/containers/id_map.h"

namespace switchboard {

namespace {

bool goesBefore(const DesiredBinding& a, const DesiredBinding& b) {
  return a.risky == b.risky ? a.bisectionGroup < b.bisectionGroup : b.risky;
}

/// `unplaced` in the order in which they are packed, so that those that may share a channel are next to each other.
void packChannels(Plan& plan, const Vector<DesiredBinding>& unplaced, const PlanLimits& limits) {
  for (std::size_t i = 0; i < unplaced.size(); ++i) {
    const auto& binding = unplaced[i];
    const bool fits =
        i > 0 && !goesBefore(unplaced[i - 1], binding) && plan.open.back().keys.size() < limits.bindingsPerChannel;
    if (!fits) plan.open.push_back({{}, std::nullopt, binding.risky});
    plan.open.back().keys.push_back(binding.key);
  }
}

}  // namespace

Plan makePlan(const Vector<DesiredBinding>& desired, const Vector<CurrentChannel>& channels, const PlanLimits& limits) {
  Plan plan;
  IdSet<KeyId> desiredKeys;
  for (const auto& binding : desired) desiredKeys.insert(binding.key);

  IdSet<KeyId> carried;
  for (const auto& channel : channels) {
    Vector<KeyId> kept;
    for (const auto key : channel.keys) {
      if (desiredKeys.contains(key)) kept.push_back(key);
    }
    if (kept.empty()) {
      plan.close.push_back(channel.id);
      continue;
    }
    for (const auto key : kept) carried.insert(key);
    const std::size_t dead = channel.keys.size() - kept.size();
    if (channel.live && !channel.inHandover && dead > kept.size())
      plan.open.push_back({std::move(kept), channel.id, false});
  }

  Vector<DesiredBinding> unplaced;
  for (const auto& binding : desired) {
    if (carried.contains(binding.key)) continue;
    unplaced.insert(std::upper_bound(unplaced.begin(), unplaced.end(), binding, goesBefore), binding);
  }
  packChannels(plan, unplaced, limits);
  return plan;
}

}  // namespace switchboard
