#include "subscription/planner.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace switchboard {

namespace {

void packLines(Plan& plan, const std::vector<WantedBinding>& homeless, const PlanLimits& limits) {
  std::map<std::pair<bool, std::uint32_t>, std::vector<KeyId>> packs;
  for (const auto& binding : homeless) packs[{binding.risky, binding.suspectGroup}].push_back(binding.key);
  for (const auto& [kind, keys] : packs) {
    for (std::size_t start = 0; start < keys.size(); start += limits.bindingsPerLine) {
      const std::size_t end = std::min(keys.size(), start + limits.bindingsPerLine);
      plan.open.push_back(
          {{keys.begin() + static_cast<std::ptrdiff_t>(start), keys.begin() + static_cast<std::ptrdiff_t>(end)},
           std::nullopt,
           kind.first});
    }
  }
}

}  // namespace

Plan makePlan(const std::vector<WantedBinding>& wanted, const std::vector<CurrentLine>& lines,
              const PlanLimits& limits) {
  Plan plan;
  std::set<KeyId> wantedKeys;
  for (const auto& binding : wanted) wantedKeys.insert(binding.key);

  std::set<KeyId> carried;
  for (const auto& line : lines) {
    std::vector<KeyId> kept;
    for (const auto key : line.keys) {
      if (wantedKeys.count(key) != 0) kept.push_back(key);
    }
    if (kept.empty()) {
      plan.close.push_back(line.id);
      continue;
    }
    carried.insert(kept.begin(), kept.end());
    const std::size_t dead = line.keys.size() - kept.size();
    if (line.live && !line.inRebuild && dead > kept.size()) plan.open.push_back({std::move(kept), line.id, false});
  }

  std::vector<WantedBinding> homeless;
  for (const auto& binding : wanted) {
    if (carried.count(binding.key) == 0) homeless.push_back(binding);
  }
  packLines(plan, homeless, limits);
  return plan;
}

}  // namespace switchboard
