#include "subscription/channels/planner.h"

#include <algorithm>
#include <utility>

#include "base/id_map.h"

namespace switchboard {

namespace {

bool goesBefore(const WantedBinding& a, const WantedBinding& b) {
  return a.risky == b.risky ? a.suspectGroup < b.suspectGroup : b.risky;
}

/// `homeless` in the order in which they are packed, so that those that may share a line stand together.
void packLines(Plan& plan, const Vector<WantedBinding>& homeless, const PlanLimits& limits) {
  for (std::size_t i = 0; i < homeless.size(); ++i) {
    const auto& binding = homeless[i];
    const bool fits =
        i > 0 && !goesBefore(homeless[i - 1], binding) && plan.open.back().keys.size() < limits.bindingsPerLine;
    if (!fits) plan.open.push_back({{}, std::nullopt, binding.risky});
    plan.open.back().keys.push_back(binding.key);
  }
}

}  // namespace

Plan makePlan(const Vector<WantedBinding>& wanted, const Vector<CurrentLine>& lines, const PlanLimits& limits) {
  Plan plan;
  IdSet<KeyId> wantedKeys;
  for (const auto& binding : wanted) wantedKeys.insert(binding.key);

  IdSet<KeyId> carried;
  for (const auto& line : lines) {
    Vector<KeyId> kept;
    for (const auto key : line.keys) {
      if (wantedKeys.contains(key)) kept.push_back(key);
    }
    if (kept.empty()) {
      plan.close.push_back(line.id);
      continue;
    }
    for (const auto key : kept) carried.insert(key);
    const std::size_t dead = line.keys.size() - kept.size();
    if (line.live && !line.inRebuild && dead > kept.size()) plan.open.push_back({std::move(kept), line.id, false});
  }

  Vector<WantedBinding> homeless;
  for (const auto& binding : wanted) {
    if (carried.contains(binding.key)) continue;
    homeless.insert(std::upper_bound(homeless.begin(), homeless.end(), binding, goesBefore), binding);
  }
  packLines(plan, homeless, limits);
  return plan;
}

}  // namespace switchboard
