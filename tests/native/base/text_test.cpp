#include "base/text.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace switchboard {
namespace {

TEST_CASE("parts are put one after the other") {
  CHECK(concat({}) == "");
  CHECK(concat({"a", "", "b", std::string("c")}) == "abc");
}

TEST_CASE("whole numbers are written as std::to_string writes them") {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{9}, std::int64_t{10}, std::int64_t{-1}, kMost, -kMost - 1}) {
    CHECK(decimal(number) == std::to_string(number));
  }
}

TEST_CASE("texts are sorted, equal ones kept") {
  Vector<std::string> texts = {"b", "", "a", "b", "ab"};
  sortTexts(texts);
  CHECK(texts == Vector<std::string>{"", "a", "ab", "b", "b"});
  texts.clear();
  sortTexts(texts);
  CHECK(texts.empty());
}

}  // namespace
}  // namespace switchboard
