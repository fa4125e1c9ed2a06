#include "json/scanner.h"

#include <cstdint>

#include "json/structure.h"

namespace switchboard {

namespace {

void appendUtf8(std::string& out, unsigned c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

/// `rest` begins after "\u". Returns how many of its characters were used; 0 when malformed.
std::size_t appendUnicodeEscape(std::string& out, std::string_view rest) {
  constexpr unsigned kReplacement = 0xFFFD;
  const auto first = codeUnit(rest);
  if (!first) return 0;
  if (*first < 0xD800 || *first > 0xDFFF) {
    appendUtf8(out, *first);
    return 4;
  }
  if (*first <= 0xDBFF && rest.substr(4, 2) == "\\u") {
    const auto second = codeUnit(rest.substr(6));
    if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
      appendUtf8(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
      return 10;
    }
  }
  appendUtf8(out, kReplacement);
  return 4;
}

char simpleEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

std::optional<unsigned> codeUnit(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  unsigned unit = 0;
  for (const char c : digits.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool isLetter = lower >= 'a' && lower <= 'f';
    if (!isLetter && (c < '0' || c > '9')) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(isLetter ? lower - 'a' + 10 : c - '0');
  }
  return unit;
}

bool JsonMembers::next() {
  if (!begun_) {
    begun_ = true;
    if (!scanner_.take('{')) return false;
    if (scanner_.take('}')) {
      complete_ = scanner_.atEnd();
      return false;
    }
  } else if (!scanner_.take(',')) {
    complete_ = scanner_.take('}') && scanner_.atEnd();
    return false;
  }
  const auto key = scanner_.rawString();
  if (!key || !scanner_.take(':')) return false;
  const auto value = scanner_.rawValue();
  if (!value) return false;
  key_ = *key;
  value_ = *value;
  return true;
}

bool JsonScanner::takeNull() {
  if (peek() != 'n' || text_.substr(at_, 4) != "null") return false;
  at_ += 4;
  return true;
}

/// Begins after the opening quote and ends after the closing one.
bool JsonScanner::skipString() {
  const std::size_t length = stringEnd(text_.substr(at_));
  if (length == std::string_view::npos) return false;
  at_ += length;
  return true;
}

bool JsonScanner::skipContainer() {
  const std::size_t length = containerEnd(text_.substr(at_));
  if (length == std::string_view::npos) return false;
  at_ += length;
  return true;
}

bool JsonScanner::skipScalar() {
  const std::size_t start = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ',' || c == ':' || c == '"' || (c | 0x20) == '{' || (c | 0x20) == '}' || isSpace(c)) break;
    ++at_;
  }
  return at_ > start;
}

std::optional<std::string_view> JsonScanner::rawString() {
  if (!take('"')) return std::nullopt;
  const std::size_t start = at_;
  if (!skipString()) return std::nullopt;
  return text_.substr(start, at_ - 1 - start);
}

bool JsonScanner::skipValue() {
  const char first = peek();
  if (first == '{' || first == '[') return skipContainer();
  if (first == '"') {
    ++at_;
    return skipString();
  }
  return first != '\0' && skipScalar();
}

std::optional<std::string_view> JsonScanner::rawValue() {
  peek();
  const std::size_t start = at_;
  if (!skipValue()) return std::nullopt;
  return text_.substr(start, at_ - start);
}

std::optional<unsigned> JsonScanner::unsignedInteger() {
  peek();
  const std::size_t start = at_;
  std::uint64_t value = 0;
  for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    value = value * 10 + static_cast<unsigned>(text_[at_] - '0');
    if (value > UINT32_MAX) return std::nullopt;
  }
  if (at_ == start) return std::nullopt;
  return static_cast<unsigned>(value);
}

std::optional<std::string> unescape(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return std::string(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    if (++i == raw.size()) return std::nullopt;
    if (raw[i] == 'u') {
      const std::size_t used = appendUnicodeEscape(out, raw.substr(i + 1));
      if (used == 0) return std::nullopt;
      i += used;
      continue;
    }
    const char plain = simpleEscape(raw[i]);
    if (plain == 0) return std::nullopt;
    out += plain;
  }
  return out;
}

bool spells(std::string_view raw, std::string_view plain) {
  if (raw == plain) return true;
  return raw.find('\\') != std::string_view::npos && unescape(raw) == plain;
}

}  // namespace switchboard
