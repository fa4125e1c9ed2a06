#include <doctest/doctest.h>

#include <string>

#include "tracked/numbered_topics.h"
#include "tracked/tracked_bench.h"

/// Subscriptions that continue after a change that somebody has seen (`from`).
namespace switchboard {
namespace {

using testing::Bench;
using testing::insert;
using testing::kFilter;
using testing::Lines;
using testing::message;
using testing::ms;

RoadOptions after(std::uint64_t number, const std::string& epoch = "e1", std::optional<Road> via = {}) {
  return {via, RoadOptions::Leaving::Delete, RoadOptions::From{epoch, number}};
}

TEST_CASE("who continues after a number that the database has not reached gets a gap, with or without an epoch") {
  for (const std::string epoch : {"e1", ""}) {
    CAPTURE(epoch);
    Bench bench;
    bench.follow(1, "t", kFilter, after(100, epoch));
    for (int i = 0; i < 6; ++i) {
      bench.awaitCall();
      CHECK(bench.calls.back().after == 100u);
      bench.answer(R"({"v":1,"state":"too_old","epoch":"e1","first":1,"last":50})");
    }
    CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
    CHECK(bench.stateOf(1) == "live");
    CHECK(bench.gapLines() == Lines{"WENT_BACK e1 101..50"});
    bench.send(message(51, insert(51)));
    CHECK(bench.told() == Lines{"51 INSERT 51 -"});
  }
}

TEST_CASE("two subscriptions that continue after the same number both get what came since") {
  Bench bench;
  bench.follow(1, "t", kFilter, after(38));
  bench.awaitCall();
  const auto both = bench.ok(40, message(39, insert(39)) + "," + message(40, insert(40)));
  bench.answer(both);
  bench.send(message(41, insert(41)));
  bench.follow(2, "t", kFilter, after(38));
  bench.awaitCall();
  CHECK(bench.calls.back().after == 38u);
  bench.answer(bench.ok(41, message(39, insert(39)) + "," + message(40, insert(40)) + "," + message(41, insert(41))));
  const Lines all{"39 INSERT 39 -", "40 INSERT 40 -", "41 INSERT 41 -"};
  CHECK(bench.told(1) == all);
  CHECK(bench.told(2) == all);
}

TEST_CASE("what a subscription would continue after is a gap when it can't have the broadcast road") {
  Bench bench;
  bench.follow(1, "t", "id=eq.1", after(38));
  bench.follow(2, "t", "id=eq.2", after(7));
  bench.run(ms(2'000));
  for (const unsigned id : {1, 2}) {
    CHECK(bench.stateOf(id) == "live");
    CHECK(bench.status(id).road.road == Road::PostgresChanges);
    CHECK(bench.status(id).road.fellBack == ReasonCode::NotByKey);
    CHECK(bench.notices(id) == Lines{"SUBSCRIBED OK"});
  }
  CHECK(bench.gapLines() ==
        Lines{"NOT_BY_KEY e1 39.. open", "NOT_BY_KEY e1 8.. open", "NOT_BY_KEY e1 39..", "NOT_BY_KEY e1 8.."});
  bench.server.change("t", "INSERT", R"({"id":1})");
  CHECK(bench.changes(1).size() == 1);
}

TEST_CASE("the same gap is open for one that insists on the broadcast road") {
  Bench bench;
  bench.follow(1, "t", "id=eq.1", after(38, "e1", Road::Broadcast));
  bench.run(ms(2'000));
  CHECK(bench.stateOf(1) == "parked");
  CHECK(bench.gapLines() == Lines{"NOT_BY_KEY e1 39.. open"});
  bench.client().reconnectAll();
  bench.run(ms(2'000));
  CHECK(bench.stateOf(1) == "parked");
  CHECK(bench.gapLines().size() == 1);
}

TEST_CASE("one that was parked goes on at the present: all that it missed is in the gap") {
  Bench bench;
  bench.follow(1, "t", kFilter, after(38, "e1", Road::Broadcast));
  bench.awaitCall();
  bench.answer(bench.ok(40, message(39, insert(39)) + "," + message(40, insert(40))));
  bench.send(message(42, insert(42)));
  bench.awaitCall();
  bench.answer(R"({"v":1,"state":"refused","reason":"readers say no"})");
  CHECK(bench.stateOf(1) == "parked");
  CHECK(bench.gapLines() == Lines{"TRACK_REFUSED e1 41.. open"});
  bench.run(ms(6'000));
  bench.client().reconnectAll();
  bench.awaitCall();
  CHECK_FALSE(bench.calls.back().after);
  bench.answer(bench.ok(42));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.gapLines().back() == "TRACK_REFUSED e1 41..42");
  bench.send(message(43, insert(43)));
  CHECK(bench.told() == Lines{"39 INSERT 39 -", "40 INSERT 40 -", "43 INSERT 43 -"});
}

TEST_CASE("refused at the first answer, the gap begins after the number to continue after") {
  for (const std::string epoch : {"e1", ""}) {
    Bench bench;
    bench.follow(1, "t", kFilter, after(38, epoch));
    bench.awaitCall();
    bench.answer(R"({"v":1,"state":"refused","reason":"readers say no"})");
    CHECK(bench.gapLines() == Lines{"TRACK_REFUSED " + epoch + " 39.. open"});
  }
}

TEST_CASE("what a subscription misses since the number to continue after may be of any time") {
  const auto gapAfter = [](const std::string& text) {
    Bench bench;
    bench.follow(1, "t", kFilter, after(38));
    bench.awaitCall();
    bench.answer(text);
    REQUIRE(bench.gaps.size() == 1);
    return bench.gaps[0];
  };
  for (const auto& text : {std::string(R"({"v":1,"state":"too_old","epoch":"e1","first":50,"last":51})"),
                           Bench::ok(7, {}, "e2"), std::string(R"({"v":1,"state":"refused","reason":"no"})")}) {
    CAPTURE(text);
    CHECK(gapAfter(text).from == WallTime{});
    CHECK(gapAfter(text).fromCommit.empty());
  }
  Bench bench;
  bench.follow(1, "t", kFilter, after(38));
  bench.awaitCall();
  bench.answer(bench.ok(39, message(39, insert(39))));
  bench.send(message(51, insert(51)));
  bench.awaitCall();
  bench.answer(R"({"v":1,"state":"too_old","epoch":"e1","first":50,"last":51})");
  REQUIRE(bench.gaps.size() == 1);
  CHECK(bench.gaps[0].fromCommit == "2026-11-27T18:00:00.139Z");
  CHECK(bench.gaps[0].from > WallTime{});
}

}  // namespace
}  // namespace switchboard
