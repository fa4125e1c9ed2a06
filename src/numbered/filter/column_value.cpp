#include "numbered/filter/column_value.h"

#include <algorithm>
#include <utility>

#include "base/enum_names.h"
#include "json/scanner.h"
#include "numbered/filter/instant.h"
#include "numbered/filter/letters.h"
#include "numbered/members.h"

namespace switchboard {

namespace {

constexpr std::string_view kBlank = " \t\n\v\f\r";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = lower(c);
  return copy;
}

/// PostgreSQL's input functions for numbers and booleans step over white space.
std::string_view withoutBlanks(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Numbers

constexpr std::int64_t kMinusInfinity = -2;
constexpr std::int64_t kNegative = -1;
constexpr std::int64_t kPositive = 1;
constexpr std::int64_t kInfinity = 2;
constexpr std::int64_t kNotANumber = 3;

std::string_view takeDigits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && isDigit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

/// −1 for a minus sign, which it takes, as it takes a plus sign.
int takeSign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return 1;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  return sign;
}

/// An exponent of up to four digits at the end of a number; 0 when there is none.
std::optional<std::int64_t> takeExponent(std::string_view text) {
  constexpr std::size_t kMostDigits = 4;
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  const int sign = takeSign(text);
  const auto digits = takeDigits(text);
  if (digits.empty() || digits.size() > kMostDigits || !text.empty()) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char c : digits) exponent = exponent * 10 + (c - '0');
  return sign * exponent;
}

/// 0.`digits` × 10^`exponent`, the digits without zeros at the ends.
std::optional<ColumnValue> readDecimal(std::string_view text) {
  const int sign = takeSign(text);
  const auto whole = takeDigits(text);
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = takeDigits(text);
  }
  const auto exponent = takeExponent(text);
  if (!exponent || (whole.empty() && fraction.empty())) return std::nullopt;
  ColumnValue value;
  value.digits.append(whole).append(fraction);
  const auto first = value.digits.find_first_not_of('0');
  if (first == std::string::npos) return ColumnValue{};
  value.digits.erase(value.digits.find_last_not_of('0') + 1);
  value.digits.erase(0, first);
  value.rank = sign < 0 ? kNegative : kPositive;
  value.descends = sign < 0;
  value.exponent = *exponent + static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first);
  return value;
}

std::optional<ColumnValue> readSpecialNumber(std::string_view text) {
  const auto word = lowered(text);
  if (word == "nan") return ColumnValue{kNotANumber, 0, {}, false};
  if (word == "-infinity" || word == "-inf") return ColumnValue{kMinusInfinity, 0, {}, false};
  if (word == "infinity" || word == "inf" || word == "+infinity" || word == "+inf") {
    return ColumnValue{kInfinity, 0, {}, false};
  }
  return std::nullopt;
}

bool isWithin(const ColumnValue& value, std::string_view least, std::string_view most) {
  return compare(value, *readDecimal(least)) >= 0 && compare(value, *readDecimal(most)) <= 0;
}

/// Newer versions of PostgreSQL also take hexadecimal digits and underscores.
std::optional<ColumnValue> readInteger(ValueKind kind, std::string_view text) {
  auto digits = text;
  takeSign(digits);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  auto value = readDecimal(text);
  const bool fits = kind == ValueKind::Int2   ? isWithin(*value, "-32768", "32767")
                    : kind == ValueKind::Int4 ? isWithin(*value, "-2147483648", "2147483647")
                                              : isWithin(*value, "-9223372036854775808", "9223372036854775807");
  if (!fits) return std::nullopt;
  return value;
}

/// Far within what numeric holds.
std::optional<ColumnValue> readNumeric(std::string_view text) {
  constexpr std::size_t kLongest = 1'000;
  constexpr std::int64_t kMostExponent = 1'000;
  if (text.size() > kLongest) return std::nullopt;
  if (auto special = readSpecialNumber(text)) return special;
  auto value = readDecimal(text);
  if (!value || value->exponent > kMostExponent || value->exponent < -kMostExponent) return std::nullopt;
  return value;
}

