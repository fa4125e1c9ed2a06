#include "json/utf8.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

TEST_CASE("a character's bytes are counted by its first") {
  CHECK(leadingCharacter("a") == 1);
  CHECK(leadingCharacter(std::string_view("\0", 1)) == 1);
  CHECK(leadingCharacter("\u00e9x") == 2);
  CHECK(leadingCharacter("\u20acx") == 3);
  CHECK(leadingCharacter("\U0001F600x") == 4);
}

TEST_CASE("the first and the last character of each length are allowed, what lies beyond is not") {
  for (const char* good : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CAPTURE(good);
    CHECK(leadingCharacter(good) == std::string_view(good).size());
  }
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    CAPTURE(bad);
    CHECK(leadingCharacter(bad) == 0);
  }
}

TEST_CASE("a character that is cut off or broken into is none") {
  CHECK(leadingCharacter("") == 0);
  for (const std::string whole : {"\u00e9", "\u20ac", "\U0001F600"}) {
    for (std::size_t kept = 1; kept < whole.size(); ++kept) {
      CHECK(leadingCharacter(whole.substr(0, kept)) == 0);
      CHECK(leadingCharacter(whole.substr(0, kept) + "a") == 0);
      CHECK(leadingCharacter(whole.substr(0, kept) + "\xC3") == 0);
    }
  }
}

}  // namespace
}  // namespace switchboard
