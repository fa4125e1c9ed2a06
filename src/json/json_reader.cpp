#include "json/json_reader.h"

#include <algorithm>
#include <limits>

#include "json/utf8.h"

namespace switchboard {

namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// The grammar of RFC 8259, by recursive descent. Each function consumes what it is named after, or returns false.
class Grammar {
 public:
  explicit Grammar(std::string_view text) : rest_(text) {}

  bool document() { return value(0) && blank() && rest_.empty(); }

 private:
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool blank() {
    while (take(' ') || take('\n') || take('\r') || take('\t')) continue;
    return true;
  }

  bool word(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  bool value(std::size_t depth) {
    blank();
    switch (next()) {
      case '{':
        return list('}', depth, true);
      case '[':
        return list(']', depth, false);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool list(char end, std::size_t depth, bool named) {
    if (depth == JsonValue::kMaxDepth) return false;
    rest_.remove_prefix(1);
    blank();
    if (take(end)) return true;
    do {
      if (named && !(blank() && string() && blank() && take(':'))) return false;
      if (!value(depth + 1)) return false;
      blank();
    } while (take(','));
    return take(end);
  }

  bool string() {
    if (!take('"')) return false;
    while (skipPlain(), !take('"')) {
      const std::size_t length = leadingCharacter(rest_);
      if (length == 0 || static_cast<unsigned char>(rest_.front()) < 0x20) return false;
      const bool isEscape = rest_.front() == '\\';
      rest_.remove_prefix(length);
      if (isEscape && !escape()) return false;
    }
    return true;
  }

  /// What needs no look at the characters around it.
  void skipPlain() {
    std::size_t count = 0;
    while (count < rest_.size() && isPlain(rest_[count])) ++count;
    rest_.remove_prefix(count);
  }
  static bool isPlain(char c) { return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\'; }

  bool escape() {
    constexpr std::string_view kPlain = "\"\\/bfnrt";
    if (rest_.empty()) return false;
    const char kind = rest_.front();
    rest_.remove_prefix(1);
    if (kind != 'u') return kPlain.find(kind) != std::string_view::npos;
    const auto unit = hexDigits();
    if (!unit || isLow(*unit)) return false;
    if (!isHigh(*unit)) return true;
    const auto second = word("\\u") ? hexDigits() : std::nullopt;
    return second && isLow(*second);
  }

  static bool isHigh(unsigned unit) { return (unit & 0xFC00) == 0xD800; }
  static bool isLow(unsigned unit) { return (unit & 0xFC00) == 0xDC00; }

  std::optional<unsigned> hexDigits() {
    const auto unit = codeUnit(rest_);
    if (unit) rest_.remove_prefix(4);
    return unit;
  }

  bool digits() {
    if (!isDigit(next())) return false;
    while (isDigit(next())) rest_.remove_prefix(1);
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  std::string_view rest_;
};

/// `value` with `digit` appended, at most `largest`.
std::uint64_t grown(std::uint64_t value, char digit, std::uint64_t largest) {
  const auto unit = static_cast<std::uint64_t>(digit - '0');
  return value > (largest - unit) / 10 ? largest : value * 10 + unit;
}

/// The number after the `e`, clamped: a larger exponent makes no difference, because no text has that many digits.
std::int64_t exponentOf(std::string_view text) {
  constexpr std::uint64_t kLargest = 1'000'000'000;
  const bool negative = text.front() == '-';
  std::uint64_t value = 0;
  for (const char c : text) {
    if (isDigit(c)) value = grown(value, c, kLargest);
  }
  return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

}  // namespace

JsonValue JsonValue::parse(std::string_view text) {
  if (!Grammar(text).document()) return {};
  return JsonValue(*JsonScanner(text).rawValue());
}

JsonValue JsonValue::member(std::string_view name) const {
  JsonValue found;
  switchboard::forEachMember(text_, [&](std::string_view key, std::string_view value) {
    if (spells(key, name)) found = JsonValue(value);
    return true;
  });
  return found;
}

JsonValue JsonValue::member(const char* name) const {
  return member(std::string_view(name));
}

std::string JsonValue::string() const {
  if (!isString()) return {};
  return unescape(text_.substr(1, text_.size() - 2)).value_or(std::string());
}

std::optional<bool> JsonValue::boolean() const {
  if (text_ == "true") return true;
  if (text_ == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer(int decimals) const {
  if (!isNumber()) return std::nullopt;
  const bool negative = first() == '-';
  const std::uint64_t largest = std::uint64_t{std::numeric_limits<std::int64_t>::max()} + (negative ? 1 : 0);
  const auto mark = std::min(text_.find_first_of("eE"), text_.size());
  const auto mantissa = text_.substr(0, mark).substr(negative ? 1 : 0);
  auto places = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size())) + decimals;
  if (mark < text_.size()) places += exponentOf(text_.substr(mark + 1));
  std::uint64_t value = 0;
  for (const char c : mantissa) {
    if (c == '.') continue;
    if (places-- <= 0) break;
    value = grown(value, c, largest);
  }
  while (places-- > 0 && value != 0 && value != largest) value = grown(value, '0', largest);
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

std::optional<std::uint32_t> JsonValue::unsignedInteger() const {
  if (!isNumber()) return std::nullopt;
  JsonScanner scanner(text_);
  const auto value = scanner.unsignedInteger();
  return scanner.atEnd() ? value : std::nullopt;
}

}  // namespace switchboard
