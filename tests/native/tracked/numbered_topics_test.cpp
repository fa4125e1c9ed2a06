#include "tracked/numbered_topics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tracked/tracked_bench.h"

namespace switchboard {
namespace {

using testing::Bench;
using testing::Harness;
using testing::insert;
using testing::kColumns;
using testing::kFilter;
using testing::kTopic;
using testing::Lines;
using testing::message;
using testing::ms;
using Leaving = RoadOptions::Leaving;

std::string update(const std::string& before, const std::string& after) {
  return R"({"t":0,"type":"UPDATE","record":)" + after + R"(,"old_record":)" + before + "}";
}

/// The row came from another topic, or went to one.
std::string moved(const std::string& before, const std::string& after) {
  auto text = update(before, after);
  text.insert(text.size() - 1, R"(,"moved":true)");
  return text;
}
const std::string kKey = R"({"id":1})";

TEST_CASE("a subscription to a tracked table joins its private topic and is live when the position is known") {
  Bench bench;
  bench.follow(1, "t", kFilter);
  bench.awaitCall();
  CHECK(bench.stateOf(1) == "joining");
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
  CHECK(bench.calls[0].topic == kTopic);
  CHECK_FALSE(bench.calls[0].after);
  for (const auto& join : bench.server.joins) {
    CHECK(join["config"]["private"] == true);
    CHECK(join["config"]["postgres_changes"].empty());
  }
  bench.answer(bench.ok(40));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.notices(1) == Lines{"SUBSCRIBED OK"});
  bench.run(ms(1'000));
  CHECK(bench.hasChannel("switchboard:beat"));
  CHECK(bench.network.sockets.size() == 1);
  CHECK(bench.client().status().overall() == OverallState::Live);
}

TEST_CASE("changes arrive once and in order, with number and epoch") {
  Bench bench;
  bench.start();
  bench.send(message(41, insert(1) + "," + insert(2)));
  bench.send(message(42, update(R"({"id":1,"b":1,"s":"x"})", R"({"id":1,"b":1,"s":"y"})")));
  bench.send(message(42, insert(9)));
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "41 INSERT 2 -", "42 UPDATE 1 1"});
  CHECK(bench.changes(1)[0] == R"({"data":{"table":"t","schema":"public","type":"INSERT","columns":)" + kColumns +
                                   R"(,"commit_timestamp":"2026-11-27T18:00:00.141Z","number":41,"epoch":"e1",)"
                                   R"("record":{"id":1,"b":1,"s":"x"},"errors":null},"ids":[]})");
  CHECK(bench.gaps.empty());
}

TEST_CASE("a hole is filled before what comes after it") {
  Bench bench;
  bench.start();
  bench.send(message(42, insert(2)));
  CHECK(bench.told().empty());
  bench.awaitCall();
  CHECK(bench.calls.back().after == 40u);
  bench.answer(bench.ok(42, message(41, insert(1)) + "," + message(42, insert(2))));
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "42 INSERT 2 -"});
  CHECK(bench.gaps.empty());
  CHECK(bench.client().pool().counters().filled == 1);  // the other was held
}

TEST_CASE("a lost connection is no gap: the database gives what came meanwhile") {
  Bench bench;
  bench.start();
  bench.send(message(41, insert(1)));
  bench.network.last().closeFromServer(1006);
  bench.awaitCall();
  CHECK(bench.calls.back().after == 41u);
  bench.answer(bench.ok(43, message(42, insert(2)) + "," + message(43, insert(3))));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "42 INSERT 2 -", "43 INSERT 3 -"});
  CHECK(bench.gaps.empty());
}

TEST_CASE("a replay, whose numbers the server wrote again, is left to the database") {
  Bench bench;
  bench.start();
  bench.send(message(41, insert(1, "exact")));
  bench.network.last().closeFromServer(1006);
  bench.awaitCall();
  bench.replay(message(42, insert(2, "rounded")));
  bench.answer(bench.ok(42, message(42, insert(2, "exact"))));
  bench.replay(message(43, insert(3, "rounded")));
  CHECK(bench.told() == Lines{"41 INSERT 1 -", "42 INSERT 2 -"});
  CHECK(bench.changes(1)[1].find("exact") != std::string::npos);
  bench.send(message(43, insert(3, "exact")));
  CHECK(bench.changes(1)[2].find("exact") != std::string::npos);
  CHECK(bench.gaps.empty());
}

