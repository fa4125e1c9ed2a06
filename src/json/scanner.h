#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard {

/// Scans JSON text without building a tree. No read passes the end of the text. A `false` or empty result means that
/// the text is not what was expected; the position is then undefined.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  /// The next character that is not white space; 0 at the end.
  char peek() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  /// Consumes `c` if it is next.
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  /// Whether only white space is left. (A NUL character is not the end.)
  bool atEnd() { return peek() == 0 && at_ >= text_.size(); }

  /// The content of a string, escapes not resolved.
  std::optional<std::string_view> rawString();
  /// Any value, verbatim. Checks only that brackets are balanced and strings closed.
  std::optional<std::string_view> rawValue();
  /// Skips any value.
  bool skipValue();
  /// The rest of the text.
  std::string_view rest() const { return text_.substr(at_); }
  /// Skips `count` characters.
  void advance(std::size_t count) { at_ += count; }
  /// Consumes the word `null` if it is next.
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

/// The value of the four hexadecimal digits after "\u". Nothing when they are not.
std::optional<unsigned> codeUnit(std::string_view digits);

/// Resolves the escapes in a string's content. Nothing when one is malformed; lone surrogates become U+FFFD.
std::optional<std::string> unescape(std::string_view raw);

/// Whether a string's content equals `plain` after its escapes are resolved.
bool spells(std::string_view raw, std::string_view plain);

/// Iterates over the members of an object. A key may occur more than once.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view object) : scanner_(object) {}

  /// Advances to the next member; false when there is none.
  bool next();
  /// The member's key, escapes not resolved (see `spells`).
  std::string_view key() const { return key_; }
  /// The member's value, verbatim.
  std::string_view value() const { return value_; }
  /// After `next` returned false: whether the text was an object and nothing follows it.
  bool complete() const { return complete_; }

 private:
  JsonScanner scanner_;
  std::string_view key_;
  std::string_view value_;
  bool begun_ = false;
  bool complete_ = false;
};

/// Calls `onMember(key, rawValue)` for each member of the object `text`, until it returns false. False when `text` is
/// not an object, or something follows it.
template <class OnMember>
bool forEachMember(std::string_view text, OnMember onMember) {
  JsonMembers members(text);
  while (members.next()) {
    if (!onMember(members.key(), members.value())) return true;
  }
  return members.complete();
}

}  // namespace switchboard
