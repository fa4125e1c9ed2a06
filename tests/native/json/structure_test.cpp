#include "json/structure.h"

#include <doctest/doctest.h>

#include <string>

#include "support/fakes.h"

namespace switchboard {
namespace {

using testing::FakeRandom;

/// Byte by byte.
std::size_t plainContainerEnd(std::string_view text) {
  std::size_t depth = 0;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString && c == '\\') {
      ++i;
    } else if (c == '"') {
      inString = !inString;
    } else if (!inString && (c == '{' || c == '[')) {
      ++depth;
    } else if (!inString && (c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// Brackets, strings with brackets and backslashes in them, and letters, `length` bytes of it and all that it takes to
/// close what is open.
std::string nested(FakeRandom& random, std::size_t length) {
  std::string text = "{";
  std::string open = "}";
  while (text.size() < length) {
    switch (random.below(6)) {
      case 0:
        text += random.below(2) == 0 ? '[' : '{';
        open += text.back() == '[' ? ']' : '}';
        break;
      case 1:
        if (open.size() > 1) {
          text += open.back();
          open.pop_back();
        }
        break;
      case 2:
      case 3:
        text += '"';
        for (auto count = random.below(90); count > 0; --count) {
          const char c = "ab{}[]:, \\\"\xc3"[random.below(12)];
          if (c == '\\' || c == '"') text += '\\';
          text += c;
        }
        text += '"';
        break;
      default:
        text += "a1,: \n"[random.below(6)];
        break;
    }
  }
  text.append(open.rbegin(), open.rend());
  return text;
}

TEST_CASE("the end of an object is the same as byte by byte, with text after it and with its end cut off") {
  FakeRandom random;
  for (int round = 0; round < 400; ++round) {
    const std::string text = nested(random, static_cast<std::size_t>(random.below(400)));
    CAPTURE(text);
    REQUIRE(plainContainerEnd(text) == text.size());
    CHECK(containerEnd(text) == text.size());
    CHECK(containerEnd(text + R"(,"x":{"y":"}"}]})") == text.size());
    for (const auto cut : {std::size_t{1}, static_cast<std::size_t>(random.below(text.size()))}) {
      const auto piece = std::string_view(text).substr(0, text.size() - cut);
      CHECK(containerEnd(piece) == plainContainerEnd(piece));
    }
  }
}

TEST_CASE("backslashes are followed over the edge of a chunk") {
  for (std::size_t before = 50; before < 70; ++before) {
    for (std::size_t backslashes = 0; backslashes < 5; ++backslashes) {
      const std::string text = "{\"" + std::string(before, 'a') + std::string(backslashes, '\\') + "\"}\"}";
      CAPTURE(text);
      CHECK(containerEnd(text) == plainContainerEnd(text));
    }
  }
}

TEST_CASE("the end of a string is after its first quote without a backslash before it") {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string plain(before, 'a');
    CHECK(stringEnd(plain) == std::string_view::npos);
    CHECK(stringEnd(plain + "\"") == before + 1);
    CHECK(stringEnd(plain + "\\\"\"" + plain) == before + 3);
    CHECK(stringEnd(plain + "\\\\\"" + plain) == before + 3);
    CHECK(stringEnd(plain + "\\") == std::string_view::npos);
    CHECK(stringEnd(plain + "\\\"") == std::string_view::npos);
  }
}

}  // namespace
}  // namespace switchboard
