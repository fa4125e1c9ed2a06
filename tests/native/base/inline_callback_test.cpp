#include "base/containers/inline_callback.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

TEST_CASE("an action does what its lambda does, with its arguments, as often as it is called") {
  int sum = 0;
  const InlineCallback<void(int, int&)> action = [&sum](int add, int& last) {
    sum += add;
    last = sum;
  };
  int last = 0;
  action(2, last);
  action(3, last);
  CHECK(sum == 5);
  CHECK(last == 5);
}

TEST_CASE("an empty action is false; a copy does the same as the original") {
  std::string log;
  InlineCallback<void()> action;
  CHECK_FALSE(action);
  action = [&log] { log += "a"; };
  const auto copy = action;
  action = [&log] { log += "b"; };
  CHECK(copy);
  copy();
  action();
  CHECK(log == "ab");
}

}  // namespace
}  // namespace switchboard
