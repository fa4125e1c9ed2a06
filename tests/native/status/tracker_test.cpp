#include "status/tracker.h"

#include <doctest/doctest.h>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::kWallStart;
using testing::ms;
using testing::Workbench;
using Sub = SubscriptionState;
using Con = ConnectionState;

struct TrackerBench : Workbench {
  void subscription(unsigned id, Sub state) {
    SubscriptionStatus status;
    status.id = SubscriptionId{id};
    status.state = state;
    tracker.set(status);
  }
  void connection(unsigned id, Con state, unsigned attempts = 0) {
    ConnectionStatus status;
    status.id = ConnectionId{id};
    status.state = state;
    status.attempts = attempts;
    tracker.set(status);
  }
  std::string overall() {
    tracker.take();
    return std::string(toString(tracker.overall()));
  }

  StatusTracker tracker{context, ms(1'000)};
};

TEST_CASE("nothing is reported as long as nothing changed") {
  TrackerBench bench;
  CHECK_FALSE(bench.tracker.take());
  bench.connection(1, Con::Connecting);
  CHECK(bench.tracker.take());
  CHECK_FALSE(bench.tracker.take());
}

TEST_CASE("only what changed is reported, once each, as it is last") {
  TrackerBench bench;
  for (unsigned id = 1; id <= 3; ++id) bench.subscription(id, Sub::Pending);
  bench.connection(1, Con::Connecting);
  const auto first = bench.tracker.take();
  REQUIRE(first);
  CHECK(first->subscriptions.size() == 3);
  CHECK(first->connections.size() == 1);
  bench.subscription(2, Sub::Joining);
  bench.subscription(2, Sub::Live);
  const auto second = bench.tracker.take();
  REQUIRE(second);
  REQUIRE(second->subscriptions.size() == 1);
  CHECK(second->subscriptions[0].id == SubscriptionId{2});
  CHECK(second->subscriptions[0].state == Sub::Live);
  CHECK(second->connections.empty());
}

TEST_CASE("a removed subscription is reported as removed and no more as changed") {
  TrackerBench bench;
  bench.subscription(1, Sub::Pending);
  bench.tracker.take();
  bench.subscription(1, Sub::Live);
  bench.tracker.remove(SubscriptionId{1});
  const auto delta = bench.tracker.take();
  REQUIRE(delta);
  CHECK(delta->subscriptions.empty());
  CHECK(delta->removedSubscriptions == Vector{SubscriptionId{1}});
  bench.tracker.remove(SubscriptionId{1});
  CHECK_FALSE(bench.tracker.take());
}

TEST_CASE("overall: idle without subscriptions, whatever the connections do") {
  TrackerBench bench;
  bench.connection(1, Con::Backoff, 3);
  CHECK(bench.overall() == "idle");
}

TEST_CASE("overall: connecting while a server answers or is tried for the first time") {
  TrackerBench bench;
  bench.subscription(1, Sub::Pending);
  CHECK(bench.overall() == "connecting");
  for (const Con state : {Con::Idle, Con::Connecting, Con::Open}) {
    bench.connection(1, state);
    CHECK(bench.overall() == "connecting");
  }
  bench.connection(1, Con::Open, 4);
  CHECK(bench.overall() == "connecting");
}

TEST_CASE("overall: offline while no server answers") {
  TrackerBench bench;
  bench.subscription(1, Sub::Pending);
  bench.connection(1, Con::Backoff, 1);
  CHECK(bench.overall() == "offline");
  bench.connection(1, Con::Connecting, 1);
  CHECK(bench.overall() == "offline");
  bench.connection(1, Con::Open, 1);
  CHECK(bench.overall() == "connecting");
}

TEST_CASE("overall: offline when every subscription was refused") {
  TrackerBench bench;
  bench.connection(1, Con::Open);
  bench.subscription(1, Sub::Parked);
  bench.subscription(2, Sub::Parked);
  CHECK(bench.overall() == "offline");
  bench.subscription(2, Sub::Retrying);
  CHECK(bench.overall() == "connecting");
}

TEST_CASE("overall: live when all are, partial when some are") {
  TrackerBench bench;
  bench.connection(1, Con::Open);
  bench.subscription(1, Sub::Live);
  CHECK(bench.overall() == "live");
  bench.subscription(2, Sub::Live);
  CHECK(bench.overall() == "live");
  bench.subscription(2, Sub::Parked);
  bench.overall();
  bench.advance(ms(1'000));
  CHECK(bench.overall() == "partial");
  bench.tracker.remove(SubscriptionId{2});
  CHECK(bench.overall() == "live");
  bench.tracker.remove(SubscriptionId{1});
  CHECK(bench.overall() == "idle");
}

TEST_CASE("the overall verdict gets better at once and worse only after a while") {
  TrackerBench bench;
  bench.connection(1, Con::Open);
  bench.subscription(1, Sub::Live);
  REQUIRE(bench.overall() == "live");
  bench.subscription(1, Sub::Pending);
  const auto delta = bench.tracker.take();
  REQUIRE(delta);
  CHECK(delta->overall == OverallState::Live);
  CHECK(delta->subscriptions.size() == 1);  // the parts are reported as they are
  bench.advance(ms(999));
  CHECK_FALSE(bench.tracker.take());
  bench.advance(ms(1));
  const auto worse = bench.tracker.take();
  REQUIRE(worse);
  CHECK(worse->overall == OverallState::Connecting);
  bench.subscription(1, Sub::Live);
  CHECK(bench.overall() == "live");
}

TEST_CASE("a blip is never reported") {
  TrackerBench bench;
  bench.connection(1, Con::Open);
  bench.subscription(1, Sub::Live);
  bench.overall();
  for (int i = 0; i < 10; ++i) {
    bench.subscription(1, Sub::Pending);
    CHECK(bench.overall() == "live");
    bench.advance(ms(900));
    bench.subscription(1, Sub::Live);
    CHECK(bench.overall() == "live");
    bench.advance(ms(200));
    CHECK(bench.overall() == "live");
  }
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("since is when the overall verdict changed last") {
  TrackerBench bench;
  bench.connection(1, Con::Open);
  bench.subscription(1, Sub::Joining);
  bench.tracker.take();
  bench.advance(ms(5'000));
  bench.subscription(1, Sub::Live);
  CHECK(bench.tracker.take()->since == kWallStart + ms(5'000));
  bench.advance(ms(5'000));
  bench.subscription(2, Sub::Live);
  CHECK(bench.tracker.take()->since == kWallStart + ms(5'000));
}

TEST_CASE("a stopped tracker waits for nothing") {
  TrackerBench bench;
  bench.connection(1, Con::Open);
  bench.subscription(1, Sub::Live);
  bench.overall();
  bench.subscription(1, Sub::Pending);
  bench.overall();
  CHECK(bench.timer.isArmed());
  bench.tracker.stop();
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("notices use the words of Supabase's clients") {
  CHECK(toString(NoticeStatus::Subscribed) == "SUBSCRIBED");
  CHECK(toString(NoticeStatus::TimedOut) == "TIMED_OUT");
  CHECK(toString(NoticeStatus::Closed) == "CLOSED");
  CHECK(toString(NoticeStatus::ChannelError) == "CHANNEL_ERROR");
}

}  // namespace
}  // namespace switchboard
