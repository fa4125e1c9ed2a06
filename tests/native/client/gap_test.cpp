#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness.h"

using namespace switchboard;
using namespace switchboard::testing;

namespace {

std::string row(int id) {
  return R"({"id": )" + std::to_string(id) + "}";
}

}  // namespace

TEST_SUITE("gaps") {
  TEST_CASE("a lost connection is one gap per subscription, from the last change that came to live again") {
    Harness h;
    h.subscribe(1, "bookings");
    h.subscribe(2, "bookings");
    h.settle();
    CHECK(h.gaps.empty());
    h.server.change("bookings", "INSERT", row(1));
    h.timer.advance(Duration{3'000});
    h.network.last().closeFromServer(1006);
    REQUIRE(h.gaps.size() == 2);
    CHECK(h.gaps[0].code == ReasonCode::ConnectionLost);
    CHECK(h.gaps[0].from <= kWallStart);
    CHECK(h.gaps[0].fromCommit == "2026-11-22T12:00:00.000Z");
    CHECK_FALSE(h.gaps[0].to);
    CHECK(h.gaps[0].id == h.gaps[1].id);
    h.run(Duration{2'000});
    REQUIRE(h.gaps.size() == 4);
    CHECK(h.gaps[2].id == h.gaps[0].id);
    CHECK(h.gaps[2].to);
    CHECK(h.gaps[2].subscription == SubscriptionId{1});
    CHECK(h.gaps[3].subscription == SubscriptionId{2});
  }

  TEST_CASE("several failures before it is live again are one gap") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    for (int i = 0; i < 3; ++i) {
      h.server.answerJoins = false;
      h.network.last().closeFromServer(1006);
      h.run(Duration{4'000});
    }
    h.server.answerJoins = true;
    h.run(Duration{20'000});
    REQUIRE(h.status(1).state == SubscriptionState::Live);
    CHECK(h.gaps.size() == 2);
  }

  TEST_CASE("a half-open link's gap begins when the link was last heard, not when it was given up") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    const WallTime lastFrame = h.clock.wallNow();
    h.server.answerHeartbeats = false;
    h.run(Duration{25'100});
    REQUIRE_FALSE(h.gaps.empty());
    CHECK(h.gaps[0].code == ReasonCode::HalfOpen);
    CHECK(h.gaps[0].from - lastFrame <= Duration{1});
  }

  TEST_CASE("a repeated announcement that nothing asked for is a gap, one after a token push is not") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    const auto channel = h.server.channels().front();
    h.client().provideToken(0, "t1");
    h.run(Duration{2'000});
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    CHECK(h.gaps.empty());
    h.run(Duration{20'000});
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::Resubscribed);
    CHECK(h.gaps[0].to);
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("an announcement that comes too soon after a token push to be its answer is a gap, the answer is none") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    const auto channel = h.server.channels().front();
    h.server.change("bookings", "INSERT", row(1), "2026-11-22T12:00:01.000Z");
    h.run(Duration{20'000});
    h.client().provideToken(0, "t1");
    h.run(Duration{950});
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");  // was under way
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::Resubscribed);
    CHECK(h.gaps[0].fromCommit == "2026-11-22T12:00:01.000Z");
    h.run(Duration{1'500});
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    CHECK(h.gaps.size() == 1);
  }

  TEST_CASE("a rebuild is no gap") {
    Harness h;
    for (unsigned id = 1; id <= 3; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.settle();
    h.unsubscribe(2);
    h.unsubscribe(3);
    h.run(Duration{20'000});
    CHECK(h.server.joins.size() == 2);
    CHECK(h.gaps.empty());
  }

  TEST_CASE("a window that overflows is a gap") {
    ClientOptions options;
    options.subscriptions.windowBytes = 1'000;
    Harness h(options);
    DeliverySpec batch;
    batch.mode = DeliveryMode::Batch;
    batch.wait = Duration{1'000};
    REQUIRE_FALSE(h.client().subscribe(SubscriptionId{1}, {"*", "public", "bookings", {}, {}}, std::move(batch)));
    h.subscribe(2, "bookings");
    h.settle();
    for (int i = 0; i < 20; ++i) h.server.change("bookings", "INSERT", row(i));
    REQUIRE_FALSE(h.gaps.empty());
    for (const auto& gap : h.gaps) {
      CHECK(gap.code == ReasonCode::Overflow);
      CHECK(gap.subscription == SubscriptionId{1});
    }
    CHECK(h.changes(2).size() == 20);
  }

  TEST_CASE("a change that can't be read is a gap of those it may have been for, and of nobody else") {
    Harness h;
    h.subscribe(1, "bookings");
    h.subscribe(2, "bookings");
    h.settle();
    const std::string topic = h.server.channels().front().topic;
    h.subscribe(3, "clients");  // on a channel of its own
    h.run(Duration{500});
    REQUIRE(h.server.channels().size() == 2);
    h.server.change("bookings", "INSERT", row(1));
    const auto receive = [&](const std::string& payload) {
      h.network.last().receive(R"([null,null,")" + topic + R"(","postgres_changes",)" + payload + "]");
    };
    SUBCASE("no ids") {
      receive(R"({"data":{"type":"INSERT","record":{"id":2}}})");
    }
    SUBCASE("ids that are none") {
      receive(R"({"data":{"type":"INSERT","record":{"id":2}},"ids":["x"]})");
    }
    SUBCASE("no data") {
      receive(R"({"ids":[1000]})");
    }
    SUBCASE("no object") {
      receive("7");
    }
    SUBCASE("a frame that ends in the middle") {
      receive(R"({"data":{"type":"INSERT","record":{"id":)");
    }
    REQUIRE(h.gaps.size() == 2);
    CHECK(h.gaps[0].code == ReasonCode::PayloadInvalid);
    CHECK(h.gaps[0].subscription == SubscriptionId{1});
    CHECK(h.gaps[1].subscription == SubscriptionId{2});
    CHECK(h.gaps[0].fromCommit == "2026-11-22T12:00:00.000Z");
    CHECK(h.gaps[0].from <= kWallStart);
    CHECK(h.gaps[0].to >= h.clock.wallNow());
    CHECK(h.status(1).state == SubscriptionState::Live);
    h.server.change("bookings", "INSERT", row(3));
    CHECK(h.changes(1).size() == 2);
    CHECK(h.gaps.size() == 2);
  }

  TEST_CASE("a malformed frame that is no change, or a change of nobody here, is no gap") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    const std::string topic = h.server.channels().front().topic;
    for (const auto& frame : {R"([null,null,")" + topic + R"(","presence_diff",{"joins")",
                              std::string(R"([null,null,"realtime:other","postgres_changes",{"data":)"),
                              std::string(R"("postgres_changes)"), std::string("}{")}) {
      h.network.last().receive(frame);
    }
    CHECK(h.gaps.empty());
    CHECK(h.client().pool().counters().badFrames == 4);
  }

  TEST_CASE("a large row's commit time is known too") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.change("bookings", "INSERT", R"({"id": 1, "text": ")" + std::string(100'000, 'x') + "\"}");
    h.network.last().closeFromServer(1006);
    CHECK(h.gaps.at(0).fromCommit == "2026-11-22T12:00:00.000Z");
  }
}

TEST_SUITE("fallback") {
  TEST_CASE("what has not been live for 10 s is polled at a jittered pace until it is live") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.loseServer();
    h.run(Duration{9'900});
    CHECK(h.polls.empty());
    CHECK(h.status(1).mode == FreshnessMode::Paused);
    h.run(Duration{300});
    CHECK(h.status(1).mode == FreshnessMode::Polling);
    h.run(Duration{15'000});
    CHECK(h.polls.size() >= 1);
    CHECK(h.polls.size() <= 2);
    h.run(Duration{60'000});
    CHECK(h.polls.size() >= 4);
    CHECK(h.polls.size() <= 7);
    h.server.acceptSockets = true;
    h.client().reconnectAll();
    h.run(Duration{5'000});
    CHECK(h.status(1).mode == FreshnessMode::Live);
    const auto polled = h.polls.size();
    h.run(Duration{60'000});
    CHECK(h.polls.size() == polled);
  }

  TEST_CASE("a poll that falls due within a call and is not reported yet goes with its subscription") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.loseServer();
    h.run(Duration{10'100});
    REQUIRE(h.status(1).mode == FreshnessMode::Polling);
    REQUIRE(h.polls.empty());
    bool isFirst = true;
    h.onEachBatch = [&](const Batch&) {
      if (!std::exchange(isFirst, false)) return;
      h.clock.advance(Duration{60'000});
      h.client().notify(LifecycleEvent::Tick);
      CHECK(h.client().subscriptions().hasNews());
      h.unsubscribe(1);
    };
    h.subscribe(2, "clients");
    CHECK_FALSE(isFirst);
    CHECK(std::find(h.polls.begin(), h.polls.end(), 1U) == h.polls.end());
  }

  TEST_CASE("the first polls of clients that an outage hit together are spread over an interval") {
    Duration interval{15'000};
    bool hidden = false;
    SUBCASE("while somebody looks") {}
    SUBCASE("while nobody looks") {
      interval = Duration{60'000};
      hidden = true;
    }
    constexpr int kClients = 200;
    std::array<int, 10> tenths{};
    for (int i = 0; i < kClients; ++i) {
      Harness h;
      for (int drawn = 0; drawn < i; ++drawn) h.random.next();
      h.subscribe(1, "bookings");
      h.settle();
      if (hidden) h.client().notify(LifecycleEvent::Hidden);
      h.loseServer();
      const TimePoint lost = h.clock.now();
      while (h.polls.empty() && h.clock.now() - lost < Duration{90'000}) h.run(Duration{50});
      const Duration waited = h.clock.now() - lost - Duration{10'000};
      REQUIRE(waited >= Duration{0});
      REQUIRE(waited <= interval + Duration{50});
      ++tenths[static_cast<std::size_t>(std::min<Duration::rep>(9, waited * 10 / interval))];
    }
    for (const int count : tenths) {
      CHECK(count >= kClients / 40);
      CHECK(count <= kClients / 5);
    }
  }

  TEST_CASE("nothing is polled offline, and less often while nobody looks") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.acceptSockets = false;
    h.client().notify(LifecycleEvent::Offline);
    h.network.last().closeFromServer(1006);
    h.run(Duration{60'000});
    CHECK(h.polls.empty());
    h.client().notify(LifecycleEvent::Online);
    h.client().notify(LifecycleEvent::Hidden);
    h.run(Duration{100'000});
    CHECK(h.polls.size() >= 1);
    CHECK(h.polls.size() <= 3);
  }

  TEST_CASE("many keys share the budget of polls") {
    Harness h;
    for (unsigned id = 1; id <= 100; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.run(Duration{1'000});
    h.loseServer();
    h.run(Duration{70'000});
    const auto first = h.polls.size();
    CHECK(first >= 30);
    CHECK(first <= 80);
    h.run(Duration{300'000});
    CHECK(h.polls.size() - first <= 300 * 4 / 3);
    CHECK(h.polls.size() - first >= 200);
  }
}
