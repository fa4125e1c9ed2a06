#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/vector.h"

namespace switchboard {

/// One condition of a filter, `column=[not.]op.value`.
struct Condition {
  std::string_view column;
  bool negated = false;
  std::string_view op;
  std::string_view value;
};

/// Checks a filter against the server's grammar (protocol.md §8.4): comma-separated conditions that must all hold,
/// split outside of parentheses and double quotes; `in` takes 1 to 100 values in parentheses, `is` one of null, true,
/// false, unknown. A blank filter has no conditions. Stricter than the server in what can only be a slip: a quote or
/// parenthesis that is never closed, with which the server takes all that follows for one value. What only the database
/// can know (columns, casts) is not checked. The views point into `text`.
Result<Vector<Condition>> parseFilter(std::string_view text);

/// Equal for filters that mean the same whatever the order of their conditions.
std::string canonicalFilter(const Vector<Condition>& conditions);

}  // namespace switchboard
