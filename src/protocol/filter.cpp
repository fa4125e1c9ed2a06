#include "protocol/filter.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace switchboard {

namespace {

constexpr std::size_t kMaxInValues = 100;
constexpr std::array<std::string_view, 13> kOperators = {"eq",   "neq",   "lt",    "lte",    "gt", "gte",       "in",
                                                         "like", "ilike", "match", "imatch", "is", "isdistinct"};

/// The parts of the message, one behind the other.
Error filterError(std::initializer_list<std::string_view> message) {
  return Error{Code::InvalidOption, "filter", concat(message)};
}

constexpr std::string_view kQuoteHint = "put the value in double quotes and escape \" and \\ inside with a backslash.";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Cuts at the commas outside of parentheses and double quotes. As on the server, a quote opens only right behind `.`,
/// `(` or `,`, the comma that cuts not counted, and a parenthesis that closes nothing is a letter like others.
Result<std::vector<std::string_view>> splitConditions(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  std::size_t depth = 0;
  bool inQuotes = false;
  char previous = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inQuotes) {
      if (c == '\\') ++i;
      if (c == '"') inQuotes = false;
    } else if (c == '"') {
      inQuotes = previous == '.' || previous == '(' || previous == ',';
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (depth > 0) --depth;
    } else if (c == ',' && depth == 0) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
      previous = '\0';
      continue;
    }
    previous = c;
  }
  if (inQuotes) return filterError({"A double quote in `filter` is never closed; ", kQuoteHint});
  if (depth > 0) return filterError({"A parenthesis in `filter` is never closed; ", kQuoteHint});
  parts.push_back(text.substr(start));
  return parts;
}

/// Whether one pair of quotes spans the whole value; if not, its quotes are letters like others.
bool isQuoted(std::string_view text) {
  if (text.empty() || text.front() != '"') return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i == text.size() - 1;
    }
  }
  return false;
}

/// One value of `in`. The server hands the list to PostgreSQL as an array, so its rules for quotes and braces hold.
std::optional<Error> checkItem(std::string_view item) {
  const auto text = trimmed(item);
  if (text.empty()) {
    return filterError({"A value of `in` is empty; take out the extra comma, or write \"\" for an empty text."});
  }
  if (text.front() == '"') {
    if (isQuoted(text)) return std::nullopt;
    return filterError({"Text follows the closing quote in ", text, "; ", kQuoteHint});
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"' || text[i] == '{' || text[i] == '}') {
      return filterError({"The letters \", { and } in ", text, " need quoting; ", kQuoteHint});
    }
  }
  return std::nullopt;
}

Result<std::vector<std::string_view>> splitItems(std::string_view inside) {
  std::vector<std::string_view> items;
  std::size_t start = 0;
  bool inQuotes = false;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      inQuotes = !inQuotes;
    } else if (c == ',' && !inQuotes) {
      items.push_back(inside.substr(start, i - start));
      start = i + 1;
    }
  }
  if (inQuotes) return filterError({"A double quote in the list of `in` is never closed; ", kQuoteHint});
  items.push_back(inside.substr(start));
  return items;
}

std::optional<Error> checkList(const Condition& condition) {
  const auto value = condition.value;
  if (value.size() < 2 || value.front() != '(' || value.back() != ')') {
    return filterError({"`in` takes its values in parentheses, as in \"", condition.column, "=in.(a,b)\"."});
  }
  const auto inside = value.substr(1, value.size() - 2);
  if (trimmed(inside).empty()) return filterError({"`in` needs at least one value; an empty list matches nothing."});
  const auto items = splitItems(inside);
  if (!items) return items.error();
  for (const auto item : items.value()) {
    if (auto error = checkItem(item)) return error;
  }
  if (items.value().size() <= kMaxInValues) return std::nullopt;
  return filterError(
      {"`in` takes at most 100 values, not ", std::to_string(items.value().size()), "; subscribe in several parts."});
}

std::optional<Error> checkIs(const Condition& condition) {
  constexpr std::array<std::string_view, 4> kValues = {"null", "true", "false", "unknown"};
  auto value = condition.value;
  if (isQuoted(value)) value = value.substr(1, value.size() - 2);
  if (std::find(kValues.begin(), kValues.end(), value) != kValues.end()) return std::nullopt;
  return filterError({"`is` takes null, true, false or unknown, not \"", condition.value, "\"."});
}

Result<Condition> parseCondition(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return filterError({"\"", text, "\" has no \"=\"; a condition reads column=operator.value, as in \"id=eq.1\"."});
  }
  Condition condition;
  condition.column = text.substr(0, equals);
  if (trimmed(condition.column).empty()) return filterError({"\"", text, "\" names no column before \"=\"."});
  auto rest = text.substr(equals + 1);
  constexpr std::string_view kNot = "not.";
  if (rest.substr(0, kNot.size()) == kNot) {
    condition.negated = true;
    rest.remove_prefix(kNot.size());
  }
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos) {
    return filterError(
        {"\"", text, "\" has no \".\" behind its operator; write \"", condition.column, "=eq.", rest, "\"."});
  }
  condition.op = rest.substr(0, dot);
  condition.value = rest.substr(dot + 1);
  if (std::find(kOperators.begin(), kOperators.end(), condition.op) == kOperators.end()) {
    return filterError({"\"", condition.op,
                        "\" is no operator; use eq, neq, lt, lte, gt, gte, in, like, ilike, match, imatch, is or "
                        "isdistinct."});
  }
  std::optional<Error> error;
  if (condition.op == "in") error = checkList(condition);
  if (condition.op == "is") error = checkIs(condition);
  if (error) return *error;
  return condition;
}

}  // namespace

Result<std::vector<Condition>> parseFilter(std::string_view text) {
  std::vector<Condition> conditions;
  if (trimmed(text).empty()) return conditions;
  const auto parts = splitConditions(trimmed(text));
  if (!parts) return parts.error();
  for (const auto part : parts.value()) {
    if (trimmed(part).empty()) {
      return filterError({"The filter \"", text, "\" has an empty condition; take out the extra comma."});
    }
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
    parts.push_back(concat({condition.column, condition.negated ? "=not." : "=", condition.op, ".", condition.value}));
  }
  sortTexts(parts);
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

}  // namespace switchboard
