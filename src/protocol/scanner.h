#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard {

/// Walks over JSON text without building anything. Every read stops at the end of the text; a `false` or an empty
/// result means that the text is not what was asked for and the position is of no use any more.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  /// The next character that is no white space; 0 at the end.
  char peek() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  /// Takes `c` if it is next.
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  /// Only white space is left. (A NUL is no end: JSON has none.)
  bool atEnd() { return peek() == 0 && at_ >= text_.size(); }

  /// A string's inside, escapes and all.
  std::optional<std::string_view> rawString();
  /// Any value, verbatim: brackets are balanced and strings closed, more is not checked.
  std::optional<std::string_view> rawValue();
  /// Passes over any value.
  bool skipValue();
  /// What is left.
  std::string_view rest() const { return text_.substr(at_); }
  /// Passes over so many characters, which the caller knows.
  void advance(std::size_t count) { at_ += count; }
  /// Takes the word `null` if it is next.
  bool takeNull();
  /// A number that is a non-negative integer below 2^32.
  std::optional<unsigned> unsignedInteger();

 private:
  static bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  bool skipString();
  bool skipContainer();
  bool skipScalar();

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Resolves the escapes of a string's inside. Nothing when one is malformed; lone surrogates become U+FFFD.
std::optional<std::string> unescape(std::string_view raw);

/// Whether a string's inside, escapes and all, spells `plain`.
bool spells(std::string_view raw, std::string_view plain);

/// Calls `onMember(key, rawValue)` for each member of the object `text`, keys with their escapes (see `spells`), until
/// it returns false. False when `text` is no object, or an object with something behind it; a key may come twice.
template <class OnMember>
bool forEachMember(std::string_view text, OnMember onMember) {
  JsonScanner scanner(text);
  if (!scanner.take('{')) return false;
  if (scanner.take('}')) return scanner.atEnd();
  do {
    const auto key = scanner.rawString();
    if (!key || !scanner.take(':')) return false;
    const auto value = scanner.rawValue();
    if (!value) return false;
    if (!onMember(*key, *value)) return true;
  } while (scanner.take(','));
  return scanner.take('}') && scanner.atEnd();
}

}  // namespace switchboard
