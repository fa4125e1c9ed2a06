#include "subscription/channels/bisection.h"

#include <numeric>
#include <string>

#include "base/text.h"

namespace switchboard {

namespace {

/// Whether the text has these parts one behind the other.
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

}  // namespace switchboard