TEST_CASE("what the database does not keep any more is a gap with exact bounds") {
  Bench bench;
  bench.start();
  bench.send(message(51, insert(1)));
  bench.awaitCall();
  bench.answer(R"({"v":1,"state":"too_old","epoch":"e1","first":50,"last":51})");
  bench.awaitCall();
  bench.answer(bench.ok(51, message(50, insert(5)) + "," + message(51, insert(1))));
  CHECK(bench.gapLines() == Lines{"NOT_KEPT e1 41..49"});
  CHECK(bench.told() == Lines{"50 INSERT 5 -", "51 INSERT 1 -"});
}

TEST_CASE("bulk, and values that decide and are missing, are gaps with their number") {
  Bench bench;
  bench.start(40, {}, {}, "*", "b=eq.1,s=eq.x");
  bench.send(message(41, "", "e1", R"(,"fetch":[{"t":0,"rows":9000}])"));
  bench.send(
      message(42, R"({"t":0,"type":"INSERT","record":{"id":1,"b":1},"errors":["Error 413: Payload Too Large"]})"));
  bench.send(message(43, insert(2)));
  CHECK(bench.gapLines() == Lines{"PAYLOAD_TOO_LARGE e1 41..41", "PAYLOAD_TOO_LARGE e1 42..42"});
  CHECK(bench.told() == Lines{"43 INSERT 2 -"});
}

TEST_CASE("TRUNCATE is a change, whatever the filter; for those who listen to DELETE alone it is a gap") {
  const std::string truncate = R"({"t":0,"type":"TRUNCATE"})";
  const auto send = [&](Bench& bench) {
    bench.send(message(41, insert(1)));
    bench.send(message(42, truncate));
    bench.send(message(43, insert(2)));
  };
  SUBCASE("everything") {
    for (const std::string filter : {"b=eq.1", "b=eq.1,s=eq.nowhere", "b=eq.1,id=gt.1"}) {
      CAPTURE(filter);
      Bench bench;
      bench.start(40, {}, {}, "*", filter);
      send(bench);
      const auto told = bench.told();
      CHECK(std::count(told.begin(), told.end(), "42 TRUNCATE - -") == 1);
      CHECK(bench.gaps.empty());
    }
  }
  SUBCASE("as postgres_changes would write it") {
    Bench bench;
    bench.start();
    bench.send(message(41, truncate));
    CHECK(bench.changes(1)[0] == R"({"data":{"table":"t","schema":"public","type":"TRUNCATE","columns":)" + kColumns +
                                     R"(,"commit_timestamp":"2026-11-27T18:00:00.141Z","number":41,"epoch":"e1",)"
                                     R"("errors":null},"ids":[]})");
  }
  SUBCASE("one event") {
    const auto heard = [&](const std::string& event) {
      Bench bench;
      bench.start(40, {}, {}, event);
      send(bench);
      return std::pair(bench.told(), bench.gapLines());
    };
    CHECK(heard("DELETE") == std::pair(Lines{}, Lines{"TRUNCATED e1 42..42"}));
    CHECK(heard("INSERT") == std::pair(Lines{"41 INSERT 1 -", "43 INSERT 2 -"}, Lines{}));
    CHECK(heard("UPDATE") == std::pair(Lines{}, Lines{}));
  }
  SUBCASE("its place among the newest changes of rows stays") {
    DeliverySpec latest;
    latest.mode = DeliveryMode::Latest;
    latest.wait = ms(100);
    latest.key.emplace_back("id");
    Bench bench;
    bench.start(40, {}, latest);
    bench.send(message(41, insert(1)));
    bench.send(message(42, truncate));
    bench.send(message(43, insert(1)));
    bench.run(ms(200));
    CHECK(bench.told() == Lines{"41 INSERT 1 -", "42 TRUNCATE - -", "43 INSERT 1 -"});
  }
  SUBCASE("one that was missed comes from the database") {
    Bench bench;
    bench.start();
    bench.send(message(42, insert(2)));
    bench.awaitCall();
    bench.answer(bench.ok(42, message(41, truncate) + "," + message(42, insert(2))));
    CHECK(bench.told() == Lines{"41 TRUNCATE - -", "42 INSERT 2 -"});
  }
}

