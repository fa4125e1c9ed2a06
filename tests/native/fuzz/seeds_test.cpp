#include "seeds.h"

#include <doctest/doctest.h>

#include <map>

#include "examine.h"

namespace switchboard::fuzz {
namespace {

TEST_CASE("every seed of the fuzzer is read as its oracle reads it") {
  std::map<char, int> examined;
  for (const auto& seed : seeds()) {
    CAPTURE(seed);
    CHECK(examine(seed).value_or("") == "");
    ++examined[seed.front()];
  }
  for (const auto& target : targets()) {
    CAPTURE(target.name);
    CHECK(examined[target.letter] >= 2);
  }
}

TEST_CASE("what is cut off anywhere is read as its oracle reads it") {
  for (const auto& seed : seeds()) {
    if (seed.size() > 100 || seed.front() == 'x' || seed.front() == 'y') continue;
    for (std::size_t length = 1; length < seed.size(); ++length) {
      CAPTURE(seed.substr(0, length));
      CHECK(examine(std::string_view(seed).substr(0, length)).value_or("") == "");
    }
  }
}

}  // namespace
}  // namespace switchboard::fuzz
