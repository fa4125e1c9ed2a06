#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "tracked/tracked_bench.h"

/// What comes over the binding to which a subscription falls back, of what had come with numbers.
namespace switchboard {
namespace {

using testing::Bench;
using testing::insert;
using testing::kFilter;
using testing::kRefused;
using testing::Lines;
using testing::message;
using testing::ms;

const std::string kOneRow = kFilter + ",id=lt.100";

std::string row(unsigned id) {
  return R"({"id":)" + std::to_string(id) + R"(,"b":1,"s":"x"})";
}

/// Live at 40; then 41 came, with the time 18:00:00.141.
struct Falling : Bench {
  Falling() {
    start(40, {}, {}, "*", kOneRow);
    send(message(41, insert(1)));
    REQUIRE(told() == Lines{"41 INSERT 1 -"});
  }
  /// Because 43 shows that 42 is missing.
  void fallBack() {
    send(message(43, insert(3)));
    awaitCall();
    answer(kRefused);
    CHECK(gapLines() == Lines{"TRACK_REFUSED e1 42.. open"});
  }
  /// Because 42 shows that the filter can't be decided here.
  void fallBackAtOnce() {
    auto text = message(42, insert(2));
    text.replace(text.find(R"("type":"int8")"), 13, R"("type":"cube")");
    send(text);
  }
  void awaitBinding() {
    run(ms(2'000), ms(10));
    REQUIRE(stateOf(1) == "live");
    REQUIRE(status(1).road.road == Road::PostgresChanges);
  }
  void change(unsigned id, const std::string& time) {
    server.change("t", "INSERT", row(id), "2026-11-27T18:00:" + time + "Z");
  }
};

TEST_CASE("what came with a number does not come again over the binding") {
  Falling bench;
  bench.run(ms(500), ms(10));
  bench.fallBack();
  bench.awaitBinding();
  bench.change(40, "00.140");
  bench.change(1, "00.141");
  bench.change(1, "00.144");  // its number was given 3 ms before
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
  bench.change(44, "01.142");
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "- INSERT 44 -"});
  bench.change(45, "00.144");  // a binding brings its changes in their order
  CHECK(bench.told().size() == 3);
}

TEST_CASE("what was committed after the last number came is dropped for no longer than a commit takes") {
  Falling bench;
  bench.run(ms(600'000), ms(1'000));
  bench.fallBack();
  bench.awaitBinding();
  bench.change(2, "01.141");  // is in the gap
  CHECK(bench.told().size() == 1);
  bench.change(3, "01.142");  // likewise
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "- INSERT 3 -"});
}

TEST_CASE("what was committed after the binding was live comes") {
  Falling bench;
  const auto came = bench.clock.now();
  bench.fallBack();
  while (bench.stateOf(1) != "live") bench.run(ms(1), ms(1));
  const auto passed = (bench.clock.now() - came) / ms(1);
  REQUIRE(passed < 500);
  const auto at = [&](auto time) { return "00." + std::to_string(time); };
  bench.run(ms(2'000), ms(10));
  bench.change(1, at(141 + passed));
  CHECK(bench.told().size() == 1);
  bench.change(2, at(142 + passed));
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "- INSERT 2 -"});
}

TEST_CASE("nothing comes again over a binding that was live already") {
  Bench bench;
  bench.follow(2, "t", kOneRow, {Road::PostgresChanges});
  bench.run(ms(2'000), ms(10));
  bench.start(40, {}, {}, "*", kOneRow);
  bench.send(message(41, insert(1)));
  auto text = message(42, insert(2));
  text.replace(text.find(R"("type":"int8")"), 13, R"("type":"cube")");
  bench.send(text);
  bench.settle();
  REQUIRE(bench.status(1).road.road == Road::PostgresChanges);
  REQUIRE(bench.stateOf(1) == "live");
  const auto change = [&](unsigned id, const std::string& time) {
    bench.server.change("t", "INSERT", row(id), "2026-11-27T18:00:00." + time + "Z");
  };
  change(1, "141");
  change(2, "142");  // is in the gap
  change(3, "143");
  CHECK(bench.told(1) == Lines{"41 INSERT 1 -", "- INSERT 3 -"});
  CHECK(bench.told(2) == Lines{"- INSERT 1 -", "- INSERT 2 -", "- INSERT 3 -"});
  CHECK(bench.gapLines() == Lines{"FILTER_NOT_EXACT e1 42.. open", "FILTER_NOT_EXACT e1 42.."});
}

TEST_CASE("what the binding brings before it is announced does not come again either") {
  Falling bench;
  bench.server.announceChanges = false;
  bench.fallBackAtOnce();
  bench.run(ms(2'000), ms(10));
  const auto say = [&](unsigned id, const std::string& time) {
    for (const auto& channel : bench.server.channels()) {
      for (const auto& binding : channel.bindings) {
        bench.server.say(channel, "postgres_changes",
                         R"({"data":{"table":"t","type":"INSERT","record":)" + row(id) +
                             R"(,"columns":[],"errors":null,"schema":"public","commit_timestamp":"2026-11-27T18:00:)" +
                             time + R"(Z"},"ids":[)" + std::to_string(binding["id"].get<unsigned>()) + "]}");
      }
    }
  };
  say(1, "00.141");
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
  say(2, "05.000");
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "- INSERT 2 -"});
}

TEST_CASE("a gap before the first number begins by the database's clock, where another subscription has shown it") {
  Bench bench;
  bench.follow(2, "other", {}, {Road::PostgresChanges});
  bench.run(ms(2'000), ms(10));
  const auto start = bench.clock.wallNow();
  bench.server.change("other", "INSERT", R"({"id":1})", "2026-11-22T10:00:00.000Z");  // the calendar is two hours ahead
  bench.start(40);
  bench.send(message(42, insert(2)));
  bench.awaitCall();
  bench.answer(kRefused);
  REQUIRE(bench.gapLines() == Lines{"TRACK_REFUSED e1 41.. open"});
  CHECK(bench.gaps[0].from < start - ms(7'190'000));
  CHECK(bench.gaps[0].from > start - ms(7'210'000));
}

TEST_CASE("a subscription to which nothing came with a number gets everything") {
  Bench bench;
  bench.start(40);
  bench.send(message(42, insert(2)));
  bench.awaitCall();
  bench.answer(kRefused);
  bench.run(ms(2'000), ms(10));
  bench.server.change("t", "INSERT", row(1), "2026-11-22T18:00:00.000Z");
  CHECK(bench.told() == Lines{"- INSERT 1 -"});
}

}  // namespace
}  // namespace switchboard
