#include "base/text.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

TEST_CASE("parts are put one behind the other") {
  CHECK(concat({}) == "");
  CHECK(concat({"a", "", "b", std::string("c")}) == "abc");
}

TEST_CASE("texts are sorted, equal ones kept") {
  List<std::string> texts = {"b", "", "a", "b", "ab"};
  sortTexts(texts);
  CHECK(texts == List<std::string>{"", "a", "ab", "b", "b"});
  texts.clear();
  sortTexts(texts);
  CHECK(texts.empty());
}

}  // namespace
}  // namespace switchboard
