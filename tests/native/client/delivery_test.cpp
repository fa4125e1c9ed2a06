#include <doctest/doctest.h>

#include "harness.h"

using namespace switchboard;
using namespace switchboard::testing;

namespace {

void subscribe(Harness& h, unsigned id, DeliverySpec delivery, std::string table = "bookings") {
  const auto error =
      h.client().subscribe(SubscriptionId{id}, {"*", "public", std::move(table), {}, {}}, std::move(delivery));
  REQUIRE_FALSE(error);
}

DeliverySpec windowOf(DeliveryMode mode, int ms) {
  DeliverySpec config;
  config.mode = mode;
  config.wait = Duration{ms};
  if (mode == DeliveryMode::Latest) config.key = {"id"};
  return config;
}

std::string row(int id, int amount) {
  return R"({"id": )" + std::to_string(id) + R"(, "amount": )" + std::to_string(amount) + "}";
}

/// Type and record of each change of a batch.
std::vector<std::string> effects(const std::string& batch) {
  std::vector<std::string> found;
  for (const auto& item : Json::parse(batch)) {
    const auto& data = item["data"];
    const auto& record = data.contains("record") ? data["record"] : data["old_record"];
    found.push_back(data["type"].get<std::string>() + " " + std::to_string(record["id"].get<int>()) + ":" +
                    std::to_string(record["amount"].get<int>()));
  }
  return found;
}

}  // namespace

