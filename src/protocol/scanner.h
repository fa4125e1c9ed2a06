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

/// The four digits behind "\u". Nothing when they are none.
std::optional<unsigned> codeUnit(std::string_view digits);

/// Resolves the escapes of a string's inside. Nothing when one is malformed; lone surrogates become U+FFFD.
std::optional<std::string> unescape(std::string_view raw);

/// Whether a string's inside, escapes and all, spells `plain`.
bool spells(std::string_view raw, std::string_view plain);

/// The members of an object, one after the other; a key may come twice.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view object) : scanner_(object) {}

  /// Whether there is one more.
  bool next();
  /// Of the one that `next` found, with its escapes (see `spells`).
  std::string_view key() const { return key_; }
  /// Likewise, as it is written.
  std::string_view value() const { return value_; }
  /// Once there is none any more: it was an object, and there is nothing behind it.
  bool complete() const { return complete_; }

 private:
  JsonScanner scanner_;
  std::string_view key_;
  std::string_view value_;
  bool begun_ = false;
  bool complete_ = false;
};

/// Calls `onMember(key, rawValue)` for each member of the object `text`, until it returns false. False when `text` is
/// no object, or an object with something behind it.
template <class OnMember>
bool forEachMember(std::string_view text, OnMember onMember) {
  JsonMembers members(text);
  while (members.next()) {
    if (!onMember(members.key(), members.value())) return true;
  }
  return members.complete();
}

}  // namespace switchboard
