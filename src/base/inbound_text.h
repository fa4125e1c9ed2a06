#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace switchboard {

/// The text of a message, kept after the call that delivered it.
class RetainedText {
 public:
  virtual ~RetainedText() = default;
  /// A copy.
  virtual std::string text() const = 0;
};

class InboundText;

/// A part of a message, by its distance from both ends, so that it can be given before the whole text is loaded.
struct TextSpan {
  const InboundText* text = nullptr;
  std::size_t start = 0;     ///< bytes before it
  std::size_t trailing = 0;  ///< bytes after it

  /// Loads the text if necessary.
  std::string_view read() const;
};

/// The text of a message in UTF-8. At first only both of its ends may be loaded: copying a text into the heap costs
/// more in a browser than all other work on it, and the core rarely needs the row.
///
/// Valid until the call that delivers it returns.
class InboundText {
 public:
  InboundText(const InboundText&) = delete;
  InboundText& operator=(const InboundText&) = delete;

  /// The ends, in one buffer as long as the text; each is the whole text once that is loaded. Empty if they are not
  /// ASCII.
  std::string_view front() const { return view_.substr(0, ascii_ ? front_ : 0); }
  std::string_view back() const { return view_.substr(ascii_ ? view_.size() - back_ : view_.size()); }
  /// Whether what is loaded is ASCII: each byte is then one character of the runtime's own string.
  bool isAscii() const { return ascii_; }
  /// In bytes; in characters of the runtime's string while only the ends are loaded.
  std::size_t size() const { return view_.size(); }

  /// Loads and returns the whole text. Invalidates views of the ends, but not spans.
  std::string_view whole() const;

  /// The span of a view into the ends, from one end into the other, or into the whole text if that is loaded.
  TextSpan span(std::string_view seen) const {
    const auto start = static_cast<std::size_t>(seen.data() - view_.data());
    return {this, start, view_.size() - start - seen.size()};
  }

  /// Retains this text in `kept`, which is null or holds an earlier text that it replaces. False, with `kept`
  /// unchanged, when the retained texts are too large already.
  virtual bool retain(std::unique_ptr<RetainedText>& kept) const = 0;

 protected:
  /// `view`: the text, or a buffer of its length that holds `front` and `back` bytes of its ends. `ascii`: whether what
  /// is loaded is ASCII.
  InboundText(std::string_view view, std::size_t front, std::size_t back, bool ascii)
      : view_(view), front_(front), back_(back), ascii_(ascii) {}
  ~InboundText() = default;

 private:
  virtual std::string_view load() const = 0;

  mutable std::string_view view_;
  mutable std::size_t front_;
  mutable std::size_t back_;
  mutable bool ascii_;
};

}  // namespace switchboard