TEST_CASE("an UPDATE without the values that decide is a gap only for those who may have asked for it") {
  const std::string cut = R"({"id":1,"b":1})";
  const auto gapsFor = [&](const std::string& event, Leaving leaving) {
    Bench bench;
    bench.start(40, {{}, leaving, {}}, {}, event, "b=eq.1,s=eq.x");
    bench.send(message(41, update(cut, cut)));
    bench.send(message(42, moved(cut, kKey)));
    bench.send(message(43, moved(kKey, cut)));
    CHECK(bench.told().empty());
    std::string numbers;
    for (const auto& gap : bench.gaps) numbers += std::to_string(gap.numbers.from) + " ";
    return numbers;
  };
  CHECK(gapsFor("*", Leaving::Delete) == "41 42 43 ");
  CHECK(gapsFor("INSERT", Leaving::Delete) == "");
  CHECK(gapsFor("UPDATE", Leaving::Delete) == "41 43 ");
  CHECK(gapsFor("UPDATE", Leaving::Update) == "41 42 43 ");
  CHECK(gapsFor("DELETE", Leaving::Delete) == "41 42 ");
  CHECK(gapsFor("DELETE", Leaving::Update) == "");
}

TEST_CASE("a table that is tracked again begins another epoch, after a gap") {
  Bench bench;
  bench.start();
  bench.send(message(1, insert(1), "e2"));
  bench.awaitCall();
  bench.answer(bench.ok(1, {}, "e2"));
  CHECK(bench.gapLines() == Lines{"TRACKED_AGAIN e1 41..1"});
  bench.send(message(2, insert(2), "e2"));
  CHECK(bench.told() == Lines{"2 INSERT 2 -"});
}

TEST_CASE("the rest of the filter is decided here; a row that leaves it arrives as asked for") {
  const std::string in = R"({"id":1,"b":1,"s":"x"})";
  const std::string out = R"({"id":1,"b":1,"s":"y"})";
  const auto toldFor = [&](Leaving leaving, const std::string& event) {
    Bench bench;
    bench.start(40, {{}, leaving, {}}, {}, event, "b=eq.1,s=eq.x");
    bench.send(message(41, insert(7, "y") + "," + insert(1)));
    bench.send(message(42, update(in, in)));
    bench.send(message(43, update(in, out)));
    bench.send(message(44, update(out, out) + "," + update(out, in)));
    bench.send(message(45, moved(in, kKey) + "," + moved(out, kKey)));
    bench.send(message(46, moved(kKey, in) + "," + moved(kKey, out)));
    CHECK(bench.gaps.empty());
    return bench.told();
  };
  CHECK(toldFor(Leaving::Delete, "*") ==
        Lines{"41 INSERT 1 -", "42 UPDATE 1 1", "43 DELETE - 1", "44 UPDATE 1 1", "45 DELETE - 1", "46 UPDATE 1 1"});
  CHECK(toldFor(Leaving::Update, "*") ==
        Lines{"41 INSERT 1 -", "42 UPDATE 1 1", "43 UPDATE 1 1", "44 UPDATE 1 1", "45 UPDATE 1 1", "46 UPDATE 1 1"});
  CHECK(toldFor(Leaving::Both, "*") ==
        Lines{"41 INSERT 1 -", "42 UPDATE 1 1", "43 DELETE 1 1", "44 UPDATE 1 1", "45 DELETE 1 1", "46 UPDATE 1 1"});
  CHECK(toldFor(Leaving::Delete, "UPDATE") == Lines{"42 UPDATE 1 1", "44 UPDATE 1 1", "46 UPDATE 1 1"});
  CHECK(toldFor(Leaving::Delete, "DELETE") == Lines{"43 DELETE - 1", "45 DELETE - 1"});
  CHECK(toldFor(Leaving::Delete, "INSERT") == Lines{"41 INSERT 1 -"});
}

TEST_CASE("every way of delivery works on this road") {
  Bench bench;
  DeliverySpec batch;
  batch.mode = DeliveryMode::Batch;
  batch.wait = ms(100);
  DeliverySpec latest;
  latest.mode = DeliveryMode::Latest;
  latest.wait = ms(100);
  latest.key.emplace_back("id");
  DeliverySpec notify;
  notify.payload = false;
  bench.start();
  bench.follow(2, "t", kFilter, {}, batch);
  bench.follow(3, "t", kFilter, {}, latest);
  bench.follow(4, "t", kFilter, {}, notify);
  bench.follow(5, "t", kFilter);
  bench.settle();
  bench.client().pause(SubscriptionId{5});
  bench.send(message(41, insert(1)));
  bench.send(message(42, update(R"({"id":1,"b":1,"s":"x"})", R"({"id":1,"b":1,"s":"y"})")));
  CHECK(bench.told(2).empty());
  bench.run(ms(200));
  CHECK(bench.told(2) == Lines{"41 INSERT 1 -", "42 UPDATE 1 1"});
  REQUIRE(bench.told(3).size() == 1);
  CHECK(bench.changes(3)[0].find(R"("s":"y")") != std::string::npos);
  CHECK(bench.changes(4).size() == 2);
  CHECK(bench.told(5).empty());
  bench.client().resume(SubscriptionId{5});
  CHECK(bench.told(5) == Lines{"41 INSERT 1 -", "42 UPDATE 1 1"});
  for (unsigned id = 1; id <= 5; ++id) CHECK(bench.stateOf(id) == "live");
  CHECK(bench.calls.size() == 1);
}

