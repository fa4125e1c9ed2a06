#pragma once

#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/error.h"

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
/// false, unknown. A blank filter has no conditions. Stricter than the server where the input can only be a mistake: an
/// unclosed quote or parenthesis, after which the server reads all that follows as one value. What only the database
/// can check (columns, casts) is not checked. The views point into `text`.
Result<Vector<Condition>> parseFilter(std::string_view text);

/// The text that a condition's value stands for, for any operator but `in`: without the quotes and backslashes of a
/// value that is in quotes as a whole.
std::string plainValue(std::string_view value);

/// One value of `in`.
struct ListItem {
  std::string text;
  bool isNull = false;
};
/// The values of `in`, by the rules of PostgreSQL's array literals. `value` has passed `parseFilter`.
Vector<ListItem> listItems(std::string_view value);

/// Equal for filters that differ only in the order of their conditions.
std::string canonicalFilter(const Vector<Condition>& conditions);

}  // namespace switchboard
