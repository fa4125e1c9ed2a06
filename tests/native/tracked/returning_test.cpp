#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "tracked/tracked_bench.h"

/// Subscriptions that fell back to postgres_changes and return to broadcasts.
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

const std::string kNotTracked = R"({"v":1,"state":"not_tracked","reason":"no table is tracked under this name"})";

/// Longer than the first wait, and shorter than two of them.
constexpr Duration kFirstWait{76'000};

/// A subscription that fell back to postgres_changes, and is live there.
struct Fallen : Bench {
  Fallen() {
    follow(1, "t", kFilter);
    awaitCall();
    answer(kRefused);
    run(ms(2'000));
    REQUIRE(road() == Road::PostgresChanges);
    REQUIRE(stateOf(1) == "live");
    gaps.clear();
  }
  Road road() const { return status(1).road.road; }
  /// Until the database is asked whether the topic may be joined, which it may.
  void allow(unsigned last = 40) {
    awaitCall(kFirstWait);
    CHECK_FALSE(calls.back().after);
    answer(ok(last));
  }
  /// The channel's position; then the one since which the changes come from here.
  void returnTo(unsigned last = 40) {
    awaitCall();
    answer(ok(last));
    CHECK(stateOf(1) == "joining");
    awaitCall();
    answer(ok(last));
  }
};

TEST_CASE("a key that fell back returns after a minute: a gap up to a number, and all changes after it") {
  Fallen bench;
  bench.server.change("t", "INSERT", R"({"id":1,"b":1})");
  bench.allow();
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.road() == Road::PostgresChanges);
  CHECK(bench.status(1).road.fellBack == ReasonCode::TrackRefused);
  bench.awaitCall();
  bench.answer(bench.ok(40));
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
  CHECK(bench.gapLines() == Lines{"RESUBSCRIBED  0.. open"});
  CHECK(bench.gaps[0].fromCommit == "2026-11-22T12:00:00.000Z");
  bench.server.change("t", "INSERT", R"({"id":2,"b":1})");  // is in the gap
  bench.send(message(41, insert(41)));                      // likewise
  bench.awaitCall();
  CHECK(bench.calls.back().after == 41u);
  bench.answer(bench.ok(42, message(42, insert(42))));  // likewise
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.gapLines() == Lines{"RESUBSCRIBED  0.. open", "RESUBSCRIBED e1 0..42"});
  bench.send(message(43, insert(43)));
  bench.send(message(42, insert(42)));
  CHECK(bench.told() == Lines{"- INSERT 1 -", "43 INSERT 43 -"});
  CHECK(bench.notices(1) == Lines{"SUBSCRIBED OK", "SUBSCRIBED OK"});
  bench.run(ms(10'000));
  for (const auto& channel : bench.server.channels()) CHECK(channel.bindings.empty());
}

TEST_CASE("a trial that fails costs nothing: the key stays where it is, and is tried less and less often") {
  Fallen bench;
  const auto joins = bench.server.joins.size();
  Vector<std::int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    const auto before = bench.clock.now();
    bench.awaitCall(ms(40 * 60'000));
    waits.push_back((bench.clock.now() - before) / ms(1'000));
    bench.answer(kNotTracked);
    CHECK(bench.status(1).road.fellBack == ReasonCode::NotTracked);
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const auto least = std::min<std::int64_t>(60 << i, 1'800);
    CAPTURE(i);
    CHECK(waits[i] >= least - 2);  // the first wait began before
    CHECK(waits[i] <= least * 5 / 4 + 1);
  }
  CHECK(bench.server.joins.size() == joins);
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.gaps.empty());
  bench.server.change("t", "INSERT", R"({"id":1,"b":1})");
  CHECK(bench.told() == Lines{"- INSERT 1 -"});
}

TEST_CASE("calls of a trial that fail or hang are repeated with the next one") {
  Fallen bench;
  bench.awaitCall(kFirstWait);
  bench.client().failRpc(bench.calls.back().id);
  bench.awaitCall(ms(160'000));
  const auto hanging = bench.calls.back().id;
  bench.run(ms(10'100));
  CHECK(bench.cancelled.back() == hanging);
  bench.awaitCall(ms(310'000));
  bench.answer(bench.ok(40));
  bench.returnTo();
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.road() == Road::Broadcast);
}

TEST_CASE("another token, and reconnecting everything, are reasons to try at once") {
  const auto asks = [](const std::function<void(Fallen&)>& act) {
    Fallen bench;
    act(bench);
    bench.awaitCall(ms(1'000));
    bench.answer(bench.ok(40));
    bench.returnTo();
    CHECK(bench.road() == Road::Broadcast);
    CHECK(bench.stateOf(1) == "live");
  };
  asks([](Fallen& bench) {
    bench.client().provideToken(0, "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYSIsImV4cCI6OTk5OTk5OTk5OX0.x");
  });
  asks([](Fallen& bench) { bench.client().reconnectAll(); });
}

TEST_CASE("a key returns when another one of its topic gets through") {
  Fallen bench;
  bench.follow(2, "t", kFilter + ",s=eq.x");
  bench.awaitCall();
  bench.answer(bench.ok(40));
  CHECK(bench.stateOf(2) == "live");
  CHECK(bench.status(1).road.road == Road::Broadcast);
  bench.send(message(41, insert(41)));
  bench.awaitCall();
  bench.answer(bench.ok(41));
  bench.send(message(42, insert(42)));
  CHECK(bench.told(2) == Lines{"41 INSERT 41 -", "42 INSERT 42 -"});
  CHECK(bench.told(1) == Lines{"42 INSERT 42 -"});
  CHECK(bench.gapLines() == Lines{"RESUBSCRIBED  0.. open", "RESUBSCRIBED e1 0..41"});
}

TEST_CASE("every cause of a fallback at run time ends") {
  const auto fallAndReturn = [](const std::function<void(Bench&)>& fall, ReasonCode code) {
    CAPTURE(toString(code));
    Bench bench;
    bench.start();
    fall(bench);
    bench.run(ms(5'000));
    CHECK(bench.status(1).road.road == Road::PostgresChanges);
    CHECK(bench.status(1).road.fellBack == code);
    CHECK(bench.stateOf(1) == "live");
    bench.server.privateTopics.clear();
    bench.awaitCall(kFirstWait);
    bench.answer(bench.ok(50));
    bench.awaitCall();
    bench.answer(bench.ok(50));
    bench.awaitCall();
    bench.answer(bench.ok(50));
    CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
    CHECK(bench.stateOf(1) == "live");
    bench.send(message(51, insert(51)));
    CHECK(bench.told() == Lines{"51 INSERT 51 -"});
  };
  const auto askAndAnswer = [](const std::string& text) {
    return [text](Bench& bench) {
      bench.send(message(42, insert(42)));
      bench.awaitCall();
      bench.answer(text);
    };
  };
  fallAndReturn(askAndAnswer(kRefused), ReasonCode::TrackRefused);
  fallAndReturn(askAndAnswer(kNotTracked), ReasonCode::NotTracked);
  fallAndReturn(askAndAnswer(R"({"v":2,"state":"ok"})"), ReasonCode::NoRpc);
  fallAndReturn(
      [](Bench& bench) {  // the channel is refused after a reconnect
        bench.server.privateTopics.insert(kTopic);
        bench.network.last().closeFromServer(1006);
        bench.awaitCall();
        bench.answer(kRefused);
      },
      ReasonCode::TrackRefused);
}

TEST_CASE("a function that did not answer for long, and does again") {
  Bench bench;
  bench.follow(1, "t", kFilter);
  for (int i = 0; i < 6; ++i) {
    bench.awaitCall();
    bench.client().failRpc(bench.calls.back().id);
  }
  bench.run(ms(2'000));
  CHECK(bench.status(1).road.fellBack == ReasonCode::NoRpc);
  for (int i = 0; i < 3; ++i) {
    bench.awaitCall(kFirstWait);
    bench.answer(bench.ok(40));
  }
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
  CHECK(bench.stateOf(1) == "live");
}

/// With a column of another type.
std::string textual(const std::string& text) {
  auto changed = text;
  const std::string before = R"({"name":"s","type":"text"})";
  return changed.replace(changed.find(before), before.size(), R"({"name":"s","type":"bpchar"})");
}

TEST_CASE("whether a filter can be decided again shows with a change, before the key leaves its binding") {
  Bench bench;
  bench.start(40, {}, {}, "*", kFilter + ",s=eq.x");
  bench.send(textual(message(41, insert(41))));
  bench.run(ms(2'000));
  CHECK(bench.status(1).road.fellBack == ReasonCode::FilterNotExact);
  bench.gaps.clear();
  bench.awaitCall(kFirstWait);
  bench.answer(bench.ok(41));
  bench.awaitCall();
  bench.answer(bench.ok(41));
  bench.send(textual(message(42, insert(42))));
  CHECK(bench.gaps.empty());
  CHECK(bench.status(1).road.road == Road::PostgresChanges);
  bench.awaitCall(ms(160'000));
  bench.answer(bench.ok(42));
  bench.awaitCall();
  bench.answer(bench.ok(42));
  bench.run(ms(60'000));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.status(1).road.road == Road::PostgresChanges);
  bench.send(message(43, insert(43)));
  bench.awaitCall();
  bench.answer(bench.ok(43));
  CHECK(bench.status(1).road == RoadStatus{Road::Broadcast});
  bench.send(message(44, insert(44)));
  CHECK(bench.told() == Lines{"44 INSERT 44 -"});
  CHECK(bench.gapLines() == Lines{"RESUBSCRIBED  0.. open", "RESUBSCRIBED e1 0..43"});
}

TEST_CASE("when the answer after the change-over does not come, the key falls back again") {
  Fallen bench;
  bench.allow();
  bench.awaitCall();
  bench.answer(bench.ok(40));
  CHECK(bench.road() == Road::Broadcast);
  bench.run(ms(12'000));
  CHECK(bench.road() == Road::PostgresChanges);
  CHECK(bench.status(1).road.fellBack == ReasonCode::NoRpc);
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.gapLines() == Lines{"RESUBSCRIBED  0.. open", "RESUBSCRIBED  0.."});
  bench.server.change("t", "INSERT", R"({"id":1,"b":1})", "2026-11-22T12:00:01.000Z");
  CHECK(bench.told() == Lines{"- INSERT 1 -"});
}

TEST_CASE("a line that goes during the change-over only makes it take longer") {
  Fallen bench;
  bench.allow();
  bench.awaitCall();
  bench.answer(bench.ok(40));
  bench.loseServer();
  bench.run(ms(25'000));
  CHECK(bench.road() == Road::Broadcast);
  bench.server.acceptSockets = true;
  bench.awaitCall();
  bench.answer(bench.ok(41, message(41, insert(41))));
  CHECK(bench.stateOf(1) == "live");
  CHECK(bench.gapLines().back() == "RESUBSCRIBED e1 0..41");
  CHECK(bench.told().empty());
}

TEST_CASE("a key that is gone is not tried any more, before, during and after the trial") {
  for (int calls = 0; calls <= 3; ++calls) {
    CAPTURE(calls);
    Fallen bench;
    for (int i = 0; i < calls; ++i) {
      bench.awaitCall(kFirstWait);
      bench.answer(bench.ok(40));
    }
    bench.unsubscribe(1);
    bench.run(ms(120'000));
    CHECK(bench.server.channels().empty());
    CHECK(bench.client().deadlines().size() == 0);
  }
}

TEST_CASE("a binding that other keys use outlives the key that it was made for") {
  Fallen bench;
  bench.follow(2, "t", kFilter, {{}, RoadOptions::Leaving::Both, {}});
  bench.awaitCall();
  bench.answer(kRefused);
  bench.run(ms(2'000));
  CHECK(bench.status(2).road.road == Road::PostgresChanges);
  bench.follow(3, "t", kFilter, {Road::PostgresChanges});
  bench.run(ms(2'000));
  bench.allow();
  bench.returnTo();
  CHECK(bench.status(1).road.road == Road::Broadcast);
  CHECK(bench.status(2).road.road == Road::Broadcast);
  CHECK(bench.stateOf(2) == "live");
  bench.unsubscribe(1);
  bench.follow(4, "t", kFilter, {Road::PostgresChanges});
  bench.run(ms(2'000));
  CHECK(bench.stateOf(4) == "live");
  bench.server.change("t", "INSERT", R"({"id":1,"b":1})");
  bench.send(message(41, insert(41)));
  CHECK(bench.told(2) == Lines{"41 INSERT 41 -"});
  CHECK(bench.told(3) == Lines{"- INSERT 1 -"});
  CHECK(bench.told(4) == Lines{"- INSERT 1 -"});
  bench.follow(5, "t", kFilter);
  bench.settle();
  CHECK(bench.stateOf(5) == "live");
  bench.send(message(42, insert(42)));
  CHECK(bench.told(5) == Lines{"42 INSERT 42 -"});
  for (const unsigned id : {2, 3, 4, 5}) bench.unsubscribe(id);
  bench.run(ms(120'000));
  CHECK(bench.server.channels().empty());
}

}  // namespace
}  // namespace switchboard
