#include "protocol/filter.h"

#include <algorithm>
#include <array>
#include <optional>

namespace switchboard {

namespace {

constexpr std::size_t kMaxInValues = 100;
constexpr std::array<std::string_view, 13> kOperators = {"eq",   "neq",   "lt",    "lte",    "gt", "gte",       "in",
                                                         "like", "ilike", "match", "imatch", "is", "isdistinct"};

Error filterError(std::string message) {
  return Error{Code::InvalidOption, "filter", std::move(message)};
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Splits at the commas outside of parentheses and double quotes. A quote opens only right behind `.`, `(` or `,`; a
/// backslash escapes inside of quotes. Nothing when a parenthesis or quote stays open or a parenthesis closes that was
/// not opened.
std::optional<std::vector<std::string_view>> splitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  bool inQuotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inQuotes) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        inQuotes = false;
      }
    } else if (c == '"') {
      const char before = i == 0 ? ',' : text[i - 1];
      inQuotes = before == '.' || before == '(' || before == ',';
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (--depth < 0) return std::nullopt;
    } else if (c == ',' && depth == 0) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  if (inQuotes || depth != 0) return std::nullopt;
  parts.push_back(text.substr(start));
  return parts;
}

std::optional<Error> checkValue(const Condition& condition) {
  if (condition.op == "is") {
    constexpr std::array<std::string_view, 4> kValues = {"null", "true", "false", "unknown"};
    if (std::find(kValues.begin(), kValues.end(), condition.value) != kValues.end()) return std::nullopt;
    return filterError("`is` takes null, true, false or unknown, not " + quoted(condition.value) + ".");
  }
  if (condition.op != "in") return std::nullopt;
  const auto& value = condition.value;
  if (value.size() < 2 || value.front() != '(' || value.back() != ')') {
    return filterError("`in` takes its values in parentheses, as in " +
                       quoted(std::string(condition.column) + "=in.(a,b)") + ".");
  }
  const auto inside = value.substr(1, value.size() - 2);
  if (trimmed(inside).empty()) return filterError("`in` needs at least one value; an empty list matches nothing.");
  const auto values = splitAtCommas(inside);
  if (!values) return filterError("The list of `in` has an open quote or parenthesis.");
  if (values->size() > kMaxInValues) {
    return filterError("`in` takes at most 100 values, not " + std::to_string(values->size()) +
                       "; subscribe in several parts.");
  }
  return std::nullopt;
}

Result<Condition> parseCondition(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || trimmed(text.substr(0, equals)).empty()) {
    return filterError("Each condition reads column=operator.value, as in \"id=eq.1\", not " + quoted(text) + ".");
  }
  Condition condition;
  condition.column = text.substr(0, equals);
  auto rest = text.substr(equals + 1);
  constexpr std::string_view kNot = "not.";
  if (rest.substr(0, kNot.size()) == kNot) {
    condition.negated = true;
    rest.remove_prefix(kNot.size());
  }
  const auto dot = rest.find('.');
  condition.op = rest.substr(0, dot);
  if (dot == std::string_view::npos ||
      std::find(kOperators.begin(), kOperators.end(), condition.op) == kOperators.end()) {
    return filterError(
        "Unknown operator in " + quoted(text) +
        "; use eq, neq, lt, lte, gt, gte, in, like, ilike, match, imatch, is or isdistinct, followed by a dot.");
  }
  condition.value = rest.substr(dot + 1);
  if (auto error = checkValue(condition)) return *error;
  return condition;
}

}  // namespace

Result<std::vector<Condition>> parseFilter(std::string_view text) {
  std::vector<Condition> conditions;
  if (trimmed(text).empty()) return conditions;
  const auto parts = splitAtCommas(text);
  if (!parts) return filterError("The filter " + quoted(text) + " has an open quote or parenthesis.");
  for (const auto part : *parts) {
    if (trimmed(part).empty())
      return filterError("The filter " + quoted(text) + " has an empty condition; remove the extra comma.");
    auto condition = parseCondition(trimmed(part));
    if (!condition) return condition.error();
    conditions.push_back(condition.value());
  }
  return conditions;
}

std::string canonicalFilter(const std::vector<Condition>& conditions) {
  std::vector<std::string> parts;
  parts.reserve(conditions.size());
  for (const auto& condition : conditions) {
    std::string part(condition.column);
    part += condition.negated ? "=not." : "=";
    part += condition.op;
    part += '.';
    part += condition.value;
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

}  // namespace switchboard