/// PostgreSQL writes the shortest text that is read as the same binary number. Between numbers of so few digits no
/// rounding can decide: different texts are different binary numbers, in the same order. Above the limit a text can lie
/// exactly between two binary numbers.
std::optional<ColumnValue> readFloat(ValueKind kind, std::string_view text) {
  if (auto special = readSpecialNumber(text)) return special;
  auto value = readDecimal(text);
  const bool isDouble = kind == ValueKind::Float8;
  const std::size_t exactDigits = isDouble ? 15 : 6;
  const std::int64_t mostExponent = isDouble ? 15 : 7;  // 2^53 and 2^24 have a digit more
  const std::int64_t leastExponent = isDouble ? -305 : -36;
  if (!value || value->digits.size() > exactDigits) return std::nullopt;
  if (value->exponent > mostExponent || value->exponent < leastExponent) return std::nullopt;
  return value;
}

// Others

std::optional<ColumnValue> readBoolean(std::string_view text) {
  struct Word {
    std::string_view whole;
    std::size_t least;  ///< letters that are enough
    bool value;
  };
  static constexpr Word kWords[] = {{"true", 1, true},   {"yes", 1, true}, {"on", 2, true},   {"1", 1, true},
                                    {"false", 1, false}, {"no", 1, false}, {"off", 2, false}, {"0", 1, false}};
  const auto given = lowered(text);
  for (const auto& word : kWords) {
    if (given.size() < word.least || given != word.whole.substr(0, given.size())) continue;
    return ColumnValue{word.value ? 1 : 0, 0, {}, false};
  }
  return std::nullopt;
}

ColumnValue textValue(std::string text) {
  return {0, 0, std::move(text), false};
}

std::optional<ColumnValue> readUuid(std::string_view text) {
  constexpr std::string_view kForm = "00000000-0000-0000-0000-000000000000";
  if (text.size() != kForm.size()) return std::nullopt;
  auto uuid = lowered(text);
  for (std::size_t at = 0; at < kForm.size(); ++at) {
    const char c = uuid[at];
    if (kForm[at] == '-' ? c != '-' : !isDigit(c) && (c < 'a' || c > 'f')) return std::nullopt;
  }
  return textValue(std::move(uuid));
}

std::optional<ColumnValue> instantValue(std::optional<std::int64_t> instant) {
  if (!instant) return std::nullopt;
  return ColumnValue{*instant, 0, {}, false};
}

InstantKind instantKindOf(ValueKind kind) {
  if (kind == ValueKind::Date) return InstantKind::Date;
  return kind == ValueKind::Timestamp ? InstantKind::Timestamp : InstantKind::TimestampTz;
}

std::optional<ColumnValue> readStringValue(ValueKind kind, std::string_view json) {
  const auto content = stringContent(json);
  auto text = content ? unescape(*content) : std::nullopt;
  if (!text) return std::nullopt;
  switch (kind) {
    case ValueKind::Uuid:
      return readUuid(*text);
    case ValueKind::Text:
    case ValueKind::Varchar:
    case ValueKind::Label:
      return textValue(std::move(*text));
    default:
      return instantValue(readInstant(instantKindOf(kind), *text));
  }
}

/// The length of the letter at the start, in bytes.
std::size_t letterAt(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

}  // namespace

ValueKind valueKindOf(std::string_view typeName) {
  struct Row {
    std::string_view name;
    ValueKind kind;
  };
  using K = ValueKind;
  static constexpr Row kRows[] = {
      {"int2", K::Int2},           {"int4", K::Int4},
      {"int8", K::Int8},           {"numeric", K::Numeric},
      {"float4", K::Float4},       {"float8", K::Float8},
      {"bool", K::Boolean},        {"uuid", K::Uuid},
      {"text", K::Text},           {"varchar", K::Varchar},
      {"enum", K::Label},          {"date", K::Date},
      {"timestamp", K::Timestamp}, {"timestamptz", K::TimestampTz},
      {"time", K::Scalar},         {"timetz", K::Scalar},
      {"interval", K::Scalar},     {"bpchar", K::Scalar},
      {"name", K::Scalar},         {"bytea", K::Scalar},
      {"oid", K::Scalar},          {"money", K::Scalar},
      {"inet", K::Scalar},         {"cidr", K::Scalar},
      {"macaddr", K::Scalar},      {"macaddr8", K::Scalar},
  };
  for (const auto& row : kRows) {
    if (row.name == typeName) return row.kind;
  }
  return ValueKind::Unknown;
}

