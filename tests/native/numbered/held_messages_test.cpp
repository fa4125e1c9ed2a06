#include "numbered/held_messages.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

TEST_CASE("messages are taken by number, whatever the order in which they came") {
  HeldMessages held(1'000);
  CHECK(held.hold("e", 5, "five"));
  CHECK(held.hold("e", 3, "three"));
  CHECK(held.hold("e", 4, "four"));
  CHECK(held.hold("e", 4, "again"));
  CHECK(held.size() == 3);
  CHECK(held.lowest("e") == 3);
  CHECK(held.highest("e") == 5);
  CHECK(held.take("e", 4)->text == "four");
  CHECK(held.take("e", 4) == nullptr);
  CHECK(held.take("other", 3) == nullptr);
  CHECK(held.take("e", 3)->text == "three");
  CHECK(held.bytes() == 5);
}

TEST_CASE("epochs are kept apart") {
  HeldMessages held(1'000);
  held.hold("a", 1, "a1");
  held.hold("b", 1, "b1");
  held.hold("b", 2, "b2");
  CHECK(held.size() == 3);
  CHECK(held.highest("a") == 1);
  held.dropUpTo("b", 1);
  CHECK(held.lowest("b") == 2);
  CHECK(held.lowest("a") == 1);
  held.keep("b", 1);
  CHECK(held.lowest("a") == 0);
  CHECK(held.size() == 1);
  held.keep("b", 2);
  CHECK(held.size() == 0);
  CHECK(held.bytes() == 0);
}

TEST_CASE("above the bound the highest numbers are dropped, and that is said") {
  HeldMessages held(10);
  CHECK(held.hold("e", 9, "1234"));
  CHECK(held.hold("e", 8, "1234"));
  CHECK_FALSE(held.hold("e", 10, "1234"));
  CHECK(held.highest("e") == 9);
  CHECK_FALSE(held.hold("e", 7, "1234"));
  CHECK(held.lowest("e") == 7);
  CHECK(held.highest("e") == 8);
  CHECK(held.bytes() == 10);
  CHECK_FALSE(held.hold("e", 6, "12345678901234567890"));
  CHECK(held.size() == 0);
  CHECK(held.bytes() == 0);
}

}  // namespace
}  // namespace switchboard
