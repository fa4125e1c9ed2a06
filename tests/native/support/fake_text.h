#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/inbound_text.h"

namespace switchboard::testing {

class FakeKeptText final : public RetainedText {
 public:
  explicit FakeKeptText(std::string_view text) : text_(text) {}
  std::string text() const override { return text_; }

 private:
  const std::string text_;
};

/// A message's text. A long one has its ends only, as in the module, and something else in between; as long as it would
/// be in UTF-16. Its text is in another place once it has been brought in.
class FakeText final : public InboundText {
 public:
  static constexpr std::size_t kEnds = 96;

  /// `ends`: how much of each end is there.
  explicit FakeText(std::string_view text, std::size_t ends = kEnds) : FakeText(text, ends, shown(text, ends)) {}

  bool loaded() const { return loaded_; }
  bool retain(std::unique_ptr<RetainedText>& kept) const override {
    kept = std::make_unique<FakeKeptText>(text_);
    return true;
  }

 private:
  FakeText(std::string_view text, std::size_t ends, std::unique_ptr<std::string> shown)
      : InboundText(*shown, isScant(text, ends) ? ends : shown->size(), isScant(text, ends) ? ends : shown->size(),
                    isScant(text, ends) || isAscii(text)),
        text_(text),
        shown_(std::move(shown)) {}

  static bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }
  static bool isScant(std::string_view text, std::size_t ends) {
    return text.size() > 2 * ends && isAscii(text.substr(0, ends)) && isAscii(text.substr(text.size() - ends));
  }
  static std::unique_ptr<std::string> shown(std::string_view text, std::size_t ends) {
    auto shown = std::make_unique<std::string>(text);
    if (!isScant(text, ends)) return shown;
    std::size_t units = 0;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      units += (byte & 0xC0) == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1;
    }
    *shown = std::string(text.substr(0, ends)) + std::string(units - 2 * ends, '#') +
             std::string(text.substr(text.size() - ends));
    return shown;
  }

  std::string_view load() const override {
    loaded_ = true;
    shown_.reset();
    return text_;
  }

  const std::string text_;
  mutable std::unique_ptr<std::string> shown_;
  mutable bool loaded_ = false;
};

}  // namespace switchboard::testing
