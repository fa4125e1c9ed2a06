#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/containers/text_map.h"
#include "base/containers/vector.h"
#include "recorder/secrets.h"

namespace switchboard {

/// The texts that entries refer to by number: topics, names, messages. They outlive the entries, so there is a bound:
/// later texts are written into their entries.
class TextTable {
 public:
  explicit TextTable(const Secrets& secrets) : secrets_(secrets) {}

  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
  /// The number of the text, from 0 on; kNone: it must be written out.
  std::uint32_t numberOf(std::string_view text) {
    const Text* known = recent_[slotOf(text)];
    return known != nullptr && known->text == text ? known->number : find(text);
  }
  const Vector<std::string>& redacted() const { return redacted_; }

 private:
  struct Text {
    std::string text;
    std::uint32_t number = 0;
  };
  static constexpr std::size_t kSlots = 32;

  /// Of few texts that differ in their ends, such as topics, most get a slot of their own.
  static std::size_t slotOf(std::string_view text) {
    const auto last = static_cast<unsigned char>(text[text.size() - 1]);
    const auto middle = static_cast<unsigned char>(text[text.size() / 2]);
    return (text.size() * 7 + last * 3u + middle) % kSlots;
  }
  std::uint32_t find(std::string_view text);

  const Secrets& secrets_;
  std::array<const Text*, kSlots> recent_{};
  Vector<std::unique_ptr<Text>> texts_;
  TextMap<Text> byText_;
  Vector<std::string> redacted_;  ///< by number
  std::size_t bytes_ = 0;
};

}  // namespace switchboard
