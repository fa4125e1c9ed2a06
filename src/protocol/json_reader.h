#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/scanner.h"

namespace switchboard {

/// The control plane's JSON: a value read in place. Its text is checked once as a whole (`parse`); after that a value
/// is a piece of the text, and nothing is built before somebody asks for it. What is not there, or is of another type
/// than asked for, is absent or empty, never an error.
///
/// A view: the text outlives it.
class JsonValue {
 public:
  /// What is nested deeper is refused.
  static constexpr std::size_t kMaxDepth = 256;

  /// Absent when `text` is anything else than one value by RFC 8259 in valid UTF-8. Escapes of half a surrogate pair
  /// are refused, as they are no text.
  static JsonValue parse(std::string_view text);

  /// Absent.
  JsonValue() = default;

  explicit operator bool() const { return !text_.empty(); }
  bool isObject() const { return first() == '{'; }
  bool isArray() const { return first() == '['; }
  bool isString() const { return first() == '"'; }
  bool isNumber() const { return first() == '-' || (first() >= '0' && first() <= '9'); }
  /// As it is written, without the white space around it.
  std::string_view text() const { return text_; }

  /// The member of an object; of several with one name the last, as with JSON.parse.
  JsonValue member(std::string_view name) const;
  /// For literals, which are less code at each call as a pointer.
  JsonValue member(const char* name) const;
  /// The text of a string, escapes resolved.
  std::string string() const;
  std::optional<bool> boolean() const;
  /// A number times 10^`decimals`, towards zero; what does not fit becomes the nearest that does.
  std::optional<std::int64_t> integer(int decimals = 0) const;
  /// A number without fraction, exponent and sign, below 2^32.
  std::optional<std::uint32_t> unsignedInteger() const;

  /// Calls `visit(JsonValue)` for each item of an array.
  template <class Visit>
  void forEachItem(Visit visit) const {
    JsonScanner scanner(text_);
    if (!scanner.take('[')) return;
    while (const auto item = scanner.rawValue()) {
      visit(JsonValue(*item));
      if (!scanner.take(',')) return;
    }
  }

  /// Calls `visit(std::string name, JsonValue)` for each member of an object, in the text's order.
  template <class Visit>
  void forEachMember(Visit visit) const {
    switchboard::forEachMember(text_, [&](std::string_view name, std::string_view value) {
      visit(unescape(name).value_or(std::string()), JsonValue(value));
      return true;
    });
  }

 private:
  explicit JsonValue(std::string_view text) : text_(text) {}
  char first() const { return text_.empty() ? '\0' : text_.front(); }

  std::string_view text_;
};

}  // namespace switchboard
