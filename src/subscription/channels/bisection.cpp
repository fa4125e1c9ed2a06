#include "subscription/channels/bisection.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace switchboard {

namespace {

/// Whether the text has these parts directly after each other.
bool contains(std::string_view text, std::initializer_list<std::string_view> parts) {
  return text.find(concat(parts)) != std::string_view::npos;
}

/// The message quotes the parameters as `[event: *, schema: public, table: t, filters: [{"col", "eq", "x", false}],
/// select: nil]`, and a filter that it can't read as `["col", "x"]` (recorded: join_bindings).
bool isNamed(const BindingConfig& binding, std::string_view message) {
  if (contains(message, {"schema: ", binding.schema, ","})) {
    return contains(message, {"table: ", binding.table, ","}) && contains(message, {"event: ", binding.event, ","}) &&
           (binding.filter.empty() == contains(message, {"filters: []"}));
  }
  const auto column = binding.filter.substr(0, binding.filter.find('='));
  return !column.empty() && contains(message, {"[\"", column, "\""});
}

}  // namespace

Vector<std::size_t> suspects(const Vector<BindingConfig>& bindings, std::string_view serverMessage) {
  Vector<std::size_t> named;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (isNamed(bindings[i], serverMessage)) named.push_back(i);
  }
  if (!named.empty() && named.size() < bindings.size()) return named;
  Vector<std::size_t> half(bindings.size() / 2);
  std::iota(half.begin(), half.end(), std::size_t{0});
  return half;
}

void Bisection::split(const Vector<ChannelBinding>& bindings, const Cause& cause) {
  Vector<BindingConfig> configs;
  for (const auto& binding : bindings) configs.push_back(binding.config);
  const auto suspected = suspects(configs, cause.message);
  const std::uint32_t suspectGroup = ++lastGroup_;
  const std::uint32_t restGroup = ++lastGroup_;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    KeyEntry* entry = registry_.find(bindings[i].key);
    if (entry == nullptr) continue;
    const bool isSuspect = std::find(suspected.begin(), suspected.end(), i) != suspected.end();
    entry->grouping.group_ = isSuspect ? suspectGroup : restGroup;
  }
}

bool Bisection::mayBeToBlame(const Vector<ChannelBinding>& bindings, const Cause& cause) const {
  constexpr unsigned kTries = 3;
  if (cause.code != ReasonCode::DatabaseUnavailable || bindings.size() == 1) return false;
  const bool othersLive = channels_.anyLive();
  return std::all_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    const KeyEntry* entry = registry_.find(binding.key);
    return entry != nullptr && entry->retries.attempts() >= kTries && (othersLive || entry->grouping.group() == 0);
  });
}

}  // namespace switchboard
