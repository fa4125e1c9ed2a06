#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "tracked/tracked_bench.h"

/// Subscriptions to a topic of which it is known that the server refuses it: a join that is refused holds up everything
/// on its socket for 5 s.
namespace switchboard {
namespace {

using testing::Bench;
using testing::insert;
using testing::kFilter;
using testing::kRefused;
using testing::kTopic;
using testing::Lines;
using testing::message;
using testing::ms;

const std::string kMore = kFilter + ",s=eq.x";

/// A subscription that fell back since the server refuses its topic.
struct Refused : Bench {
  Refused() {
    server.privateTopics.insert(kTopic);
    follow(1, "t", kFilter);
    awaitCall();
    answer(kRefused);
    run(ms(2'000));
    REQUIRE(status(1).road.road == Road::PostgresChanges);
    REQUIRE(stateOf(1) == "live");
    joinsBefore = privateJoins();
  }
  std::size_t privateJoins() const {
    const auto isPrivate = [](const auto& join) { return join["config"].value("private", false); };
    return static_cast<std::size_t>(std::count_if(server.joins.begin(), server.joins.end(), isPrivate));
  }
  bool hasJoined() const { return privateJoins() > joinsBefore; }

  std::size_t joinsBefore = 0;
};

TEST_CASE("a new key of a refused topic is live on postgres_changes without a join that would be refused") {
  Refused bench;
  bench.follow(2, "t", kMore);
  bench.run(ms(2'000));
  CHECK(bench.stateOf(2) == "live");
  CHECK(bench.status(2).road.road == Road::PostgresChanges);
  CHECK(bench.status(2).road.fellBack == ReasonCode::TrackRefused);
  CHECK(bench.gaps.empty());
  bench.follow(3, "t", kFilter + ",id=eq.1", {Road::Broadcast});
  bench.run(ms(2'000));
  CHECK(bench.stateOf(3) == "parked");
  CHECK_FALSE(bench.hasJoined());
}

TEST_CASE("one that continues after a number gets a gap from there") {
  Refused bench;
  bench.follow(2, "t", kMore, {{}, {}, RoadOptions::From{"e1", 40}});
  bench.run(ms(2'000));
  CHECK(bench.stateOf(2) == "live");
  CHECK(bench.gapLines() == Lines{"TRACK_REFUSED e1 41.. open", "TRACK_REFUSED e1 41.."});
  CHECK_FALSE(bench.hasJoined());
}

TEST_CASE("it has the database asked, unless that was a short time ago, and returns with the others") {
  Refused bench;
  bench.awaitCall(ms(76'000));
  bench.answer(kRefused);
  const auto asked = bench.calls.size();
  bench.follow(2, "t", kMore);
  bench.run(ms(2'000));
  CHECK(bench.calls.size() == asked);
  bench.run(ms(60'000));
  CHECK(bench.calls.size() == asked);
  bench.follow(3, "t", kFilter + ",id=eq.1");
  bench.awaitCall(ms(1'000));
  bench.server.privateTopics.clear();
  for (int i = 0; i < 3; ++i) {
    bench.answer(bench.ok(40));
    if (i < 2) bench.awaitCall();
  }
  for (const unsigned id : {1, 2, 3}) CHECK(bench.status(id).road.road == Road::Broadcast);
  bench.send(message(41, insert(1)));
  for (const unsigned id : {1, 2, 3}) CHECK(bench.told(id) == Lines{"41 INSERT 1 -"});
}

TEST_CASE(
    "the refusal is known for a minute after the last key has gone, also without a timer, and not with another token") {
  const auto joins = [](const std::function<void(Refused&)>& act) {
    Refused bench;
    bench.unsubscribe(1);
    act(bench);
    bench.follow(2, "t", kMore);
    bench.run(ms(2'000));
    return bench.hasJoined();
  };
  CHECK_FALSE(joins([](Refused&) {}));
  CHECK_FALSE(joins([](Refused& bench) {
    bench.run(ms(40'000));
    CHECK(bench.client().deadlines().size() == 0);
  }));
  CHECK(joins([](Refused& bench) { bench.run(ms(60'000)); }));
  CHECK(joins([](Refused& bench) {
    bench.client().provideToken(0, "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYSIsImV4cCI6OTk5OTk5OTk5OX0.x");
  }));
}

TEST_CASE("a key that may take no other road joins again once the refusal is old") {
  Refused bench;
  bench.unsubscribe(1);
  bench.follow(2, "t", kMore, {Road::Broadcast});
  bench.run(ms(2'000));
  CHECK(bench.stateOf(2) == "parked");
  CHECK_FALSE(bench.hasJoined());
  bench.server.privateTopics.clear();
  bench.awaitCall(ms(400'000));
  bench.answer(bench.ok(40));
  CHECK(bench.stateOf(2) == "live");
}

TEST_CASE("with a token that is let in, a key that may take no other road is live beside one that fell back") {
  Refused bench;
  bench.follow(2, "t", kMore, {Road::Broadcast});
  bench.run(ms(2'000));
  REQUIRE(bench.stateOf(2) == "parked");
  bench.server.privateTopics.clear();
  bench.client().provideToken(0, "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYSIsImV4cCI6OTk5OTk5OTk5OX0.x");
  for (int calls = 0; calls < 2; ++calls) {  // whether the other may return, and where this one begins
    bench.awaitCall(ms(5'000));
    bench.answer(bench.ok(40));
  }
  bench.run(ms(2'000));
  CHECK(bench.stateOf(2) == "live");
  CHECK(bench.status(2).road.road == Road::Broadcast);
}

/// A database that is read only for a while: the server can't evaluate policies, and says that they deny.
void refuse(Bench& bench) {
  while (!bench.hasChannel("switchboard:beat")) bench.run(ms(10));
  bench.server.privateTopics.insert({kTopic, "switchboard:beat"});
  bench.network.last().closeFromServer(1006);
}

TEST_CASE("a topic that was joined, and is refused without the database's consent, is tried again and misses nothing") {
  using Answer = std::function<void(Bench&)>;
  const Answer answers[] = {
      [](Bench& bench) { bench.answer(Bench::ok(40)); }, [](Bench& bench) { bench.answer("{"); },
      [](Bench& bench) { bench.client().failRpc(bench.calls.back().id); },
      [](Bench& bench) { bench.run(ms(10'100)); },  // none
  };
  for (const auto& say : answers) {
    Bench bench;
    bench.start();
    refuse(bench);
    for (int i = 0; i < 3; ++i) {
      bench.awaitCall();
      CHECK_FALSE(bench.calls.back().after);
      CHECK(bench.stateOf(1) == "joining");
      say(bench);
    }
    bench.server.privateTopics.clear();
    bench.awaitCall();
    CHECK(bench.calls.back().after == 40u);
    bench.answer(Bench::ok(41, message(41, insert(1))));
    CHECK(bench.stateOf(1) == "live");
    CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
    CHECK(bench.told() == Lines{"41 INSERT 1 -"});
    CHECK(bench.gaps.empty());
    bench.run(ms(2'000));
    CHECK(bench.hasChannel("switchboard:beat"));
  }
}

TEST_CASE("it falls back when that goes on, and at once when the database says why") {
  Bench bench;
  bench.start();
  refuse(bench);
  for (int i = 0; i < 5; ++i) {
    bench.awaitCall();
    bench.answer(Bench::ok(40));
  }
  bench.run(ms(2'000));
  CHECK(bench.status(1).road.fellBack == ReasonCode::TrackRefused);
  CHECK(bench.gapLines() == Lines{"TRACK_REFUSED e1 41.. open", "TRACK_REFUSED e1 41.."});
  Bench other;
  other.start();
  refuse(other);
  other.awaitCall();
  other.answer(kRefused);
  CHECK(other.status(1).road.fellBack == ReasonCode::TrackRefused);
}

TEST_CASE("a topic that is closed while it waits to be tried again leaves nothing") {
  Bench bench;
  bench.start();
  refuse(bench);
  bench.awaitCall();
  bench.answer(Bench::ok(40));
  bench.unsubscribe(1);
  bench.run(ms(120'000));
  CHECK(bench.server.channels().empty());
  CHECK(bench.client().deadlines().size() == 0);
}

}  // namespace
}  // namespace switchboard
