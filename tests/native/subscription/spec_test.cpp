#include "subscription/interest/spec.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

Spec specOf(BindingConfig binding) {
  auto spec = makeSpec(std::move(binding));
  REQUIRE(spec);
  return spec.value();
}

std::string keyOf(BindingConfig binding) {
  return specOf(std::move(binding)).key;
}

TEST_CASE("what is left out has its default") {
  const auto spec = specOf({"", "", "bookings", "", {}});
  CHECK(spec.binding == BindingConfig{"*", "public", "bookings", "", {}});
  CHECK(spec.key == keyOf({"*", "public", "bookings", "  ", {}}));
}

TEST_CASE("events are known in any case and sent in capitals") {
  CHECK(specOf({"insert", "", "t", "", {}}).binding.event == "INSERT");
  CHECK(keyOf({"Delete", "", "t", "", {}}) == keyOf({"DELETE", "", "t", "", {}}));
}

TEST_CASE("the order of conditions and columns, blanks and repeats make no other key") {
  CHECK(keyOf({"*", "", "t", "a=eq.1,b=eq.2", {"x", "y"}}) ==
        keyOf({"*", "", "t", " b=eq.2 , a=eq.1", {"y", "x", "y"}}));
}

TEST_CASE("filter and columns are sent as the application wrote them") {
  const auto spec = specOf({"*", "", "t", "b=eq.2,a=eq.1", {"y", "x"}});
  CHECK(spec.binding.filter == "b=eq.2,a=eq.1");
  CHECK(spec.binding.select == Vector<std::string>{"y", "x"});
}

TEST_CASE("whatever makes a difference makes another key") {
  const BindingConfig base{"INSERT", "public", "t", "a=eq.1", {"x"}};
  const auto key = keyOf(base);
  auto other = base;
  other.event = "UPDATE";
  CHECK(keyOf(other) != key);
  other = base;
  other.schema = "private";
  CHECK(keyOf(other) != key);
  other = base;
  other.table = "t2";
  CHECK(keyOf(other) != key);
  other = base;
  other.filter = "a=eq.2";
  CHECK(keyOf(other) != key);
  other = base;
  other.select = {"x", "y"};
  CHECK(keyOf(other) != key);
  other = base;
  other.select = {};
  CHECK(keyOf(other) != key);
}

TEST_CASE("parts of a key never run into each other") {
  CHECK(keyOf({"*", "a", "bc", "", {}}) != keyOf({"*", "ab", "c", "", {}}));
  CHECK(keyOf({"*", "a", "b", "", {"x", "y"}}) != keyOf({"*", "a", "b", "", {"xy"}}));
}

TEST_CASE("the cover key is the key of the same with the event *") {
  const auto insert = specOf({"INSERT", "", "t", "a=eq.1", {"x"}});
  const auto all = specOf({"*", "", "t", "a=eq.1", {"x"}});
  CHECK(insert.coverKey == all.key);
  CHECK_FALSE(insert.wantsAll());
  CHECK(all.wantsAll());
}

TEST_CASE("a spec wants changes of its event, and those whose type can't be read") {
  const auto update = specOf({"UPDATE", "", "t", "", {}});
  CHECK(update.wants(ChangeType::Update));
  CHECK_FALSE(update.wants(ChangeType::Insert));
  CHECK_FALSE(update.wants(ChangeType::Delete));
  CHECK(update.wants(std::nullopt));
  CHECK(specOf({"INSERT", "", "t", "", {}}).wants(ChangeType::Insert));
  CHECK(specOf({"DELETE", "", "t", "", {}}).wants(ChangeType::Delete));
  const auto all = specOf({"*", "", "t", "", {}});
  for (const auto type : {ChangeType::Insert, ChangeType::Update, ChangeType::Delete}) CHECK(all.wants(type));
}

TEST_CASE("what the server would refuse for its form is refused here, naming the option") {
  const auto optionOf = [](BindingConfig binding) {
    const auto spec = makeSpec(std::move(binding));
    if (spec) return std::string("accepted");
    CHECK(spec.error().code == ReasonCode::InvalidOption);
    CHECK_FALSE(spec.error().message.empty());
    return spec.error().option;
  };
  CHECK(optionOf({"upsert", "", "t", "", {}}) == "event");
  CHECK(optionOf({"*", "", "", "", {}}) == "table");
  CHECK(optionOf({"*", "", "t", "business_id", {}}) == "filter");
  CHECK(optionOf({"*", "", "*", "a=eq.1", {}}) == "filter");
  CHECK(optionOf({"*", "*", "t", "a=eq.1", {}}) == "filter");
  CHECK(optionOf({"*", "", "*", "", {"x"}}) == "select");
  CHECK(optionOf({"*", "", "t", "", {"x", ""}}) == "select");
  CHECK(optionOf({"*", "*", "*", " ", {}}) == "accepted");
}

}  // namespace
}  // namespace switchboard