TEST_SUITE("delivery") {
  TEST_CASE("batch hands over what came within its window, in order, as one array in one call") {
    Harness h;
    subscribe(h, 1, windowOf(DeliveryMode::Batch, 100));
    h.settle();
    const int before = h.batches;
    for (int i = 0; i < 50; ++i) h.server.change("bookings", "INSERT", row(i, i));
    CHECK(h.delivered.empty());
    h.run(Duration{100});
    REQUIRE(h.delivered.size() == 1);
    CHECK(h.kinds[0] == DeliveryKind::Batch);
    CHECK(h.counts[0] == 50);
    CHECK(h.batches == before + 1);
    const auto got = effects(h.delivered[0].second);
    REQUIRE(got.size() == 50);
    for (int i = 0; i < 50; ++i)
      CHECK(got[static_cast<std::size_t>(i)] == "INSERT " + std::to_string(i) + ":" + std::to_string(i));
  }

  TEST_CASE("a list of columns is handed out once, also when what comes next is no change") {
    Harness h;
    std::vector<std::string> lists;
    int batchesWithoutChanges = 0;
    h.onEachBatch = [&](const Batch& batch) {
      lists.insert(lists.end(), batch.columnLists.begin(), batch.columnLists.end());
      if (batch.deliveries.empty()) ++batchesWithoutChanges;
    };
    subscribe(h, 1, windowOf(DeliveryMode::Batch, 100));
    h.settle();
    h.server.change("bookings", "INSERT", row(1, 1));
    CHECK(lists.empty());
    const int before = batchesWithoutChanges;
    h.subscribe(2, "payments");
    h.settle();
    CHECK(batchesWithoutChanges > before);
    h.run(Duration{100});
    h.server.change("bookings", "INSERT", row(2, 1));
    h.run(Duration{100});
    CHECK(h.delivered.size() == 2);
    CHECK(lists == std::vector<std::string>{"[]"});
  }

  TEST_CASE("batch hands over early when max is reached") {
    Harness h;
    auto config = windowOf(DeliveryMode::Batch, 1'000);
    config.max = 3;
    subscribe(h, 1, config);
    h.settle();
    for (int i = 0; i < 7; ++i) h.server.change("bookings", "INSERT", row(i, 0));
    CHECK(h.counts == std::vector<std::size_t>{3, 3});
    h.run(Duration{1'000});
    CHECK(h.counts == std::vector<std::size_t>{3, 3, 1});
  }

  TEST_CASE("debounce waits for quiet, but no longer than maxWait") {
    Harness h;
    auto config = windowOf(DeliveryMode::Debounce, 80);
    config.maxWait = Duration{300};
    subscribe(h, 1, config);
    h.settle();
    std::vector<TimePoint> at;
    h.onEachBatch = [&](const Batch& batch) {
      if (!batch.deliveries.empty()) at.push_back(h.clock.now());
    };
    const TimePoint start = h.clock.now();
    for (int i = 0; i < 20; ++i) {  // 400 ms without 80 ms of quiet
      h.server.change("bookings", "INSERT", row(i, 0));
      h.run(Duration{20}, Duration{20});
    }
    REQUIRE(at.size() == 1);
    CHECK(at[0] - start == Duration{300});
    h.run(Duration{100});
    REQUIRE(at.size() == 2);
    CHECK(h.counts[0] + h.counts[1] == 20);
    CHECK(at[1] - start >= Duration{460});  // the last one came at 380
    CHECK(at[1] - start <= Duration{470});
  }

  TEST_CASE("debounce with a leading edge hands the first over at once and the rest after the quiet") {
    Harness h;
    auto config = windowOf(DeliveryMode::Debounce, 80);
    config.leading = true;
    subscribe(h, 1, config);
    h.settle();
    for (int i = 0; i < 5; ++i) h.server.change("bookings", "INSERT", row(i, 0));
    CHECK(h.counts == std::vector<std::size_t>{1});
    h.run(Duration{200});
    CHECK(h.counts == std::vector<std::size_t>{1, 4});
    h.server.change("bookings", "INSERT", row(9, 0));
    CHECK(h.counts == std::vector<std::size_t>{1, 4, 1});
  }

  TEST_CASE("throttle hands over the first at once and then at most once per window") {
    Harness h;
    subscribe(h, 1, windowOf(DeliveryMode::Throttle, 100));
    h.settle();
    for (int i = 0; i < 50; ++i) {  // 500 ms
      h.server.change("bookings", "INSERT", row(i, 0));
      h.run(Duration{10}, Duration{10});
    }
    h.run(Duration{300});
    CHECK(h.counts.front() == 1);
    CHECK(h.counts.size() >= 6);
    CHECK(h.counts.size() <= 7);
    std::size_t total = 0;
    for (const auto count : h.counts) total += count;
    CHECK(total == 50);
  }

  TEST_CASE("batch and latest with a leading edge hand the first over at once and the rest when the window ends") {
    for (const auto mode : {DeliveryMode::Batch, DeliveryMode::Latest}) {
      Harness h;
      auto config = windowOf(mode, 100);
      config.leading = true;
      subscribe(h, 1, config);
      h.settle();
      for (int i = 0; i < 5; ++i) h.server.change("bookings", "INSERT", row(i, 0));
      CHECK(h.counts == std::vector<std::size_t>{1});
      h.run(Duration{100});
      CHECK(h.counts == std::vector<std::size_t>{1, 4});
      h.server.change("bookings", "INSERT", row(8, 0));  // what was handed over last has to be a window ago
      CHECK(h.counts == std::vector<std::size_t>{1, 4});
      h.run(Duration{300});
      CHECK(h.counts == std::vector<std::size_t>{1, 4, 1});
      h.server.change("bookings", "INSERT", row(9, 0));
      CHECK(h.counts == std::vector<std::size_t>{1, 4, 1, 1});
    }
  }

  TEST_CASE("a batch with a leading edge that is full goes at once and does not begin another quiet time") {
    Harness h;
    auto config = windowOf(DeliveryMode::Batch, 100);
    config.leading = true;
    config.max = 3;
    subscribe(h, 1, config);
    h.settle();
    for (int i = 0; i < 6; ++i) h.server.change("bookings", "INSERT", row(i, 0));
    CHECK(h.counts == std::vector<std::size_t>{1, 3});
    h.run(Duration{300});
    CHECK(h.counts == std::vector<std::size_t>{1, 3, 2});
  }

  TEST_CASE("latest keeps the net effect on each row") {
    Harness h;
    subscribe(h, 1, windowOf(DeliveryMode::Latest, 100));
    h.settle();
    h.server.change("bookings", "INSERT", row(1, 10));
    h.server.change("bookings", "UPDATE", row(1, 11));
    h.server.change("bookings", "INSERT", row(2, 20));
    h.server.change("bookings", "DELETE", row(2, 20));
    h.server.change("bookings", "UPDATE", row(3, 30));
    h.server.change("bookings", "UPDATE", row(3, 31));
    h.server.change("bookings", "UPDATE", row(4, 40));
    h.server.change("bookings", "DELETE", row(4, 41));
    h.server.change("bookings", "DELETE", row(5, 50));
    h.server.change("bookings", "INSERT", row(5, 51));
    h.run(Duration{100});
    REQUIRE(h.delivered.size() == 1);
    CHECK(effects(h.delivered[0].second) ==
          std::vector<std::string>{"INSERT 1:11", "UPDATE 3:31", "DELETE 4:40", "UPDATE 5:51"});
    CHECK(h.counts[0] == 4);
    CHECK(h.client().pool().counters().deliveries == 10);
    CHECK(h.client().pool().counters().conflated == 6);
  }

  TEST_CASE("latest says nothing when all of a window cancelled out") {
    Harness h;
    subscribe(h, 1, windowOf(DeliveryMode::Latest, 100));
    h.settle();
    h.server.change("bookings", "INSERT", row(1, 10));
    h.server.change("bookings", "DELETE", row(1, 10));
    h.run(Duration{300});
    CHECK(h.delivered.empty());
    CHECK(h.client().pool().counters().conflated == 2);
    h.server.change("bookings", "INSERT", row(1, 12));
    h.run(Duration{100});
    REQUIRE(h.delivered.size() == 1);
    CHECK(effects(h.delivered[0].second) == std::vector<std::string>{"INSERT 1:12"});
  }

  TEST_CASE("latest with keepDeletes tells of a row that came and went") {
    Harness h;
    auto config = windowOf(DeliveryMode::Latest, 100);
    config.keepDeletes = true;
    subscribe(h, 1, config);
    h.settle();
    h.server.change("bookings", "INSERT", row(1, 10));
    h.server.change("bookings", "DELETE", row(1, 10));
    h.server.change("bookings", "INSERT", row(2, 20));
    h.server.change("bookings", "DELETE", row(2, 20));
    h.server.change("bookings", "INSERT", row(2, 21));
    h.run(Duration{100});
    REQUIRE(h.delivered.size() == 1);
    CHECK(effects(h.delivered[0].second) == std::vector<std::string>{"DELETE 1:10", "UPDATE 2:21"});
  }

  TEST_CASE("latest folds nothing across rows without their key, nor across a change of key") {
    Harness h;
    auto config = windowOf(DeliveryMode::Latest, 100);
    config.key = {"nokey"};
    subscribe(h, 1, config);
    h.settle();
    for (int i = 0; i < 3; ++i) h.server.change("bookings", "UPDATE", row(1, i));
    h.run(Duration{100});
    CHECK(effects(h.delivered.at(0).second) == std::vector<std::string>{"UPDATE 1:0", "UPDATE 1:1", "UPDATE 1:2"});
  }

  TEST_CASE("without payload only the number of changes goes out") {
    Harness h;
    auto config = windowOf(DeliveryMode::Debounce, 50);
    config.payload = false;
    subscribe(h, 1, config);
    h.settle();
    for (int i = 0; i < 1'000; ++i) h.server.change("bookings", "INSERT", row(i, 0));
    h.run(Duration{200});
    REQUIRE(h.delivered.size() == 1);
    CHECK(h.kinds[0] == DeliveryKind::Notify);
    CHECK(h.counts[0] == 1'000);
    CHECK(h.delivered[0].second.empty());
  }

  TEST_CASE("subscriptions that want a key the same way share one window and one call") {
    Harness h;
    for (unsigned id = 1; id <= 20; ++id) subscribe(h, id, windowOf(DeliveryMode::Batch, 100));
    subscribe(h, 21, {});
    h.settle();
    std::vector<std::size_t> calls;
    h.onEachBatch = [&](const Batch& batch) {
      for (const auto& delivery : batch.deliveries) calls.push_back(delivery.subscribers.size());
    };
    for (int i = 0; i < 3; ++i) h.server.change("bookings", "INSERT", row(i, 0));
    h.run(Duration{100});
    CHECK(calls == std::vector<std::size_t>{1, 1, 1, 20});
  }

  TEST_CASE("windows of one length end together whenever they began") {
    Harness h;
    for (unsigned id = 1; id <= 5; ++id) subscribe(h, id, windowOf(DeliveryMode::Batch, 100), "t" + std::to_string(id));
    h.settle();
    const int before = h.batches;
    for (int i = 1; i <= 5; ++i) {
      h.server.change("t" + std::to_string(i), "INSERT", row(i, 0));
      h.timer.advance(Duration{5});
    }
    h.run(Duration{200});
    CHECK(h.delivered.size() == 5);
    CHECK(h.batches <= before + 2);
  }

  TEST_CASE("a paused subscription gets nothing and, resumed, all that was held, in order; others are not held up") {
    Harness h;
    subscribe(h, 1, {});
    subscribe(h, 2, {});
    subscribe(h, 3, windowOf(DeliveryMode::Latest, 50));
    h.settle();
    h.client().pause(SubscriptionId{1});
    h.client().pause(SubscriptionId{3});
    for (int i = 0; i < 5; ++i) h.server.change("bookings", "UPDATE", row(1, i));
    h.run(Duration{500});
    CHECK(h.changes(1).empty());
    CHECK(h.changes(2).size() == 5);
    CHECK(h.changes(3).empty());
    h.client().resume(SubscriptionId{1});
    h.client().resume(SubscriptionId{3});
    h.server.change("bookings", "UPDATE", row(1, 5));
    h.run(Duration{100});
    REQUIRE(h.changes(1).size() == 2);
    CHECK(effects(h.changes(1)[0]).size() == 5);
    REQUIRE(h.changes(3).size() == 2);
    CHECK(effects(h.changes(3)[0]) == std::vector<std::string>{"UPDATE 1:4"});
    CHECK(effects(h.changes(3)[1]) == std::vector<std::string>{"UPDATE 1:5"});
  }

  TEST_CASE("nothing held is delivered after unsubscribe, and nothing waits after dispose") {
    Harness h;
    subscribe(h, 1, windowOf(DeliveryMode::Batch, 100));
    subscribe(h, 2, windowOf(DeliveryMode::Batch, 100));
    h.settle();
    h.server.change("bookings", "INSERT", row(1, 0));
    h.unsubscribe(1);
    h.run(Duration{200});
    CHECK(h.changes(1).empty());
    CHECK(h.changes(2).size() == 1);
    h.server.change("bookings", "INSERT", row(2, 0));
    h.client().dispose();
    CHECK(h.client().deadlines().size() == 0);
  }
}