bool isOrdered(ValueKind kind) {
  return kind < ValueKind::Text || (kind >= ValueKind::Date && kind <= ValueKind::TimestampTz);
}

int compare(const ColumnValue& a, const ColumnValue& b) {
  if (a.rank != b.rank) return a.rank < b.rank ? -1 : 1;
  const int sign = a.descends ? -1 : 1;
  if (a.exponent != b.exponent) return a.exponent < b.exponent ? -sign : sign;
  const int order = a.digits.compare(b.digits);
  return order == 0 ? 0 : order < 0 ? -sign : sign;
}

std::optional<ColumnValue> readLiteral(ValueKind kind, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  switch (kind) {
    case ValueKind::Int2:
    case ValueKind::Int4:
    case ValueKind::Int8:
      return readInteger(kind, withoutBlanks(text));
    case ValueKind::Numeric:
      return readNumeric(withoutBlanks(text));
    case ValueKind::Float4:
    case ValueKind::Float8:
      return readFloat(kind, withoutBlanks(text));
    case ValueKind::Boolean:
      return readBoolean(withoutBlanks(text));
    case ValueKind::Uuid:
      return readUuid(text);
    case ValueKind::Text:
    case ValueKind::Varchar:
    case ValueKind::Label:
      return textValue(std::string(text));
    case ValueKind::Date:
    case ValueKind::Timestamp:
    case ValueKind::TimestampTz:
      return instantValue(readInstantLiteral(instantKindOf(kind), text));
    default:
      return std::nullopt;
  }
}

std::optional<ColumnValue> readJsonValue(ValueKind kind, std::string_view json) {
  if (json.empty()) return std::nullopt;
  switch (kind) {
    case ValueKind::Int2:
    case ValueKind::Int4:
    case ValueKind::Int8:
    case ValueKind::Numeric:
    case ValueKind::Float4:
    case ValueKind::Float8:
      return readDecimal(json);
    case ValueKind::Boolean:
      if (json != "true" && json != "false") return std::nullopt;
      return readBoolean(json);
    case ValueKind::Scalar:
    case ValueKind::Unknown:
      return std::nullopt;
    default:
      return readStringValue(kind, json);
  }
}

bool isLike(std::string_view text, std::string_view pattern) {
  // After a % the rest is tried from each letter on; only the last % needs to be remembered.
  std::string_view restOfText;
  std::string_view restOfPattern;
  bool hasPercent = false;
  while (true) {
    if (!pattern.empty() && pattern.front() == '%') {
      pattern.remove_prefix(1);
      restOfText = text;
      restOfPattern = pattern;
      hasPercent = true;
      continue;
    }
    if (text.empty() && pattern.empty()) return true;
    if (!text.empty() && !pattern.empty()) {
      if (pattern.front() == '_') {
        text.remove_prefix(letterAt(text));
        pattern.remove_prefix(1);
        continue;
      }
      const std::size_t at = pattern.front() == '\\' && pattern.size() > 1 ? 1 : 0;
      if (pattern[at] == text.front()) {
        text.remove_prefix(1);
        pattern.remove_prefix(at + 1);
        continue;
      }
    }
    if (!hasPercent || restOfText.empty()) return false;
    restOfText.remove_prefix(1);  // what matches from within a letter on matches from its start, too
    text = restOfText;
    pattern = restOfPattern;
  }
}

}  // namespace switchboard
