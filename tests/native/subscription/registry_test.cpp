#include "subscription/interest/registry.h"

#include <doctest/doctest.h>

#include "support/fakes.h"

namespace switchboard {
namespace {

using testing::kWallStart;

Spec specOf(std::string table) {
  return makeSpec({"*", "", std::move(table), "", {}}).value();
}

TEST_CASE("equal keys share an entry, its subscribers in the order in which they came") {
  Registry registry;
  for (const unsigned id : {7u, 3u, 5u}) CHECK(registry.add(SubscriptionId{id}, specOf("t"), kWallStart));
  REQUIRE(registry.entries().size() == 1);
  const auto* entry = registry.findBySubscription(SubscriptionId{3});
  REQUIRE(entry != nullptr);
  CHECK(entry->subscribers == Vector{SubscriptionId{7}, SubscriptionId{3}, SubscriptionId{5}});
  CHECK(registry.findByText(specOf("t").key) == entry);
  CHECK(registry.subscriptionCount() == 3);
}

TEST_CASE("an id in use is refused and disturbs nothing") {
  Registry registry;
  registry.add(SubscriptionId{1}, specOf("a"), kWallStart);
  CHECK_FALSE(registry.add(SubscriptionId{1}, specOf("b"), kWallStart));
  CHECK(registry.findByText(specOf("b").key) == nullptr);
  CHECK(registry.subscriptionCount() == 1);
}

TEST_CASE("an entry outlives its last subscriber until it is erased") {
  Registry registry;
  registry.add(SubscriptionId{1}, specOf("t"), kWallStart);
  auto* entry = registry.remove(SubscriptionId{1});
  REQUIRE(entry != nullptr);
  CHECK(entry->subscribers.empty());
  CHECK_FALSE(entry->isSubscribed());
  CHECK(registry.findByText(specOf("t").key) == entry);
  registry.erase(entry->id);
  CHECK(registry.findByText(specOf("t").key) == nullptr);
  CHECK(registry.entries().empty());
}

TEST_CASE("removing what is not there does nothing") {
  Registry registry;
  CHECK(registry.remove(SubscriptionId{1}) == nullptr);
  registry.erase(KeyId{1});
  CHECK(registry.find(KeyId{1}) == nullptr);
  CHECK(registry.findBySubscription(SubscriptionId{1}) == nullptr);
}

TEST_CASE("erasing an entry forgets its subscribers") {
  Registry registry;
  registry.add(SubscriptionId{1}, specOf("t"), kWallStart);
  registry.erase(registry.findBySubscription(SubscriptionId{1})->id);
  CHECK(registry.subscriptionCount() == 0);
  CHECK(registry.add(SubscriptionId{1}, specOf("t"), kWallStart));
}

TEST_CASE("entries keep the order in which they were first wanted") {
  Registry registry;
  unsigned id = 0;
  for (const char* table : {"z", "a", "m"}) registry.add(SubscriptionId{++id}, specOf(table), kWallStart);
  std::string order;
  for (const auto& [key, entry] : registry.entries()) order += entry->spec.binding.table;
  CHECK(order == "zam");
}

TEST_CASE("only parked and retrying entries are kept from being planned") {
  KeyEntry entry;
  using S = SubscriptionState;
  for (const S state : {S::Pending, S::Joining, S::Live}) {
    entry.state = state;
    CHECK(entry.plannable());
  }
  for (const S state : {S::Parked, S::Retrying}) {
    entry.state = state;
    CHECK_FALSE(entry.plannable());
  }
}

}  // namespace
}  // namespace switchboard
