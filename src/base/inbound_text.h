#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace switchboard {

/// The text of a message, remembered beyond its call.
class RetainedText {
 public:
  virtual ~RetainedText() = default;
  /// A copy.
  virtual std::string text() const = 0;
};

class InboundText;

/// A part of a message, by its distance from both ends, so that it can be told before all of the text is at hand.
struct TextSpan {
  const InboundText* text = nullptr;
  std::size_t start = 0;     ///< bytes before it
  std::size_t trailing = 0;  ///< bytes after it

  /// Brings in the text if need be.
  std::string_view read() const;
};

/// The text of a message in UTF-8, of which at first only both ends may be at hand: what is brought into the heap costs
/// by the byte, in a browser more than all else that is done with it, and rows are hardly ever looked at here.
///
/// Lives until the call that brings it returns.
class InboundText {
 public:
  InboundText(const InboundText&) = delete;
  InboundText& operator=(const InboundText&) = delete;

  /// The ends, in one buffer that is as long as the text; both all of it where that is at hand. Empty if there is more
  /// than ASCII in them.
  std::string_view front() const { return view_.substr(0, ascii_ ? front_ : 0); }
  std::string_view back() const { return view_.substr(ascii_ ? view_.size() - back_ : view_.size()); }
  /// As far as it is at hand, a byte is a character of the runtime's own text.
  bool isAscii() const { return ascii_; }
  /// In bytes; in the runtime's characters while only the ends are at hand.
  std::size_t size() const { return view_.size(); }

  /// All of it. Views of the ends are no longer good then; passages are.
  std::string_view whole() const;

  /// What lies in, or between, the ends, or in the whole text if that has been brought in.
  TextSpan span(std::string_view seen) const {
    const auto start = static_cast<std::size_t>(seen.data() - view_.data());
    return {this, start, view_.size() - start - seen.size()};
  }

  /// Remembers this text in `kept`, which is null or what an earlier one was remembered in. False, with `kept` as it
  /// was, when too much is remembered already.
  virtual bool retain(std::unique_ptr<RetainedText>& kept) const = 0;

 protected:
  /// `view`: the text, or a buffer of its length that has `front` and `back` bytes of its ends. `ascii`: as far as it
  /// is at hand.
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
