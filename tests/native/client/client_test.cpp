#include "client.h"

#include <doctest/doctest.h>

#include "harness.h"
#include "support/jwt.h"

using namespace switchboard;
using namespace switchboard::testing;

namespace {

std::string insert(int id) {
  return R"({"id": )" + std::to_string(id) + "}";
}

}  // namespace

TEST_SUITE("subscribing") {
  TEST_CASE("nothing is opened before something is subscribed") {
    Harness h;
    h.run(Duration{60'000});
    CHECK(h.network.sockets.empty());
    CHECK(h.client().deadlines().size() == 0);
  }

  TEST_CASE("a subscription goes live only on the system message") {
    Harness h;
    h.server.announceChanges = false;
    h.subscribe(1, "bookings");
    h.settle();
    CHECK(h.server.joins.size() == 1);
    CHECK(h.status(1).state == SubscriptionState::Joining);
    CHECK(h.notices(1).empty());
    h.server.system(h.server.channels().front(), "postgres_changes", "ok", "Subscribed to PostgreSQL");
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.notices(1) == std::vector<std::string>{"SUBSCRIBED OK"});
  }

  TEST_CASE("what is subscribed in one tick shares one channel") {
    Harness h;
    h.subscribe(1, "bookings");
    h.subscribe(2, "clients", "INSERT");
    h.subscribe(3, "staff", "*", "business_id=eq.1");
    h.settle();
    REQUIRE(h.server.joins.size() == 1);
    CHECK(h.server.joins[0]["config"]["postgres_changes"].size() == 3);
    for (unsigned id = 1; id <= 3; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
  }

  TEST_CASE("a hundred subscriptions to one key make one join with one binding and one frame per change") {
    Harness h;
    for (unsigned id = 1; id <= 100; ++id) h.subscribe(id, "bookings", "*", "business_id=eq.7");
    h.settle();
    REQUIRE(h.server.joins.size() == 1);
    CHECK(h.server.joins[0]["config"]["postgres_changes"].size() == 1);
    CHECK(h.server.change("bookings", "INSERT", insert(1)) == 1);
    CHECK(h.delivered.size() == 100);
  }

  TEST_CASE("conditions in another order are the same key") {
    Harness h;
    h.subscribe(1, "bookings", "*", "a=eq.1,b=eq.2");
    h.subscribe(2, "bookings", "*", "b=eq.2,a=eq.1");
    h.settle();
    CHECK(h.server.joins[0]["config"]["postgres_changes"].size() == 1);
    h.server.change("bookings", "INSERT", insert(1));
    CHECK(h.changes(1).size() == 1);
    CHECK(h.changes(2).size() == 1);
  }

  TEST_CASE("a subscribed * serves the narrower events of the same key") {
    Harness h;
    h.subscribe(1, "bookings", "*");
    h.subscribe(2, "bookings", "INSERT");
    h.subscribe(3, "bookings", "delete");
    h.settle();
    CHECK(h.server.joins[0]["config"]["postgres_changes"].size() == 1);
    h.server.change("bookings", "INSERT", insert(1));
    h.server.change("bookings", "DELETE", insert(1));
    CHECK(h.changes(1).size() == 2);
    CHECK(h.changes(2).size() == 1);
    CHECK(h.changes(3).size() == 1);
  }

  TEST_CASE("when the * goes, the narrower keys that it served lose nothing") {
    Harness h;
    h.subscribe(1, "bookings", "*");
    h.subscribe(2, "bookings", "INSERT");
    h.settle();
    h.unsubscribe(1);
    h.run(Duration{20'000});
    h.server.change("bookings", "INSERT", insert(1));
    CHECK(h.changes(1).empty());
    CHECK(h.changes(2).size() == 1);
  }

  TEST_CASE("a late-comer gets a channel of its own and the joined one is left alone") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.subscribe(2, "clients");
    h.run(Duration{200});
    CHECK(h.server.joins.size() == 2);
    CHECK(h.server.leaves == 0);
    CHECK(h.server.channels().size() == 2);
  }

  TEST_CASE("a late-comer to a live key is notified at once, without traffic") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.subscribe(2, "bookings");
    CHECK(h.notices(2).empty());  // not before subscribe has returned
    h.settle();
    CHECK(h.notices(2) == std::vector<std::string>{"SUBSCRIBED OK"});
    CHECK(h.server.joins.size() == 1);
  }

  TEST_CASE("five hundred keys stay within the limits and share few channels") {
    Harness h;
    for (unsigned id = 1; id <= 500; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.run(Duration{2'000});
    CHECK(h.server.joins.size() == 5);
    CHECK(h.network.sockets.size() == 1);
    for (unsigned id = 1; id <= 500; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
  }

  TEST_CASE("a second socket is opened when the channels of the first are used up") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 2;
    options.subscriptions.plan.bindingsPerChannel = 1;
    Harness h(options);
    for (unsigned id = 1; id <= 5; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.run(Duration{5'000});
    CHECK(h.network.sockets.size() == 3);
    for (unsigned id = 1; id <= 5; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
  }

  TEST_CASE("the frames of a join are those of the reference client") {
    ClientOptions options;
    options.accessToken = "header.claims.signature";
    Harness h(options);
    h.server.acceptSockets = false;
    h.subscribe(1, "bookings", "INSERT", "business_id=eq.js2");
    h.settle();
    h.network.last().open();
    const auto sent = h.network.last().takeSent();
    REQUIRE(sent.size() == 1);
    const auto topic = Json::parse(sent[0])[2].get<std::string>();
    CHECK(
        sent[0] ==
        R"(["1","1",")" + topic +
            R"(","phx_join",{"config":{"broadcast":{"ack":false,"self":false},"presence":{"key":"","enabled":false},)"
            R"("postgres_changes":[{"event":"INSERT","schema":"public","table":"bookings","filter":"business_id=eq.js2"}],)"
            R"("private":false},"access_token":"header.claims.signature"}])");
    CHECK(h.network.last().url() == "ws://server/realtime/v1/websocket?apikey=sb_publishable_test&vsn=2.0.0");
  }

  TEST_CASE("a spec that the server would refuse for its form is an error at the call") {
    Harness h;
    h.subscribe(1, "");
    h.subscribe(2, "bookings", "UPSERT");
    h.subscribe(3, "bookings", "*", "id=like");
    h.subscribe(4, "*", "*", "id=eq.1");
    REQUIRE(h.errors.size() == 4);
    CHECK(h.errors[0].option == "table");
    CHECK(h.errors[1].option == "event");
    CHECK(h.errors[2].option == "filter");
    CHECK(h.errors[3].option == "filter");
    h.settle();
    CHECK(h.network.sockets.empty());
  }
}

TEST_SUITE("unsubscribing") {
  TEST_CASE("subscribing again within the linger sends nothing") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.unsubscribe(1);
    h.run(Duration{4'000});
    h.subscribe(2, "bookings");
    h.run(Duration{10'000});
    CHECK(h.server.joins.size() == 1);
    CHECK(h.server.leaves == 0);
    h.server.change("bookings", "INSERT", insert(1));
    CHECK(h.changes(1).empty());
    CHECK(h.changes(2).size() == 1);
  }

  TEST_CASE("a notice says whether changes flowed before the subscription was made") {
    Harness h;
    const auto alreadyLive = [&](unsigned id) {
      std::vector<bool> found;
      for (const auto& notice : h.allNotices) {
        if (notice.subscription.value == id && notice.status == NoticeStatus::Subscribed)
          found.push_back(notice.alreadyLive);
      }
      return found;
    };
    h.subscribe(1, "bookings");
    h.subscribe(2, "bookings");
    h.settle();
    h.subscribe(3, "bookings");
    h.settle();
    h.unsubscribe(1);
    h.unsubscribe(2);
    h.unsubscribe(3);
    h.run(Duration{1'000});
    h.subscribe(4, "bookings");
    h.settle();
    h.network.last().closeFromServer(1006);
    h.run(Duration{2'000});
    CHECK(alreadyLive(1) == std::vector{false});
    CHECK(alreadyLive(2) == std::vector{false});
    CHECK(alreadyLive(3) == std::vector{true});
    CHECK(alreadyLive(4) == std::vector{true, false});
  }

  TEST_CASE("after the linger the channel is left, and then the socket closed") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.unsubscribe(1);
    h.run(Duration{5'100});
    CHECK(h.server.leaves == 1);
    CHECK_FALSE(h.network.last().closedByClient());
    h.run(Duration{10'000});
    CHECK(h.network.last().closeCode() == 1000);
    CHECK(h.client().subscriptions().registry().entries().empty());
    CHECK(h.client().deadlines().size() == 0);
  }

  TEST_CASE("ending one subscription does not disturb another on the same line") {
    Harness h;
    h.subscribe(1, "bookings");
    h.subscribe(2, "bookings");
    h.subscribe(3, "clients");
    h.settle();
    h.unsubscribe(1);
    h.unsubscribe(3);
    h.run(Duration{4'000});
    h.server.change("bookings", "INSERT", insert(1));
    h.server.change("clients", "INSERT", insert(1));
    CHECK(h.changes(1).empty());
    CHECK(h.changes(2).size() == 1);
    CHECK(h.changes(3).empty());
  }

  TEST_CASE("a line whose dead bindings outweigh the live ones is rebuilt without losing or doubling a change") {
    Harness h;
    for (unsigned id = 1; id <= 3; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.settle();
    h.unsubscribe(2);
    h.unsubscribe(3);
    int sent = 0;
    for (int i = 0; i < 200; ++i) {  // 10 s across the linger, the new join and the overlap
      if (h.server.change("t1", "INSERT", insert(i)) > 0) ++sent;
      h.run(Duration{50});
    }
    CHECK(h.server.joins.size() == 2);
    CHECK(h.server.joins[1]["config"]["postgres_changes"].size() == 1);
    CHECK(h.server.channels().size() == 1);
    const auto got = h.changes(1);
    REQUIRE(static_cast<int>(got.size()) == sent);
    for (int i = 0; i < sent; ++i)
      CHECK(got[static_cast<std::size_t>(i)].find(R"("record":)" + insert(i) + ",") != std::string::npos);
  }

  TEST_CASE("a callback may unsubscribe, subscribe and dispose") {
    Harness h;
    h.subscribe(1, "bookings");
    h.subscribe(2, "bookings");
    h.settle();
    h.onEachBatch = [&](const Batch& batch) {
      if (batch.deliveries.empty()) return;
      h.unsubscribe(1);
      h.subscribe(3, "staff");
      h.client().dispose();
    };
    h.server.change("bookings", "INSERT", insert(1));
    CHECK(h.changes(2).size() == 1);
    const int batches = h.batches;
    h.run(Duration{60'000});
    CHECK(h.batches == batches);
    CHECK(h.client().deadlines().size() == 0);
    CHECK_FALSE(h.timer.isArmed());
    CHECK(h.client().subscribe(SubscriptionId{9}, {"*", "public", "t", {}, {}})->code == ReasonCode::Disposed);
  }
}

TEST_SUITE("isolation") {
  TEST_CASE("one unknown table among twenty good ones is reported and the twenty are live") {
    Harness h;
    h.server.unknownTables = {"nosuch"};
    for (unsigned id = 1; id <= 10; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.subscribe(99, "nosuch");
    for (unsigned id = 11; id <= 20; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.run(Duration{1'000});
    for (unsigned id = 1; id <= 20; ++id) {
      CHECK(h.status(id).state == SubscriptionState::Live);
      CHECK(h.notices(id) == std::vector<std::string>{"SUBSCRIBED OK"});
    }
    CHECK(h.status(99).state == SubscriptionState::Parked);
    CHECK(h.status(99).code == ReasonCode::BadBinding);
    CHECK(h.status(99).message.find("table: nosuch") != std::string::npos);
    CHECK(h.notices(99) == std::vector<std::string>{"CHANNEL_ERROR BAD_BINDING"});
    CHECK(h.server.joins.size() == 3);
    CHECK(h.server.channels().size() == 1);
  }

  TEST_CASE("several bad tables are found, and bad ones come back when reconnectAll is called and they are good") {
    Harness h;
    h.server.unknownTables = {"bad1", "bad2", "bad3"};
    for (unsigned id = 1; id <= 20; ++id) h.subscribe(id, "t" + std::to_string(id));
    for (unsigned id = 31; id <= 33; ++id) h.subscribe(id, "bad" + std::to_string(id - 30));
    h.run(Duration{3'000});
    for (unsigned id = 1; id <= 20; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
    for (unsigned id = 31; id <= 33; ++id) CHECK(h.status(id).state == SubscriptionState::Parked);
    h.server.unknownTables.clear();
    h.client().reconnectAll();
    h.run(Duration{3'000});
    for (unsigned id = 31; id <= 33; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
  }
}

TEST_SUITE("staying connected") {
  TEST_CASE("a lost connection comes back with what is still subscribed, packed again") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.subscribe(2, "clients");
    h.subscribe(3, "staff");
    h.run(Duration{200});
    REQUIRE(h.server.channels().size() == 2);
    h.network.last().closeFromServer(1006);
    CHECK(h.status(1).code == ReasonCode::ConnectionLost);
    h.unsubscribe(3);
    h.run(Duration{2'000});
    CHECK(h.network.sockets.size() == 2);
    REQUIRE(h.server.channels().size() == 1);
    CHECK(h.server.channels()[0].bindings.size() == 2);
    CHECK(h.notices(1) == std::vector<std::string>{"SUBSCRIBED OK", "CHANNEL_ERROR CONNECTION_LOST", "SUBSCRIBED OK"});
  }

  TEST_CASE("the first notice of a loss already says when the next attempt is, as status and connection do") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.subscribe(2, "clients");
    h.run(Duration{200});
    REQUIRE(h.server.channels().size() == 2);
    h.network.last().closeFromServer(1006);
    const auto next = h.client().status().connections().at(ConnectionId{1}).nextRetryAt;
    REQUIRE(next);
    for (unsigned id = 1; id <= 2; ++id) CHECK(h.status(id).nextRetryAt == next);
    for (std::size_t i = h.allNotices.size() - 2; i < h.allNotices.size(); ++i) {
      CHECK(h.allNotices[i].code == ReasonCode::ConnectionLost);
      CHECK(h.allNotices[i].nextRetryAt == next);
    }
  }

  /// Cuts off every socket at once while the server takes none.
  void refuseSockets(Harness & h, Duration span) {
    h.server.acceptSockets = false;
    for (Duration passed{0}; passed < span; passed += Duration{100}) {
      for (const auto& socket : h.network.sockets) {
        if (!socket->released()) socket->closeFromServer(1006);
      }
      h.run(Duration{100});
    }
  }

  TEST_CASE("regression: offline and hidden are known to a socket that is opened later") {
    Harness h;
    h.client().notify(LifecycleEvent::Offline);
    h.client().notify(LifecycleEvent::Hidden);
    h.subscribe(1, "bookings");
    h.settle();
    refuseSockets(h, Duration{60'000});
    CHECK(h.status(1).code == ReasonCode::Offline);
    CHECK(h.network.sockets.size() <= 3);
  }

  TEST_CASE("regression: offline is known to a second socket too") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 1;
    Harness h(options);
    h.subscribe(1, "bookings");
    h.settle();
    h.client().notify(LifecycleEvent::Offline);
    h.subscribe(2, "clients");
    h.server.acceptSockets = false;
    h.settle();
    REQUIRE(h.network.sockets.size() == 2);
    h.network.last().closeFromServer(1006);
    h.run(Duration{29'000});
    const auto& second = h.client().status().connections().at(ConnectionId{2});
    CHECK(second.code == ReasonCode::Offline);
    CHECK(h.network.sockets.size() == 2);
  }

  TEST_CASE("once online was heard nothing says offline any more, in whatever state the attempt is") {
    for (const Duration later : {Duration{0}, Duration{30'050}}) {
      Harness h;
      h.subscribe(1, "bookings");
      h.settle();
      h.server.acceptSockets = false;
      h.client().notify(LifecycleEvent::Offline);
      h.network.last().closeFromServer(1012);
      REQUIRE(h.status(1).code == ReasonCode::Offline);
      h.run(later);  // in the wait, or while the probe is tried
      h.client().notify(LifecycleEvent::Online);
      CHECK(h.status(1).code == ReasonCode::ServerRestart);
      CHECK(h.client().status().connections().at(ConnectionId{1}).code != ReasonCode::Offline);
    }
  }

  TEST_CASE("regression: showing the page or coming online does not skip the wait after a rate limit") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.joinError = "ClientJoinRateLimitReached: Too many joins per second";
    h.subscribe(2, "clients");
    h.run(Duration{200});
    REQUIRE(h.status(2).code == ReasonCode::RateLimited);
    h.network.sockets.front()->closeFromServer(1001);
    REQUIRE(h.status(1).code == ReasonCode::RateLimited);
    const auto before = h.network.sockets.size();
    for (const auto event : {LifecycleEvent::Hidden, LifecycleEvent::Visible, LifecycleEvent::Offline,
                             LifecycleEvent::Online, LifecycleEvent::NetworkChange, LifecycleEvent::Freeze,
                             LifecycleEvent::Resume, LifecycleEvent::PageHide, LifecycleEvent::PageShow}) {
      h.client().notify(event);
      h.run(Duration{1'000});
      CHECK(h.network.sockets.size() == before);
    }
    h.unsubscribe(1);
    h.unsubscribe(2);
    h.run(Duration{1'000});
    h.subscribe(3, "staff");
    h.run(Duration{1'000});
    CHECK(h.network.sockets.size() == before);
    h.client().reconnectAll();
    h.settle();
    CHECK(h.network.sockets.size() > before);
  }

  TEST_CASE("a bare 1001, as proxies send it, blames no limit and is back at once") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.network.last().closeFromServer(1001);
    CHECK(h.status(1).code == ReasonCode::ConnectionLost);
    h.run(Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("reconnectAll acts at once, whatever came before") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    refuseSockets(h, Duration{120'000});
    for (int i = 0; i < 25; ++i) {
      h.client().notify(LifecycleEvent::Offline);
      h.run(Duration{80});
      h.client().notify(LifecycleEvent::Online);
      h.run(Duration{150});
    }
    refuseSockets(h, Duration{1'000});
    h.server.acceptSockets = true;
    h.client().reconnectAll();
    h.settle();
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a half-open link is replaced within 25 s") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.answerHeartbeats = false;
    h.run(Duration{25'600});
    CHECK(h.network.sockets.size() == 2);
  }

  TEST_CASE("a server that goes live and drops is not hammered") {
    Harness h;
    h.subscribe(1, "bookings");
    for (int i = 0; i < 150; ++i) {  // 15 s
      h.run(Duration{100});
      if (h.status(1).state == SubscriptionState::Live) h.network.last().closeFromServer(1006);
    }
    CHECK(h.network.sockets.size() <= 8);
  }

  TEST_CASE("a join that the server refuses for a passing reason is tried again, on a socket without live lines") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.joinError = "UnableToConnectToProject: Realtime was unable to connect to the project database";
    h.subscribe(2, "clients");
    h.run(Duration{1'000});
    CHECK(h.status(2).code == ReasonCode::DatabaseUnavailable);
    CHECK(h.status(1).state == SubscriptionState::Live);
    h.server.joinError.clear();
    h.run(Duration{10'000});
    CHECK(h.status(2).state == SubscriptionState::Live);
    CHECK(h.network.sockets.size() == 2);
    CHECK_FALSE(h.network.sockets[0]->released());
  }

  TEST_CASE("a channel that the server closes without a word is joined again") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.closeChannel(h.server.channels().front());
    CHECK(h.notices(1).back() == "CLOSED CHANNEL_CLOSED");
    h.run(Duration{2'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a join that is never answered times out and is tried again") {
    Harness h;
    h.server.answerJoins = false;
    h.subscribe(1, "bookings");
    h.run(Duration{10'100});
    CHECK(h.notices(1) == std::vector<std::string>{"TIMED_OUT JOIN_TIMEOUT"});
    h.server.answerJoins = true;
    h.run(Duration{5'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("garbage, unknown topics and replies to nothing are counted and nothing else happens") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    for (const auto* text : {"", "null", "[", R"([1,2,3,4,5])", R"(["1","1","t"])", "\xff\xfe", R"({"topic":"x"})"})
      h.network.last().receive(text);
    CHECK(h.client().pool().counters().badFrames == 7);
    h.network.last().receive(R"([null,null,"realtime:nobody","postgres_changes",{"ids":[1],"data":{}}])");
    h.network.last().receive(R"([null,"77","phoenix","phx_reply",{"status":"ok","response":{}}])");
    const auto topic = h.server.channels().front().topic;
    h.network.last().receive(R"([null,null,")" + topic + R"(","postgres_changes",{"ids":"x","data":7}])");
    h.network.last().receive(R"([null,null,")" + topic + R"(","phx_reply",7])");
    h.network.last().receive(R"(["1",null,")" + topic + R"(","system",[]])");
    h.network.last().receiveBinary(std::string("\x04\x01", 2));
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.server.change("bookings", "INSERT", insert(1)) == 1);
    CHECK(h.changes(1).size() == 1);
  }
}

TEST_SUITE("tokens") {
  ClientOptions withCallback() {
    ClientOptions options;
    options.pool.token.hasCallback = true;
    return options;
  }

  TEST_CASE("the first join waits for the callback's token and carries it") {
    Harness h(withCallback());
    h.subscribe(1, "bookings");
    h.settle();
    REQUIRE(h.tokenRequests.size() == 1);
    CHECK(h.server.joins.empty());
    h.client().provideToken(h.tokenRequests[0], "token-1");
    h.settle();
    REQUIRE(h.server.joins.size() == 1);
    CHECK(h.server.joins[0]["access_token"] == "token-1");
  }

  TEST_CASE("a callback that fails holds the joins back, is asked again and says so in the status") {
    Harness h(withCallback());
    h.subscribe(1, "bookings");
    h.settle();
    h.client().failToken(h.tokenRequests[0], "boom");
    CHECK(h.status(1).code == ReasonCode::TokenUnavailable);
    h.run(Duration{3'000});
    CHECK(h.server.joins.empty());
    REQUIRE(h.tokenRequests.size() >= 2);
    h.client().provideToken(h.tokenRequests.back(), "token-2");
    h.settle();
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("an expired token brings the subscription back as soon as a new one is there") {
    Harness h(withCallback());
    h.subscribe(1, "bookings");
    h.settle();
    h.client().provideToken(h.tokenRequests.back(), "old");
    h.settle();
    const auto channel = h.server.channels().front();
    h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
    h.server.closeChannel(channel);
    CHECK(h.notices(1).back() == "CHANNEL_ERROR TOKEN_EXPIRED");
    for (int i = 0; i < 20; ++i) {  // the callback keeps giving the old one
      h.client().provideToken(h.tokenRequests.back(), "old");
      h.run(Duration{1'000});
    }
    CHECK(h.server.joins.size() == 1);
    CHECK(h.status(1).code == ReasonCode::TokenExpired);
    const auto asked = h.tokenRequests.size();
    while (h.tokenRequests.size() == asked) h.run(Duration{100});
    h.client().provideToken(h.tokenRequests.back(), "new");
    h.settle();
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.server.joins.back()["access_token"] == "new");
  }

  TEST_CASE(
      "a token whose renewal fell due in a sleep with a clock that stood still is renewed before the server minds") {
    ClientOptions options = withCallback();
    options.accessToken = tokenUntil(kWallStart + Duration{3'600'000}, "old");
    Harness h(options);
    h.subscribe(1, "bookings");
    h.settle();
    h.client().provideToken(h.tokenRequests.back(), options.accessToken);
    h.settle();
    REQUIRE(h.status(1).state == SubscriptionState::Live);
    const auto asked = h.tokenRequests.size();
    const auto sleep = [&](Duration span) { h.clock.jumpWall(span); };
    const auto runUntilAsked = [&](int seconds) {
      for (int i = 0; i < seconds && h.tokenRequests.size() == asked; ++i) h.run(Duration{1'000}, Duration{500});
    };
    SUBCASE("noticed by what the page says") {
      LifecycleEvent event = LifecycleEvent::Resume;
      SUBCASE("resume") {}
      SUBCASE("visible") {
        event = LifecycleEvent::Visible;
      }
      SUBCASE("online") {
        event = LifecycleEvent::Online;
      }
      SUBCASE("network change") {
        event = LifecycleEvent::NetworkChange;
      }
      sleep(Duration{3'560'000});
      h.client().notify(event);
      h.settle();
    }
    SUBCASE("noticed by the next timer") {
      sleep(Duration{3'560'000});
      runUntilAsked(15);
    }
    SUBCASE("noticed by a tick") {
      sleep(Duration{3'560'000});
      h.clock.advance(Duration{15'000});
      h.client().notify(LifecycleEvent::Tick);
    }
    SUBCASE("in many naps, each too short to be noticed as one") {
      for (int i = 0; i < 190; ++i) {
        runUntilAsked(15);
        if (h.tokenRequests.size() == asked) sleep(Duration{4'500});
      }
    }
    REQUIRE(h.tokenRequests.size() == asked + 1);
    const auto fresh = tokenUntil(kWallStart + Duration{7'200'000}, "fresh");
    h.client().provideToken(h.tokenRequests.back(), fresh);
    CHECK(h.gaps.empty());
    h.settle();
    CHECK(h.server.pushedTokens == std::vector<std::string>{fresh});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("without a callback an expired token waits for setAuth") {
    ClientOptions options;
    options.accessToken = "old";
    Harness h(options);
    h.subscribe(1, "bookings");
    h.settle();
    const auto channel = h.server.channels().front();
    h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
    h.server.closeChannel(channel);
    h.run(Duration{29'000});
    CHECK(h.server.joins.size() == 1);
    h.client().provideToken(0, "new");
    h.run(Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("setAuth is pushed to joined channels and used by later joins") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.client().provideToken(0, "t1");
    h.settle();
    CHECK(h.server.pushedTokens == std::vector<std::string>{"t1"});
    h.subscribe(2, "clients");
    h.run(Duration{500});
    CHECK(h.server.joins.back()["access_token"] == "t1");
  }

  TEST_CASE("a token whose role the database does not know is no binding's fault, and waits for another token") {
    ClientOptions options;
    options.accessToken = "good";
    SUBCASE("from the start") {
      options.accessToken = "odd";
    }
    SUBCASE("as a new token") {}
    const bool fromTheStart = options.accessToken == "odd";
    Harness h(options);
    h.server.roleless = {"odd"};
    h.subscribe(1, "bookings");
    h.subscribe(2, "clients");
    h.run(Duration{1'000});
    if (!fromTheStart) {
      REQUIRE(h.status(1).state == SubscriptionState::Live);
      h.client().provideToken(0, "odd");
    }
    h.run(Duration{60'000});
    for (const unsigned id : {1u, 2u}) {
      CHECK(h.status(id).state == SubscriptionState::Parked);
      CHECK(h.status(id).code == ReasonCode::RoleInvalid);
    }
    // together: nobody is isolated; the token that was pushed is tried once with a join of its own
    CHECK(h.server.joins.size() == (fromTheStart ? 1u : 2u));
    const auto joins = h.server.joins.size();
    h.client().provideToken(0, "odd");
    h.run(Duration{60'000});
    CHECK(h.server.joins.size() == joins);
    h.client().provideToken(0, "good");
    h.run(Duration{2'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.status(2).state == SubscriptionState::Live);
    CHECK(h.server.joins.size() == joins + 1);
  }

  TEST_CASE("no status, notice or log holds a token") {
    Harness h(withCallback());
    std::string everything;
    h.onEachBatch = [&](const Batch& batch) {
      for (const auto& [level, line] : batch.logs) everything += line;
      for (const auto& notice : batch.notices) everything += notice.message;
      if (!batch.status) return;
      for (const auto& connection : batch.status->connections) everything += connection.message;
      for (const auto& subscription : batch.status->subscriptions) everything += subscription.message;
    };
    h.subscribe(1, "bookings");
    h.settle();
    h.client().provideToken(h.tokenRequests.back(), "secret-token");
    h.settle();
    h.network.last().closeFromServer(1006);
    h.run(Duration{10'000});
    CHECK(everything.find("secret-token") == std::string::npos);
    CHECK(everything.find("sb_publishable_test") == std::string::npos);
  }
}

TEST_SUITE("lifecycle events") {
  TEST_CASE("online skips the wait") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.loseServer();
    for (int i = 0; i < 12; ++i) {
      h.run(Duration{10'000});
      if (h.network.last().released()) continue;
      h.network.last().closeFromServer(1006);
    }
    const auto before = h.network.sockets.size();
    h.client().notify(LifecycleEvent::Online);
    h.run(Duration{200});
    CHECK(h.network.sockets.size() == before + 1);
  }

  TEST_CASE("lifecycle events are acted on at most every 2 s") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.loseServer();
    const auto before = h.network.sockets.size();
    for (int i = 0; i < 40; ++i) {  // 4 s
      h.client().notify(LifecycleEvent::Visible);
      h.run(Duration{100});
      if (!h.network.last().released()) h.network.last().closeFromServer(1006);
    }
    CHECK(h.network.sockets.size() - before <=
          8);  // at most 3 by lifecycle events, the rest by the backoff's own short first waits
  }

  TEST_CASE("offline is verified: an open socket that answers stays") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.client().notify(LifecycleEvent::Offline);
    h.run(Duration{60'000});
    CHECK(h.network.sockets.size() == 1);
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("offline slows the attempts to one in 30 s and says so, and online ends that") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.acceptSockets = false;
    h.client().notify(LifecycleEvent::Offline);
    h.network.last().closeFromServer(1006);
    CHECK(h.status(1).code == ReasonCode::Offline);
    h.run(Duration{29'000});
    CHECK(h.network.sockets.size() == 1);
    h.run(Duration{2'000});
    CHECK(h.network.sockets.size() == 2);
    h.network.last().closeFromServer(1006);
    h.server.acceptSockets = true;
    h.client().notify(LifecycleEvent::Online);
    h.run(Duration{3'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a page in the back/forward cache holds no socket, and comes back when it is shown") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.client().notify(LifecycleEvent::PageHide);
    CHECK(h.network.last().closeCode() == 1000);
    CHECK(h.status(1).code == ReasonCode::Suspended);
    h.run(Duration{60'000});
    CHECK(h.network.sockets.size() == 1);
    h.client().notify(LifecycleEvent::PageShow);
    h.run(Duration{500});
    CHECK(h.network.sockets.size() == 2);
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("after a sleep the link is probed at once and a dead one replaced") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.server.answerHeartbeats = false;
    h.timer.sleep(Duration{3'600'000});
    h.server.serve();
    CHECK(h.server.heartbeats == 1);
    h.server.answerHeartbeats = true;
    h.run(Duration{10'700});
    CHECK(h.network.sockets.size() == 2);
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a sleep during which the monotonic clock stood still is noticed by the calendar") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.clock.jumpWall(Duration{3'600'000});
    h.run(Duration{15'100});
    const int before = h.server.heartbeats;
    CHECK(before >= 1);
  }

  TEST_CASE("a throttled timer is made up for by ticks") {
    Harness h;
    h.subscribe(1, "bookings");
    h.settle();
    h.clock.advance(Duration{16'000});  // the platform timer does not fire
    h.client().notify(LifecycleEvent::Tick);
    h.server.serve();
    CHECK(h.server.heartbeats == 1);
  }

  TEST_CASE("a blip does not flicker: the overall status stays live while the socket is replaced within a second") {
    Harness h;
    std::vector<std::string> overall;
    h.onEachBatch = [&](const Batch& batch) {
      if (batch.status) overall.emplace_back(toString(batch.status->overall));
    };
    h.subscribe(1, "bookings");
    h.settle();
    overall.clear();
    h.network.last().closeFromServer(1006);
    h.run(Duration{900});
    REQUIRE(h.status(1).state == SubscriptionState::Live);
    CHECK_FALSE(overall.empty());
    for (const auto& word : overall) CHECK(word == "live");
    h.loseServer();
    h.run(Duration{1'100});
    CHECK(overall.back() == "offline");
  }
}