TEST_CASE("a subscription that continues gets what came since, beside others on the topic") {
  Bench bench;
  bench.start();
  bench.follow(2, "t", kFilter, {{}, Leaving::Delete, RoadOptions::From{"e1", 38}});
  bench.awaitCall();
  CHECK(bench.calls.back().after == 38u);
  bench.answer(bench.ok(40, message(39, insert(39)) + "," + message(40, insert(40))));
  bench.send(message(41, insert(41)));
  CHECK(bench.told(1) == Lines{"41 INSERT 41 -"});
  CHECK(bench.told(2) == Lines{"39 INSERT 39 -", "40 INSERT 40 -", "41 INSERT 41 -"});
}

TEST_CASE("without a topic a subscription is on postgres_changes, and its status says why") {
  Bench bench;
  bench.follow(1, "t", "id=eq.1");
  bench.run(ms(2'000));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.status(1).road.road == Road::PostgresChanges);
  CHECK(bench.status(1).road.fellBack == ReasonCode::NotByKey);
  CHECK(bench.calls.empty());
  bench.server.change("t", "INSERT", R"({"id":1})");
  CHECK(bench.changes(1).size() == 1);
}

TEST_CASE(
    "subscriptions that differ only in how they would take numbered changes share a binding of postgres_changes") {
  for (const std::string event : {"*", "INSERT"}) {
    CAPTURE(event);
    Bench bench;
    const RoadOptions roads[] = {{{}, Leaving::Delete, {}},
                                 {{}, Leaving::Update, {}},
                                 {Road::PostgresChanges},
                                 {{}, Leaving::Delete, RoadOptions::From{"e1", 38}},
                                 {{}, Leaving::Delete, RoadOptions::From{"e1", 38}}};
    unsigned last = 0;
    for (const auto& road : roads) bench.follow(++last, "t", "id=eq.1", road, {}, event);
    bench.run(ms(5'000));
    bench.server.change("t", "INSERT", R"({"id":1})");
    for (unsigned id = 1; id <= last; ++id) {
      CHECK(bench.stateOf(id) == "live");
      CHECK(bench.changes(id).size() == 1);
    }
    bench.unsubscribe(1);
    bench.run(ms(60'000));
    bench.server.change("t", "INSERT", R"({"id":1})");
    for (unsigned id = 2; id <= last; ++id) CHECK(bench.changes(id).size() == 2);
  }
}

TEST_CASE("a narrower subscription has its changes from the shared binding, and who comes back has them too") {
  Bench bench;
  const RoadOptions other{Road::PostgresChanges};
  bench.follow(1, "t", "id=eq.1");
  bench.run(ms(2'000));
  bench.follow(2, "t", "id=eq.1", other);
  bench.follow(3, "t", "id=eq.1", other, {}, "INSERT");
  bench.run(ms(2'000));
  // Nobody but the narrower one is left, long after the others' bindings may end.
  bench.unsubscribe(1);
  bench.unsubscribe(2);
  bench.run(ms(60'000));
  bench.server.change("t", "INSERT", R"({"id":1})");
  CHECK(bench.changes(3).size() == 1);
  // Who comes back gets the next change if it is live by then, and the one after it in any case.
  bench.follow(4, "t", "id=eq.1", other);
  const std::size_t wasLive = bench.stateOf(4) == "live" ? 1 : 0;
  bench.server.change("t", "INSERT", R"({"id":1})");
  CHECK(bench.changes(4).size() == wasLive);
  bench.run(ms(2'000));
  REQUIRE(bench.stateOf(4) == "live");
  bench.server.change("t", "INSERT", R"({"id":1})");
  CHECK(bench.changes(3).size() == 3);
  CHECK(bench.changes(4).size() == wasLive + 1);
}

TEST_CASE("who insists is parked with the reason") {
  Bench bench;
  bench.follow(1, "t", "id=eq.1", {Road::Broadcast});
  bench.run(ms(2'000));
  CHECK(bench.stateOf(1) == "parked");
  CHECK(bench.status(1).code == ReasonCode::NotByKey);
  CHECK(bench.status(1).road.road == Road::Broadcast);
  CHECK(bench.status(1).road.fellBack == ReasonCode::NotByKey);
  CHECK(bench.notices(1) == Lines{"CHANNEL_ERROR NOT_BY_KEY"});
}

TEST_CASE("a topic that the database does not know makes its subscriptions fall back, and no others") {
  Bench bench;
  bench.start();
  bench.follow(2, "t", "b=eq.2");
  bench.awaitCall();
  bench.answer(R"({"v":1,"state":"not_tracked","reason":"no table is tracked under this name"})");
  bench.run(ms(2'000));
  CHECK(bench.status(2).road.road == Road::PostgresChanges);
  CHECK(bench.status(2).road.fellBack == ReasonCode::NotTracked);
  CHECK(bench.status(2).road.message.find("no table is tracked") != std::string::npos);
  CHECK(bench.stateOf(2) == "live");
  CHECK(bench.notices(2) == Lines{"SUBSCRIBED OK"});
  CHECK(bench.gaps.empty());
  CHECK(bench.stateOf(1) == "live");
  bench.send(message(41, insert(1)));
  CHECK(bench.told(1) == Lines{"41 INSERT 1 -"});
  bench.server.change("t", "INSERT", R"({"id":1})");
  CHECK(bench.changes(2).size() == 1);
  CHECK(bench.told(1).size() == 1);
}

TEST_CASE("a live subscription that falls back has a gap until the other road is live") {
  Bench bench;
  bench.start();
  bench.send(message(41, insert(1)));
  bench.send(message(43, insert(3)));
  bench.awaitCall();
  bench.answer(R"({"v":1,"state":"refused","reason":"readers say no"})");
  CHECK(bench.gapLines() == Lines{"TRACK_REFUSED e1 42.. open"});
  bench.run(ms(2'000));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.gapLines() == Lines{"TRACK_REFUSED e1 42.. open", "TRACK_REFUSED e1 42.."});
  CHECK(bench.notices(1) == Lines{"SUBSCRIBED OK", "CHANNEL_ERROR TRACK_REFUSED", "SUBSCRIBED OK"});
}

TEST_CASE("a filter that turns out not to be exact falls back from that message on") {
  Bench bench;
  bench.start(40, {}, {}, "*", "b=eq.1,id=eq.1");
  bench.follow(2, "t", kFilter);
  bench.settle();
  auto text = message(41, insert(1));
  text.replace(text.find(R"("type":"int8")"), 13, R"("type":"cube")");
  bench.send(text);
  CHECK(bench.gapLines() == Lines{"FILTER_NOT_EXACT e1 41.. open"});
  CHECK(bench.told(1).empty());
  CHECK(bench.told(2) == Lines{"41 INSERT 1 -"});
}

TEST_CASE("who insists is parked at run time, too, and joins again when everything is tried again") {
  Bench bench;
  bench.start(40, {Road::Broadcast});
  bench.send(message(42, insert(1)));
  bench.awaitCall();
  bench.answer(R"({"v":1,"state":"not_tracked","reason":"gone"})");
  CHECK(bench.stateOf(1) == "parked");
  CHECK(bench.gapLines() == Lines{"NOT_TRACKED e1 41.. open"});
  bench.run(ms(6'000));
  CHECK_FALSE(bench.hasChannel());
  bench.client().reconnectAll();
  bench.awaitCall();
  bench.answer(bench.ok(5, {}, "e2"));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
  CHECK(bench.gapLines().back() == "NOT_TRACKED e1 41..5");  // of the next epoch
  bench.send(message(6, insert(6), "e2"));
  CHECK(bench.told() == Lines{"6 INSERT 6 -"});
}

TEST_CASE("a function that never answers makes its subscriptions fall back") {
  Bench bench;
  bench.follow(1, "t", kFilter);
  for (int i = 0; i < 6; ++i) {
    bench.awaitCall();
    bench.client().failRpc(bench.calls.back().id);
  }
  bench.run(ms(2'000));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.status(1).road.fellBack == ReasonCode::NoRpc);
}

TEST_CASE("a function that hangs makes its subscriptions fall back after 20 s") {
  Bench bench;
  bench.follow(1, "t", kFilter);
  bench.awaitCall();
  bench.run(ms(19'900), ms(10));
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
  bench.run(ms(2'100), ms(10));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.status(1).road.fellBack == ReasonCode::NoRpc);
}

TEST_CASE("an overflow names the numbers that it cost") {
  auto options = Bench::withTable();
  options.subscriptions.windowBytes = 1'000;
  for (const auto mode : {DeliveryMode::Batch, DeliveryMode::Latest}) {
    Bench bench(options);
    DeliverySpec delivery;
    delivery.mode = mode;
    delivery.wait = ms(1'000);
    if (mode == DeliveryMode::Latest) delivery.key.emplace_back("id");
    bench.start(40, {}, delivery);
    unsigned number = 40;
    while (bench.gaps.empty()) {
      ++number;
      bench.send(message(number, insert(number)));
      REQUIRE(number < 100);
    }
    CHECK(number > 42);
    CHECK(bench.gapLines() == Lines{"OVERFLOW e1 41.." + std::to_string(number)});
    CHECK(bench.gaps[0].fromCommit == "2026-11-27T18:00:00.141Z");
    bench.send(message(number + 1, insert(number + 1)));
    bench.run(ms(2'000));
    CHECK(bench.told() == Lines{std::to_string(number + 1) + " INSERT " + std::to_string(number + 1) + " -"});
  }
}

TEST_CASE("an overflow of numbers of two epochs does not count them") {
  auto options = Bench::withTable();
  options.subscriptions.windowBytes = 300;
  Bench bench(options);
  bench.start();
  bench.client().pause(SubscriptionId{1});
  bench.send(message(41, insert(1)));
  bench.send(message(1, insert(1), "e2"));
  bench.awaitCall();
  bench.answer(bench.ok(1, {}, "e2"));
  REQUIRE(bench.gapLines() == Lines{"TRACKED_AGAIN e1 42..1"});
  bench.gaps.clear();
  for (unsigned number = 2; bench.gaps.empty() && number < 100; ++number) bench.send(message(number, insert(1), "e2"));
  CHECK(bench.gapLines() == Lines{"OVERFLOW  0.."});
}

TEST_CASE("the database says why the server refuses a topic") {
  const auto refusedWith = [](const std::function<void(Bench&)>& answer) {
    Bench bench;
    bench.server.privateTopics.insert(kTopic);
    bench.follow(1, "t", kFilter);
    bench.awaitCall();
    CHECK(bench.stateOf(1) == "joining");
    CHECK_FALSE(bench.calls.back().after);
    answer(bench);
    bench.run(ms(15'000));
    CHECK(bench.status(1).road.road == Road::PostgresChanges);
    CHECK(bench.stateOf(1) == "live");
    CHECK(bench.gaps.empty());
    return bench.status(1).road;
  };
  const auto answered = [&](const std::string& text) { return refusedWith([&](Bench& bench) { bench.answer(text); }); };
  const auto notTracked = answered(R"({"v":1,"state":"not_tracked","reason":"no table is tracked under this name"})");
  CHECK(notTracked.fellBack == ReasonCode::NotTracked);
  CHECK(notTracked.message ==
        "The database does not track the table like this. no table is tracked under this name To track it: `npx "
        "switchboard-realtime doctor --track t --by b`.");
  const auto refused = answered(R"({"v":1,"state":"refused","reason":"readers say no"})");
  CHECK(refused.fellBack == ReasonCode::TrackRefused);
  CHECK(refused.message == "The database refuses the topic. readers say no");
  const auto other = answered(R"({"v":2,"state":"ok"})");
  CHECK(other.fellBack == ReasonCode::NoRpc);
  CHECK(other.message ==
        "Run the track.sql of this package in the database. It has version 2, this client knows version 1.");
  const auto silent = [](Bench& bench) { bench.run(ms(10'100)); };
  const auto failing = [](Bench& bench) { bench.client().failRpc(bench.calls.back().id); };
  for (const auto& road : {answered(Bench::ok(40)), answered("{"), refusedWith(silent), refusedWith(failing)}) {
    CHECK(road.fellBack == ReasonCode::TrackRefused);
    CHECK(road.message ==
          "The database refuses the topic. Unauthorized: You do not have permissions to read from this Channel topic: "
          "switchboard:t:1");
  }
}

TEST_CASE("a refused topic that is let in while the database is asked is followed") {
  Bench bench;
  UserChannelSpec spec;
  spec.name = kTopic;
  spec.isPrivate = true;
  bench.server.privateTopics.insert(kTopic);
  bench.openSpec(9, spec);
  bench.follow(1, "t", kFilter);
  bench.awaitCall();
  const auto asked = bench.calls.back().id;
  bench.server.privateTopics.clear();
  bench.client().provideToken(0, "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYSIsImV4cCI6OTk5OTk5OTk5OX0.x");
  bench.awaitCall();
  CHECK(bench.cancelled.back() == asked);
  bench.answer(bench.ok(40));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
}

/// The answer of a database that says which tables share the topic's name.
std::string withTables(const std::string& answer, const std::string& tables) {
  auto text = answer;
  return text.insert(text.size() - 1, R"(,"tables":)" + tables);
}

TEST_CASE("a table that the database does not track under the name, or by another column, is not followed") {
  const auto roadWith = [](const std::string& tables) {
    Bench bench;
    bench.follow(1, "t", kFilter);
    bench.awaitCall();
    bench.answer(withTables(Bench::ok(40), tables));
    bench.run(ms(2'000));
    CHECK(bench.stateOf(1) == "live");
    return bench.status(1).road;
  };
  CHECK(roadWith(R"([{"schema":"public","table":"u","by":"c"},{"schema":"public","table":"t","by":"b"}])") ==
        RoadStatus{Road::Broadcast});
  const std::string start = "The database does not track the table like this. ";
  const std::string end = " To track it: `npx switchboard-realtime doctor --track t --by b`.";
  const auto messageWith = [&](const std::string& tables) {
    const auto road = roadWith(tables);
    CHECK(road.fellBack == ReasonCode::NotTracked);
    return road.message;
  };
  CHECK(messageWith(R"([{"schema":"public","table":"t","by":"shop"}])") == start + "It tracks it by `shop`." + end);
  CHECK(messageWith(R"([{"schema":"public","table":"t","by":""}])") == start + "It tracks it without a column." + end);
  CHECK(messageWith(R"([{"schema":"other","table":"t","by":"b"},{"schema":"public","table":"u","by":"b"}])") ==
        start + "It tracks other tables under this name." + end);
}

TEST_CASE("columns are selected here, as the server would: with the primary key, in the order of the table") {
  Bench bench;
  const auto select = [&](unsigned id, Vector<std::string> columns) {
    const auto error = bench.client().subscribe(SubscriptionId{id}, {"*", "public", "t", kFilter, std::move(columns)});
    CHECK_FALSE(error);
  };
  select(1, {"s"});
  select(2, {"s", "b"});
  select(3, {"nope"});
  bench.follow(4, "t", kFilter);
  bench.awaitCall();
  bench.answer(bench.ok(40));
  const auto keyed = [](std::string text) {
    const std::string before = R"("columns":)" + kColumns;
    return text.replace(text.find(before), before.size(), before + R"(,"key":["id"])");
  };
  bench.send(keyed(message(41, update(R"({"id":1,"b":1,"s":"x"})", R"({"id":1,"b":1,"s":"y"})"))));
  CHECK(bench.changes(1) ==
        Lines{R"({"data":{"table":"t","schema":"public","type":"UPDATE","columns":)"
              R"([{"name":"id","type":"int8"},{"name":"s","type":"text"}],)"
              R"("commit_timestamp":"2026-11-27T18:00:00.141Z","number":41,"epoch":"e1",)"
              R"("record":{"id":1,"s":"y"},"old_record":{"id":1,"s":"x"},"errors":null},"ids":[]})"});
  CHECK(bench.changes(2)[0].find(R"("record":{"id":1,"b":1,"s":"y"})") != std::string::npos);
  CHECK(bench.changes(4)[0].find(kColumns) != std::string::npos);
  CHECK(bench.status(3).road.fellBack == ReasonCode::FilterNotExact);
  CHECK(bench.status(3).road.message == "`select` names a column that the changes do not have: nope");
  bench.send(message(42, insert(2)));  // of a database that does not say what the primary key is
  CHECK(bench.status(1).road.fellBack == ReasonCode::FilterNotExact);
  CHECK(bench.told(4) == Lines{"41 UPDATE 1 1", "42 INSERT 2 -"});
}

TEST_CASE("a beat that was skipped makes the topics ask") {
  Bench bench;
  bench.start();
  bench.run(ms(1'000));
  bench.broadcast("beat", R"({"v":1,"seq":1,"every_ms":5000})", "switchboard:beat");
  bench.broadcast("beat", R"({"v":1,"seq":3,"every_ms":5000})", "switchboard:beat");
  bench.awaitCall();
  CHECK(bench.calls.back().after == 40u);
  bench.answer(bench.ok(41, message(41, insert(1))));
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
}

TEST_CASE("a position that is ahead is a hole") {
  Bench bench;
  bench.start();
  bench.broadcast("position", R"({"v":1,"epoch":"e1","last":41})");
  bench.awaitCall();
  bench.answer(bench.ok(41, message(41, insert(1))));
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
}

TEST_CASE("the last subscription of a topic takes its call and its channels along") {
  Bench bench;
  bench.follow(1, "t", kFilter);
  bench.awaitCall();
  bench.unsubscribe(1);
  CHECK(bench.cancelled == std::vector<std::uint32_t>{bench.calls[0].id});
  bench.answer(bench.ok(40));
  bench.run(ms(30'000));
  CHECK(bench.server.channels().empty());
  CHECK(bench.client().deadlines().size() == 0);
  CHECK(bench.client().status().overall() == OverallState::Idle);
  bench.start();
}

TEST_CASE("handles of the application on the topic hear its broadcasts, and take nothing from the subscriptions") {
  Bench bench;
  bench.start();
  UserChannelSpec spec;
  spec.name = kTopic;
  spec.isPrivate = true;
  bench.openSpec(9, spec);
  bench.settle();
  CHECK(bench.errors.empty());
  bench.send(message(41, insert(1)));
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
  CHECK(bench.takeHeard().size() == 1);
  bench.unsubscribe(1);
  bench.broadcast("changes", message(42, insert(2)));
  CHECK(bench.takeHeard().size() == 1);
}

TEST_CASE("what the application sends on the topic itself is no change") {
  Bench bench;
  bench.start();
  UserChannelSpec spec;
  spec.name = kTopic;
  spec.isPrivate = true;
  bench.openSpec(9, spec);
  bench.openSpec(10, spec);
  bench.run(ms(2'000));
  bench.takeHeard();
  Push push{PushId{1}, HandleId{9}, "changes"};
  push.payload = message(41, insert(666));
  bench.client().push(std::move(push));
  bench.run(ms(100));
  CHECK(bench.told().empty());
  CHECK(bench.takeHeard().size() == 1);
  bench.send(message(41, insert(1)));
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
}

TEST_CASE("a live channel that joins again, for presence, makes the topic ask") {
  Bench bench;
  bench.start();
  bench.run(ms(5'000));
  const auto calls = bench.calls.size();
  UserChannelSpec spec;
  spec.name = kTopic;
  spec.isPrivate = true;
  bench.openSpec(9, spec, {false, true});
  bench.awaitCall();
  CHECK(bench.calls.back().after == 40u);
  bench.answer(bench.ok(41, message(41, insert(1))));
  CHECK(bench.told() == Lines{"41 INSERT 1 -"});
  bench.run(ms(60'000));
  CHECK(bench.calls.size() == calls + 1);
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.notices(1) == Lines{"SUBSCRIBED OK"});
}

TEST_CASE("a value that makes the topic longer than a channel may be is not for the broadcast road") {
  Bench bench;
  bench.follow(1, "t", "b=eq." + std::string(250 - 14, 'x'));
  bench.run(ms(2'000));
  CHECK(bench.status(1).road.fellBack == ReasonCode::NotByKey);
}

TEST_CASE("with another token a refused topic is tried again, also while the application has a handle on it") {
  for (const bool hasHandle : {false, true}) {
    CAPTURE(hasHandle);
    Bench bench;
    bench.server.joinError = "Unauthorized: You do not have permissions to read from this Channel topic: " + kTopic;
    UserChannelSpec spec;
    spec.name = kTopic;
    spec.isPrivate = true;
    if (hasHandle) bench.openSpec(9, spec);
    bench.follow(1, "t", kFilter, {Road::Broadcast});
    while (bench.stateOf(1) != "parked") bench.run(ms(1), ms(1));
    bench.run(ms(500));
    bench.server.joinError.clear();
    bench.client().provideToken(0, "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYSIsImV4cCI6OTk5OTk5OTk5OX0.x");
    bench.awaitCall();
    bench.answer(bench.ok(40));
    CHECK(bench.stateOf(1) == "live");
  }
}

TEST_CASE("disposing of a client in the midst of it leaves nothing") {
  Bench bench;
  bench.start();
  bench.send(message(43, insert(1)));
  bench.client().dispose();
  CHECK(bench.client().deadlines().size() == 0);
}

TEST_CASE("a client without tracked tables asks for no topic") {
  Harness harness;
  harness.subscribe(1, "t", "*", kFilter);
  harness.run(ms(2'000));
  CHECK(harness.server.joins.size() == 1);
  CHECK(harness.status(1).road == RoadStatus{});
  CHECK(harness.calls.empty());
}

}  // namespace
}  // namespace switchboard
