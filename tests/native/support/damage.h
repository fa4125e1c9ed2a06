#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "support/fakes.h"

/// Damage to JSON texts, for comparing readers with each other.
namespace switchboard::testing {

inline constexpr std::string_view kLetters = "[]{},:\"\\ \n\t0195eE+-.untrflsd/b\x00\x1f\x80\xff";

inline std::size_t pick(FakeRandom& random, std::size_t bound) {
  return static_cast<std::size_t>(random.below(bound));
}

/// The text with a letter changed, put in or taken out, a piece taken out or repeated, or its end cut off.
inline std::string damaged(const std::string& text, FakeRandom& random) {
  std::string copy = text;
  const std::size_t at = pick(random, copy.size());
  const std::size_t length = 1 + pick(random, std::min<std::size_t>(20, copy.size() - at));
  switch (random.below(5)) {
    case 0:
      copy[at] = kLetters[pick(random, kLetters.size())];
      break;
    case 1:
      copy.insert(at, 1, kLetters[pick(random, kLetters.size())]);
      break;
    case 2:
      copy.erase(at, length);
      break;
    case 3:
      copy.insert(pick(random, copy.size()), text.substr(at, length));
      break;
    default:
      copy.resize(at);
      break;
  }
  return copy;
}

/// Damage that leaves JSON behind: what a parser accepts must not be too rare among the cases.
inline std::string reshaped(const std::string& text, FakeRandom& random) {
  std::string copy;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') inString = !inString;
    if (inString && c == '\\') {
      copy += c;
      copy += text[++i];
      continue;
    }
    const bool letter = c >= 'a' && c <= 'z';
    if (inString && letter && random.below(8) == 0) {
      copy += "\\u00";
      copy += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      copy += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
      continue;
    }
    if (!inString && (c == ',' || c == ':' || c == '[' || c == '}') && random.below(4) == 0) copy += " \n\t\r";
    copy += c;
  }
  return copy;
}

}  // namespace switchboard::testing
