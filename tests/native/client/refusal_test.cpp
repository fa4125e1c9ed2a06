#include <doctest/doctest.h>

#include "harness.h"
#include "support/jwt.h"

/// What becomes of keys that the server refused: sockets that can't be had, databases that are away for a while, other
/// tokens.
namespace switchboard {
namespace {

using testing::Harness;
using testing::jwt;
using testing::kWallStart;
using testing::tokenUntil;

constexpr Duration kHour{3'600'000};

const char* const kUnreachable = "UnableToConnectToProject: Realtime was unable to connect to the project database";

/// All sockets but the first fail to connect.
void refuseOtherSockets(Harness& h) {
  for (std::size_t i = 1; i < h.network.sockets.size(); ++i) {
    if (!h.network.sockets[i]->released()) h.network.sockets[i]->closeFromServer(1006);
  }
}

void runRefusing(Harness& h, Duration span) {
  for (Duration passed{0}; passed < span; passed += Duration{100}) {
    h.run(Duration{100});
    refuseOtherSockets(h);
  }
}

/// Subscription 1 is live, and the join of 2 was refused once, at a moment that is over.
void refuseOnce(Harness& h) {
  h.subscribe(1, "a");
  h.settle();
  h.server.joinError = kUnreachable;
  h.subscribe(2, "b");
  while (h.server.joins.size() < 2) h.run(Duration{10});
  h.server.joinError.clear();
  REQUIRE(h.status(2).state == SubscriptionState::Retrying);
}

TEST_SUITE("sockets that can't be had") {
  TEST_CASE("a join that was refused once goes to the socket that works when another one failed twice") {
    Harness h;
    refuseOnce(h);
    h.server.acceptSockets = false;
    for (int i = 0; i < 100 && h.status(2).state != SubscriptionState::Live; ++i) runRefusing(h, Duration{100});
    CHECK(h.status(2).state == SubscriptionState::Live);
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.network.sockets.size() == 3);
    CHECK(h.server.channels().size() == 2);
  }

