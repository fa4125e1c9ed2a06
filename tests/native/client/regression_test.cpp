#include <doctest/doctest.h>

#include "harness.h"

using namespace switchboard;
using namespace switchboard::testing;

// Each was found by the simulation (tests/sim).
TEST_SUITE("regressions") {
  TEST_CASE("a callback that reconnects and unsubscribes hears nothing more for what it unsubscribed") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.onEachBatch = [&](const Batch& batch) {
      if (batch.deliveries.empty()) return;
      h.client().reconnectAll();
      h.unsubscribe(1);
    };
    h.server.change("bookings", "INSERT", R"({"id": 1})");
    h.run(Duration{1'000});
    CHECK(h.notices(1) == std::vector<std::string>{"SUBSCRIBED OK"});
    CHECK(h.gaps.empty());
  }

  TEST_CASE("a key that only an unwanted key needed goes with it, and does not come back as live") {
    Harness h;
    h.subscribe(1, "bookings", "*");
    h.subscribe(2, "bookings", "INSERT");
    h.settle();
    h.client().unsubscribeAll();
    h.run(Duration{6'000});
    CHECK(h.client().subscriptions().registry().entries().empty());
    h.subscribe(3, "bookings", "*");
    CHECK(h.status(3).state == SubscriptionState::Pending);
    h.run(Duration{1'000});
    CHECK(h.status(3).state == SubscriptionState::Live);
  }

  TEST_CASE("a key that lost its line while nobody subscribed to it is not live to who comes next") {
    Harness h;
    h.subscribe(1, "staff");
    h.subscribe(2, "payments");
    h.subscribe(3, "clients");
    h.settle();
    h.unsubscribe(1);
    h.unsubscribe(3);
    h.run(Duration{6'000});  // the lingering is over, the line without the two is live beside the old one
    REQUIRE(h.server.joins.size() == 2);
    h.server.answerJoins = false;
    h.clock.advance(Duration{2'000});  // the timer is late: the old line's end and the plan come in one turn
    h.subscribe(4, "staff", "INSERT");
    h.run(Duration{100});
    h.subscribe(5, "staff");
    h.run(Duration{100});
    CHECK(h.status(4).state == SubscriptionState::Joining);
    CHECK(h.status(5).state != SubscriptionState::Live);
    CHECK(h.notices(5).empty());
  }

  TEST_CASE("a rebuild that is interrupted before the new line has joined is reported") {
    Harness h;
    for (unsigned id = 1; id <= 3; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.settle();
    h.server.answerJoins = false;
    h.unsubscribe(2);
    h.unsubscribe(3);
    h.run(Duration{6'000});
    REQUIRE(h.server.joins.size() == 2);
    h.server.closeChannel(h.server.channels().front());
    CHECK(h.status(1).state != SubscriptionState::Live);
    CHECK(h.notices(1) == std::vector<std::string>{"SUBSCRIBED OK", "CLOSED CHANNEL_CLOSED"});
    CHECK(h.gaps.size() == 1);
  }

  TEST_CASE("a rebuild whose old line ends between the new one's join and its announcement is joining until then") {
    Harness h;
    for (unsigned id = 1; id <= 3; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.settle();
    h.server.announceChanges = false;
    h.unsubscribe(2);
    h.unsubscribe(3);
    h.run(Duration{6'000});
    REQUIRE(h.server.channels().size() == 2);
    h.server.closeChannel(h.server.channels().front());
    CHECK(h.status(1).state == SubscriptionState::Joining);
    h.server.closeChannel(h.server.channels().back());
    CHECK(h.status(1).state == SubscriptionState::Retrying);
    h.server.announceChanges = true;
    h.run(Duration{10'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a key that lost its socket and goes on with a wider one's does not get again what it has had") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 1;
    Harness h(options);
    h.subscribe(1, "bookings", "UPDATE");
    h.settle();
    h.subscribe(2, "bookings", "*");
    h.run(Duration{100});
    REQUIRE(h.network.sockets.size() == 2);
    const auto update = [&](std::string_view commit) { h.server.change("bookings", "UPDATE", R"({"id":1})", commit); };
    const auto had = [&] { return h.changes(1).size(); };
    update("2026-11-22T12:00:01.000Z");
    update("2026-11-22T12:00:02.000Z");
    CHECK(had() == 2);
    h.network.sockets.front()->closeFromServer(1006);
    REQUIRE(h.status(1).state == SubscriptionState::Live);
    CHECK(h.gaps.size() == 2);  // begun and over
    h.run(Duration{29'000}, Duration{1'000});
    update("2026-11-22T12:00:01.000Z");  // the other socket brings them later
    update("2026-11-22T12:00:02.000Z");
    CHECK(had() == 2);
    SUBCASE("but what comes after, two rows of one transaction, and even when the database's clock is set back then") {
      update("2026-11-22T12:00:03.000Z");
      update("2026-11-22T12:00:03.000Z");
      update("2026-11-22T11:00:00.000Z");
      CHECK(had() == 5);
    }
    SUBCASE("but for no longer than a socket may lag") {
      h.run(Duration{1'000});
      update("2026-11-22T11:00:00.000Z");
      CHECK(had() == 3);
    }
  }

  TEST_CASE("reconnectAll tries once more what was refused for its token, when there is no other") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    const auto channel = h.server.channels().front();
    h.server.system(channel, "system", "error", "The token provided is not a valid JWT");
    h.server.closeChannel(channel);
    h.run(Duration{29'000});
    REQUIRE(h.server.joins.size() == 1);
    h.client().reconnectAll();
    h.run(Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a line on the second socket that had not joined when the page was put away joins when it is shown") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 1;
    options.subscriptions.plan.bindingsPerChannel = 1;
    options.pool.joinsPerSecond = 1;
    Harness h(options);
    h.subscribe(1, "bookings");
    h.subscribe(2, "clients");
    h.run(Duration{100});
    REQUIRE(h.network.sockets.size() == 2);
    REQUIRE(h.server.joins.size() == 1);
    h.client().notify(LifecycleEvent::PageHide);
    h.run(Duration{5'000});
    h.client().notify(LifecycleEvent::PageShow);
    h.run(Duration{10'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.status(2).state == SubscriptionState::Live);
  }
}
