#include "subscription/interest/spec.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "protocol/filter.h"

namespace switchboard {

namespace {

constexpr std::string_view kFieldEnd = "\x1f";  // unit separator; no name of the wire holds one

std::string upperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string canonicalKey(const BindingConfig& binding, const std::string& event, const std::string& filter) {
  auto select = binding.select;
  sortTexts(select);
  select.erase(std::unique(select.begin(), select.end()), select.end());
  std::string key = concat({binding.schema, kFieldEnd, binding.table, kFieldEnd, event, kFieldEnd, filter});
  for (const auto& column : select) {
    key += kFieldEnd;
    key += column;
  }
  return key;
}

}  // namespace

bool Spec::wants(std::optional<ChangeType> type) const {
  return !type || binding.event == "*" || typeNamed(binding.event) == type;
}

Result<Spec> makeSpec(BindingConfig&& binding) {
  binding.event = binding.event.empty() ? "*" : upperCase(binding.event);
  if (binding.schema.empty()) binding.schema = "public";
  const auto& event = binding.event;
  if (event != "*" && !typeNamed(event)) return unusable("event");
  if (binding.table.empty()) return unusable("table");
  const auto conditions = parseFilter(binding.filter);
  if (!conditions) return conditions.error();
  if (conditions.value().empty()) binding.filter.clear();
  if (binding.isWildcard() && !binding.filter.empty()) return unusable("filter");
  const auto isBlank = [](const std::string& column) { return column.empty(); };
  const bool hasBlank = std::any_of(binding.select.begin(), binding.select.end(), isBlank);
  if (hasBlank || (binding.isWildcard() && !binding.select.empty())) return unusable("select");
  Spec spec;
  const std::string filter = canonicalFilter(conditions.value());
  spec.key = canonicalKey(binding, event, filter);
  spec.coverKey = canonicalKey(binding, "*", filter);
  spec.binding = std::move(binding);
  return spec;
}

}  // namespace switchboard