  TEST_CASE("a join that was refused once goes to the socket that works when another one did not open in 10 s") {
    Harness h;
    refuseOnce(h);
    h.server.acceptSockets = false;
    while (h.network.sockets.size() == 1) h.run(Duration{10});
    h.run(Duration{9'900});
    CHECK(h.status(2).state == SubscriptionState::Pending);
    h.run(Duration{200});
    CHECK(h.status(2).state == SubscriptionState::Live);
  }

  TEST_CASE("a join that is lost with its second socket goes to the socket that works") {
    Harness h;
    refuseOnce(h);
    h.server.answerJoins = false;
    while (h.server.joins.size() < 3) h.run(Duration{10});
    h.server.answerJoins = true;
    refuseOtherSockets(h);
    h.run(Duration{200});
    CHECK(h.status(2).state == SubscriptionState::Live);
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("what waits in the queue of a second socket when that goes is planned again") {
    ClientOptions options;
    options.pool.token.hasCallback = true;
    Harness h(options);
    h.subscribe(1, "a");
    h.settle();
    h.client().provideToken(h.tokenRequests.back(), "t1");
    h.settle();
    h.server.joinError = kUnreachable;
    h.subscribe(2, "b");
    while (h.server.joins.size() < 2) h.run(Duration{10});
    h.server.joinError.clear();
    REQUIRE(h.status(2).state == SubscriptionState::Retrying);
    while (h.network.sockets.size() == 1) h.run(Duration{10});
    REQUIRE(h.tokenRequests.size() == 2);  // the second socket is open, and the line waits for its token there
    h.server.acceptSockets = false;
    refuseOtherSockets(h);
    h.client().provideToken(h.tokenRequests.back(), "t1");
    runRefusing(h, Duration{15'000});
    CHECK(h.status(2).state == SubscriptionState::Live);
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("what waits for the main socket, which can't be had, takes another one that works") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 1;
    Harness h(options);
    h.subscribe(1, "a");
    h.settle();
    h.subscribe(2, "b");
    h.run(Duration{100});
    REQUIRE(h.network.sockets.size() == 2);
    REQUIRE(h.status(2).state == SubscriptionState::Live);
    h.unsubscribe(2);
    h.subscribe(3, "c");
    h.server.acceptSockets = false;
    h.network.sockets[0]->closeFromServer(1006);
    h.run(Duration{5'000});  // the linger of 2
    for (int i = 0; i < 300; ++i) {
      h.run(Duration{100});
      for (std::size_t s = 2; s < h.network.sockets.size(); ++s) {
        if (!h.network.sockets[s]->released()) h.network.sockets[s]->closeFromServer(1006);
      }
    }
    const bool someLive = h.status(1).state == SubscriptionState::Live || h.status(3).state == SubscriptionState::Live;
    CHECK(someLive);
  }

  TEST_CASE("a key that waits for a second socket shows why that fails, and when it is tried again") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 1;
    Harness h(options);
    h.subscribe(1, "a");
    h.settle();
    h.server.acceptSockets = false;
    h.subscribe(2, "b");
    h.run(Duration{100});
    CHECK(h.status(2).code == ReasonCode::Connecting);
    refuseOtherSockets(h);
    CHECK(h.status(2).code == ReasonCode::ConnectFailed);
    CHECK(h.status(2).message.starts_with("Waiting for another socket. The server could not be reached"));
    CHECK(h.status(2).nextRetryAt.has_value());
    CHECK(h.status(1).state == SubscriptionState::Live);
    runRefusing(h, Duration{60'000});
    CHECK(h.status(2).code == ReasonCode::ConnectFailed);
    CHECK(h.notices(2) == std::vector<std::string>{"CHANNEL_ERROR CONNECT_FAILED"});
    h.server.acceptSockets = true;
    h.run(Duration{60'000});
    CHECK(h.status(2).state == SubscriptionState::Live);
  }
}

TEST_SUITE("databases that are away for a while") {
  TEST_CASE("subscriptions are retried while the database is read-only, locked or restarts, and live when it is back") {
    for (const char* error :
         {"ERROR 25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction",
          "ERROR 55P03 (lock_not_available) canceling statement due to lock timeout",
          "FATAL 57P01 (admin_shutdown) terminating connection due to administrator command", "tcp recv: closed"}) {
      CAPTURE(error);
      Harness h;
      h.server.databaseErrors["*"] = error;
      h.subscribe(1, "a");
      h.subscribe(2, "b");
      h.run(Duration{60'000});
      CHECK(h.status(1).state == SubscriptionState::Retrying);
      CHECK(h.status(1).code == ReasonCode::DatabaseUnavailable);
      h.server.databaseErrors.clear();
      h.run(Duration{31'000});
      CHECK(h.status(1).state == SubscriptionState::Live);
      CHECK(h.status(2).state == SubscriptionState::Live);
    }
  }

  TEST_CASE("a table that keeps failing with an error of that kind does not keep others from being live") {
    Harness h;
    h.server.databaseErrors["b"] = "ERROR XX000 (internal_error) cache lookup failed for type 0";
    for (unsigned id = 1; id <= 5; ++id) h.subscribe(id, std::string(1, static_cast<char>('`' + id)));
    h.run(Duration{60'000});
    for (const unsigned id : {1u, 3u, 4u, 5u}) CHECK(h.status(id).state == SubscriptionState::Live);
    CHECK(h.status(2).state != SubscriptionState::Live);
    h.server.databaseErrors.clear();
    h.run(Duration{31'000});
    CHECK(h.status(2).state == SubscriptionState::Live);
  }

  TEST_CASE("subscriptions that an outage of the database has hit come back on few channels") {
    Harness h;
    h.server.databaseErrors["*"] = "ERROR 57P03 (cannot_connect_now) the database system is starting up";
    for (unsigned id = 1; id <= 20; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.run(Duration{600'000});
    h.server.databaseErrors.clear();
    h.run(Duration{31'000});
    for (unsigned id = 1; id <= 20; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
    CHECK(h.server.channels().size() <= 2);
  }
}

TEST_SUITE("parked subscriptions") {
  TEST_CASE(
      "what the server refuses for good is tried again after 5 min to 6 min 15 s, with one notice for all tries") {
    Harness h;
    h.server.unknownTables = {"a"};
    h.subscribe(1, "a");
    h.settle();
    REQUIRE(h.status(1).state == SubscriptionState::Parked);
    const auto next = h.status(1).nextRetryAt;
    REQUIRE(next);
    CHECK(*next >= h.clock.wallNow() + Duration{299'000});
    CHECK(*next <= h.clock.wallNow() + Duration{375'000});
    h.run(Duration{299'000}, Duration{1'000});
    CHECK(h.server.joins.size() == 1);
    h.run(Duration{77'000}, Duration{1'000});
    CHECK(h.server.joins.size() == 2);
    h.run(kHour, Duration{1'000});
    CHECK(h.server.joins.size() >= 11);
    CHECK(h.server.joins.size() <= 15);
    CHECK(h.notices(1) == std::vector<std::string>{"CHANNEL_ERROR BAD_BINDING"});
    h.server.unknownTables.clear();  // somebody published the table
    h.run(Duration{376'000}, Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.notices(1) == std::vector<std::string>{"CHANNEL_ERROR BAD_BINDING", "SUBSCRIBED OK"});
  }

  TEST_CASE("with 0 as the pause it rests until it is asked for") {
    ClientOptions options;
    options.subscriptions.parkedRetry = Duration{0};
    Harness h(options);
    h.server.unknownTables = {"a"};
    h.subscribe(1, "a");
    h.run(kHour, Duration{1'000});
    CHECK(h.server.joins.size() == 1);
    CHECK_FALSE(h.status(1).nextRetryAt);
    h.server.unknownTables.clear();
    h.client().reconnectAll();
    h.run(Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a join that the server refuses for good is tried again too") {
    Harness h;
    h.server.joinError = "RealtimeDisabledForTenant: Realtime disabled for this tenant";
    h.subscribe(1, "a");
    h.settle();
    REQUIRE(h.status(1).state == SubscriptionState::Parked);
    h.server.joinError.clear();
    h.run(Duration{376'000}, Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("what was refused to one role is tried once for each other token") {
    bool byColumn = false;
    SUBCASE("a grant on the table") {}
    SUBCASE("a column") {
      byColumn = true;
    }
    Harness h;
    h.server.databaseErrors["a"] = byColumn ? "ERROR P0001 (raise_exception) invalid column for filter business_id"
                                            : "ERROR 42501 (insufficient_privilege) permission denied for table a";
    h.subscribe(1, "a");
    h.subscribe(2, "b");
    h.run(Duration{1'000});
    REQUIRE(h.status(1).state == SubscriptionState::Parked);
    REQUIRE(h.status(2).state == SubscriptionState::Live);
    const auto signIn = [&](const char* name) {
      for (int i = 0; i < 3; ++i) {  // the same token again is no other
        h.client().provideToken(0, tokenUntil(kWallStart + 12 * kHour, name));
        h.run(Duration{3'000});
      }
    };
    const auto joins = h.server.joins.size();
    signIn("anna");
    CHECK(h.status(1).state == SubscriptionState::Parked);
    CHECK(h.server.joins.size() == joins + 1);
    h.server.databaseErrors.clear();  // the next one's role may read it
    signIn("bert");
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.server.joins.size() == joins + 2);
  }

  TEST_CASE("what was refused to one role shares a channel once another may read it") {
    Harness h;
    h.server.databaseErrors["*"] = "ERROR P0001 (raise_exception) invalid column for filter business_id";
    for (unsigned id = 1; id <= 7; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.run(Duration{10'000});
    for (unsigned id = 1; id <= 7; ++id) REQUIRE(h.status(id).state == SubscriptionState::Parked);
    h.server.databaseErrors.clear();
    h.client().provideToken(0, tokenUntil(kWallStart + 12 * kHour));
    h.run(Duration{1'000});
    for (unsigned id = 1; id <= 7; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
    CHECK(h.server.channels().size() == 1);
  }

  TEST_CASE("a parked key that is tried again does not silence a key that is joined at the same moment") {
    Harness h;
    h.server.unknownTables = {"a"};
    h.subscribe(1, "a");
    h.settle();
    REQUIRE(h.status(1).nextRetryAt);
    h.run(*h.status(1).nextRetryAt - h.clock.wallNow() - Duration{1}, Duration{1'000});
    h.subscribe(2, "b");
    h.timer.advance(Duration{1});
    h.run(Duration{200});
    CHECK(h.server.joins.size() == 3);
    CHECK(h.status(1).state == SubscriptionState::Parked);
    CHECK(h.status(2).state == SubscriptionState::Live);
    CHECK(h.notices(2) == std::vector<std::string>{"SUBSCRIBED OK"});
  }

  TEST_CASE("keys that were parked together are tried again together") {
    Harness h;
    h.server.joinError = "RealtimeDisabledForTenant: Realtime disabled for this tenant";
    for (unsigned id = 1; id <= 5; ++id) h.subscribe(id, "t" + std::to_string(id));
    h.settle();
    h.server.joinError.clear();
    h.run(Duration{376'000}, Duration{1'000});
    for (unsigned id = 1; id <= 5; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
    CHECK(h.server.channels().size() == 1);
  }

  TEST_CASE("a token that comes just before the refusal of the one before is tried as well") {
    Harness h;
    h.server.announceChanges = false;
    h.subscribe(1, "a");
    h.settle();
    const auto channel = h.server.channels().front();
    h.client().provideToken(0, "of somebody who may read it");
    h.server.announceChanges = true;
    h.server.system(channel, "postgres_changes", "error",
                    "Unable to subscribe to changes with given parameters. An exception happened so please check your "
                    "connect parameters: [event: *, schema: public, table: a, filters: [], select: nil]. Exception: "
                    "ERROR P0001 (raise_exception) invalid column for filter business_id");
    CHECK(h.status(1).state == SubscriptionState::Retrying);
    h.run(Duration{1'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
  }
}

ClientOptions askingForTokens() {
  ClientOptions options;
  options.pool.token.hasCallback = true;
  return options;
}

const char* const kSignerError =
    "JwtSignerError: Failed to generate JWT signer, check your JWT secret or JWKS configuration";

TEST_SUITE("tokens that the server refuses") {
  TEST_CASE("a token that was refused for a minute is live soon after, and is not tried in a frenzy") {
    bool callback = false;
    SUBCASE("set by the application") {}
    SUBCASE("from a callback") {
      callback = true;
    }
    Harness h(callback ? askingForTokens() : ClientOptions{});
    const auto token = tokenUntil(kWallStart + 12 * kHour);
    h.onEachBatch = [&](const Batch& batch) {
      if (batch.tokenRequest) h.client().provideToken(*batch.tokenRequest, token);
    };
    h.server.joinError = kSignerError;
    h.subscribe(1, "a");
    if (!callback) h.client().provideToken(0, token);
    h.run(Duration{60'000});
    CHECK(h.status(1).code == ReasonCode::TokenInvalid);
    CHECK(h.status(1).nextRetryAt.has_value());
    h.server.joinError.clear();
    h.run(Duration{76'000});
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.server.joins.size() <= 4);
    CHECK(h.tokenRequests.size() <= 15);
  }

  TEST_CASE(
      "a token that is refused for good is tried some 16 times an hour, and its callback asked not much more often") {
    bool another = false;  // each time, as a callback gives that mints tokens with a wrong key
    SUBCASE("always the same") {}
    SUBCASE("another each time") {
      another = true;
    }
    Harness h(askingForTokens());
    int minted = 0;
    h.onEachBatch = [&](const Batch& batch) {
      if (!batch.tokenRequest) return;
      if (another) ++minted;
      h.client().provideToken(*batch.tokenRequest, tokenUntil(kWallStart + 12 * kHour, std::to_string(minted)));
    };
    h.server.joinError = kSignerError;
    h.subscribe(1, "a");
    h.run(kHour, Duration{500});
    CHECK(h.server.joins.size() >= 12);
    CHECK(h.server.joins.size() <= 20);
    CHECK(h.tokenRequests.size() >= 12);
    CHECK(h.tokenRequests.size() <= 40);
    CHECK(h.status(1).code == ReasonCode::TokenInvalid);
    CHECK(h.notices(1) == std::vector<std::string>{"CHANNEL_ERROR TOKEN_INVALID"});
  }

  TEST_CASE("channels that end together for one token count as one refusal") {
    Harness h;
    h.client().provideToken(0, tokenUntil(kWallStart + 12 * kHour));
    for (unsigned id = 1; id <= 4; ++id) {
      h.subscribe(id, "t" + std::to_string(id));
      h.run(Duration{100});
    }
    REQUIRE(h.server.channels().size() == 4);
    for (const auto& channel : h.server.channels()) {
      h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
      h.server.closeChannel(channel);
    }
    CHECK(h.status(1).code == ReasonCode::TokenExpired);
    h.run(Duration{38'000});
    for (unsigned id = 1; id <= 4; ++id) CHECK(h.status(id).state == SubscriptionState::Live);
  }

  TEST_CASE("a server that subscribes again by itself after two tokens in quick succession is noticed") {
    Harness h;
    h.subscribe(1, "a");
    h.settle();
    h.client().provideToken(0, "first");
    h.client().provideToken(0, "second");
    h.run(Duration{2'000});
    REQUIRE(h.server.pushedTokens.size() == 2);
    const auto channel = h.server.channels().front();
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    h.run(Duration{3'000});
    CHECK(h.gaps.empty());
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    h.run(Duration{100});
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::Resubscribed);
  }

  TEST_CASE("a publishable key given as the token is not pushed, and hides no re-subscription") {
    Harness h;
    h.subscribe(1, "a");
    h.settle();
    h.client().provideToken(0, "sb_publishable_other");
    h.run(Duration{2'000});
    CHECK(h.server.pushedTokens.empty());
    h.server.system(h.server.channels().front(), "postgres_changes", "ok", "Subscribed to PostgreSQL");
    CHECK(h.gaps.size() == 1);
  }

  TEST_CASE("a calendar that jumps ahead and back leaves no token without its renewal") {
    bool hasIssue = false;
    SUBCASE("without iat") {}
    SUBCASE("with iat") {
      hasIssue = true;
    }
    Harness h(askingForTokens());
    const auto exp = (kWallStart + kHour).time_since_epoch().count() / 1000;
    const auto issued = hasIssue ? ",\"iat\":" + std::to_string(exp - 3'600) : std::string();
    const auto token = jwt(R"({"role":"authenticated","exp":)" + std::to_string(exp) + issued + "}");
    h.onEachBatch = [&](const Batch& batch) {
      if (batch.tokenRequest) h.client().provideToken(*batch.tokenRequest, token);
    };
    h.subscribe(1, "a");
    h.run(Duration{1'000});
    h.clock.jumpWall(2 * kHour);
    h.run(Duration{30'000}, Duration{1'000});
    h.clock.jumpWall(-2 * kHour);
    const auto asked = h.tokenRequests.size();
    CHECK(asked <= 3);
    h.run(kHour - Duration{90'000}, Duration{1'000});
    CHECK(h.tokenRequests.size() <= asked + 1);
    h.run(Duration{58'000}, Duration{1'000});
    CHECK(h.tokenRequests.size() > asked);
  }
}

TEST_CASE("while a rebuild waits for its token the old line's changes pass, and are not collected") {
  Harness h(askingForTokens());
  for (unsigned id = 1; id <= 3; ++id) h.subscribe(id, "t" + std::to_string(id));
  h.settle();
  h.client().provideToken(h.tokenRequests.back(), "t");
  h.settle();
  h.client().failToken(h.tokenRequests.back(), "not now");
  for (unsigned id = 2; id <= 3; ++id) h.unsubscribe(id);
  h.run(Duration{6'000});
  CHECK(h.server.change("t1", "INSERT", R"({"id":1})") >= 1);
  CHECK(h.changes(1).size() == 1);
}

TEST_CASE("a beat that comes before its announcement proves nothing, and harms nothing") {
  ClientOptions options;
  options.subscriptions.pulse.period = Duration{1'000};
  Harness h(options);
  h.subscribe(1, "a");
  h.server.serve();
  h.timer.advance(Duration{1});
  h.server.serve();
  h.server.announceChanges = false;
  h.run(Duration{500});
  int beats = 0;
  for (auto channel : h.server.channels()) {
    if (textMember(channel.bindings[0], "table") != "switchboard_pulse" || channel.live) continue;
    ++beats;
    h.network.last().receive(
        R"([null,null,")" + channel.topic +
        R"(","postgres_changes",{"data":{"table":"switchboard_pulse","type":"UPDATE","record":{"id":1,"seq":7},"columns":[],"errors":null,"schema":"public","commit_timestamp":"2026-11-22T12:00:00.000Z"},"ids":[)" +
        std::to_string(channel.bindings[0]["id"].get<unsigned>()) + "]}]");
    CHECK((*h.client().status().connections().begin()).second->pulse == PulseState::Joining);
    h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    CHECK((*h.client().status().connections().begin()).second->pulse == PulseState::Waiting);
  }
  CHECK(beats == 1);
}

}  // namespace
}  // namespace switchboard
