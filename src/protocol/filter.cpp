#include "protocol/filter.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace switchboard {

namespace {

constexpr std::size_t kMaxInValues = 100;
/// Those that take any value.
constexpr std::array<std::string_view, 9> kOperators = {"eq",  "neq",   "lt",     "lte",       "gt",
                                                        "gte", "match", "imatch", "isdistinct"};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// These return whether the text is right.

/// Splits at commas outside of parentheses and double quotes. As on the server, a quote opens only directly after `.`,
/// `(` or a `,` that does not split, and an unmatched closing parenthesis is an ordinary character.
bool splitConditions(std::string_view text, Vector<std::string_view>& parts) {
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
  parts.push_back(text.substr(start));
  return !inQuotes && depth == 0;
}

/// Whether one pair of quotes encloses the whole value; if not, quotes are ordinary characters.
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

/// Without the backslashes that take the next letter for itself.
std::string withoutEscapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

/// Without the blanks around it, but for one after a backslash.
std::string_view trimmedItem(std::string_view text) {
  const auto item = trimmed(text);
  if (item.empty()) return item;
  const auto backslashes = item.size() - (item.find_last_not_of('\\') + 1);
  const auto end = static_cast<std::size_t>(item.data() - text.data()) + item.size();
  const bool keepsBlank = backslashes % 2 == 1 && end < text.size();
  return {item.data(), item.size() + (keepsBlank ? 1 : 0)};
}

/// An unquoted item that is NULL, in whatever case.
bool isNullWord(std::string_view text) {
  constexpr std::string_view kWord = "null";
  return text.size() == kWord.size() &&
         std::equal(text.begin(), text.end(), kWord.begin(), [](char a, char b) { return (a | 0x20) == b; });
}

/// One value of `in`. The server passes the list to PostgreSQL as an array, so the rules of array literals apply.
bool checkItem(std::string_view item) {
  const auto text = trimmed(item);
  if (text.empty()) return false;
  if (text.front() == '"') return isQuoted(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"' || text[i] == '{' || text[i] == '}') {
      return false;
    }
  }
  return true;
}

bool splitItems(std::string_view inside, Vector<std::string_view>& items) {
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
  items.push_back(inside.substr(start));
  return !inQuotes;
}

bool checkList(std::string_view value) {
  if (value.size() < 2 || value.front() != '(' || value.back() != ')') return false;
  Vector<std::string_view> items;
  return splitItems(value.substr(1, value.size() - 2), items) && items.size() <= kMaxInValues &&
         std::all_of(items.begin(), items.end(), checkItem);
}

bool checkIs(std::string_view value) {
  constexpr std::array<std::string_view, 4> kValues = {"null", "true", "false", "unknown"};
  if (isQuoted(value)) value = value.substr(1, value.size() - 2);
  return std::find(kValues.begin(), kValues.end(), value) != kValues.end();
}

/// The server accepts a pattern that ends in an unescaped backslash, but can't evaluate it, and then loses the changes
/// of all subscribers of the project.
bool checkPattern(std::string_view pattern) {
  const bool quoted = isQuoted(pattern);
  if (quoted) pattern.remove_suffix(1);
  const auto length = pattern.size();
  while (!pattern.empty() && pattern.back() == '\\') pattern.remove_suffix(1);
  const auto written = length - pattern.size();
  // Within quotes each backslash is written twice.
  return (quoted ? written / 2 : written) % 2 == 0;
}

bool parseCondition(std::string_view text, Condition& condition) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  condition.column = text.substr(0, equals);
  if (trimmed(condition.column).empty()) return false;
  auto rest = text.substr(equals + 1);
  constexpr std::string_view kNot = "not.";
  if (rest.substr(0, kNot.size()) == kNot) {
    condition.negated = true;
    rest.remove_prefix(kNot.size());
  }
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos) return false;
  condition.op = rest.substr(0, dot);
  condition.value = rest.substr(dot + 1);
  if (condition.op == "in") return checkList(condition.value);
  if (condition.op == "is") return checkIs(condition.value);
  if (condition.op == "like" || condition.op == "ilike") return checkPattern(condition.value);
  return std::find(kOperators.begin(), kOperators.end(), condition.op) != kOperators.end();
}

bool parseConditions(std::string_view text, Vector<Condition>& conditions) {
  if (text.empty()) return true;
  Vector<std::string_view> parts;
  return splitConditions(text, parts) && std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
           return parseCondition(trimmed(part), conditions.emplace_back());
         });
}

}  // namespace

std::string plainValue(std::string_view value) {
  return isQuoted(value) ? withoutEscapes(value.substr(1, value.size() - 2)) : std::string(value);
}

Vector<ListItem> listItems(std::string_view value) {
  Vector<std::string_view> texts;
  splitItems(value.substr(1, value.size() - 2), texts);
  Vector<ListItem> items;
  for (const auto text : texts) {
    const auto item = trimmedItem(text);
    items.push_back({isQuoted(item) ? plainValue(item) : withoutEscapes(item), isNullWord(item)});
  }
  return items;
}

Result<Vector<Condition>> parseFilter(std::string_view text) {
  Vector<Condition> conditions;
  if (!parseConditions(trimmed(text), conditions)) return unusable("filter");
  return conditions;
}

std::string canonicalFilter(const Vector<Condition>& conditions) {
  Vector<std::string> parts;
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
