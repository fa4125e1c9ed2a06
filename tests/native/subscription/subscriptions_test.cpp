#include "subscription/subscriptions.h"

#include <doctest/doctest.h>

#include "client/harness.h"
#include "support/jwt.h"

/// What only shows when planner, channels and tokens work together.
namespace switchboard {
namespace {

using testing::Harness;
using testing::kWallStart;
using testing::tokenUntil;

/// Five keys on one channel, four of which nobody wants any more: the channel is being handed over.
void beginHandover(Harness& h) {
  for (unsigned id = 1; id <= 5; ++id) h.subscribe(id, "t" + std::to_string(id));
  h.run(Duration{200});
  for (unsigned id = 2; id <= 5; ++id) h.unsubscribe(id);
  h.run(Duration{5'200});  // the linger
}

TEST_CASE(
    "regression: a key that is subscribed again while its channel is being handed over is still served when that is "
    "over") {
  Harness h;
  beginHandover(h);
  REQUIRE(h.server.channels().size() == 2);
  h.subscribe(12, "t2");
  h.run(Duration{20'000});
  CHECK(h.status(1).state == SubscriptionState::Live);
  CHECK(h.status(12).state == SubscriptionState::Live);
  for (const char* table : {"t1", "t2"}) CHECK(h.server.change(table, "INSERT", "{}") == 1);
  CHECK(h.changes(1).size() == 1);
  CHECK(h.changes(12).size() == 1);
}

TEST_CASE("a handover is finished when nothing of the old channel is subscribed any more") {
  Harness h;
  beginHandover(h);
  h.run(Duration{5'000});
  REQUIRE(h.server.channels().size() == 1);
  CHECK(h.server.channels().front().bindings.size() == 1);
}

TEST_CASE("a new subscriber within the linger ends it: the channel is neither left nor joined again") {
  Harness h;
  h.subscribe(1, "bookings");
  h.settle();
  h.unsubscribe(1);
  h.run(Duration{4'000});
  h.subscribe(2, "bookings");
  h.run(Duration{10'000});  // well over the linger of 5
  CHECK(h.server.joins.size() == 1);
  CHECK(h.server.leaves == 0);
  CHECK(h.status(2).state == SubscriptionState::Live);
  h.unsubscribe(2);
  h.run(Duration{4'900});
  CHECK(h.server.leaves == 0);
  h.run(Duration{200});  // now it has lingered long enough
  CHECK(h.server.leaves == 1);
  CHECK(h.client().subscriptions().registry().entries().empty());
}

TEST_CASE("a linger that a new subscriber has ended does not keep the key when that one leaves too") {
  Harness h;
  h.subscribe(1, "bookings");
  h.settle();
  h.unsubscribe(1);
  h.run(Duration{1'000});
  h.subscribe(2, "bookings");
  h.settle();
  h.loseServer();  // a key that is not live does not linger
  h.unsubscribe(2);
  h.settle();
  CHECK(h.client().subscriptions().registry().entries().empty());
}

TEST_CASE("each new subscriber of a key is notified once, unless it has left before") {
  Harness h;
  h.subscribe(1, "bookings");
  h.subscribe(2, "bookings");
  h.unsubscribe(2);
  h.settle();
  h.subscribe(3, "bookings");
  h.subscribe(4, "bookings");
  h.unsubscribe(4);
  h.settle();
  h.subscribe(5, "bookings");
  h.settle();
  for (const unsigned id : {1u, 3u, 5u}) CHECK(h.notices(id) == std::vector<std::string>{"SUBSCRIBED OK"});
  for (const unsigned id : {2u, 4u}) CHECK(h.notices(id).empty());
}

ClientOptions withCallback() {
  ClientOptions options;
  options.pool.token.hasCallback = true;
  return options;
}

TEST_CASE("regression: a token that came while the old one's channels were being closed is not blamed for that") {
  Harness h(withCallback());
  const auto old = tokenUntil(kWallStart + Duration{3'600'000}, "old");
  const auto fresh = tokenUntil(kWallStart + Duration{7'200'000}, "new");
  h.onEachBatch = [&](const Batch& batch) {
    if (batch.tokenRequest && h.tokenRequests.size() == 1) h.client().provideToken(*batch.tokenRequest, old);
    if (batch.tokenRequest && h.tokenRequests.size() > 1) h.client().provideToken(*batch.tokenRequest, fresh);
  };
  h.subscribe(1, "a");
  h.run(Duration{200});
  h.subscribe(2, "b");
  h.run(Duration{200});
  const auto channels = h.server.channels();
  REQUIRE(channels.size() == 2);
  // The server closes both at the same moment; the callback answers between the two frames.
  for (const auto& channel : channels) {
    h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
    h.server.closeChannel(channel);
  }
  h.run(Duration{10'000});
  CHECK(h.status(1).state == SubscriptionState::Live);
  CHECK(h.status(2).state == SubscriptionState::Live);
  for (const auto& channel : h.server.channels()) CHECK(channel.token == fresh);
}

TEST_CASE("regression: a token set by hand just before the old one's channel is closed is not blamed for that") {
  ClientOptions options;
  options.accessToken = "old";
  Harness h(std::move(options));
  h.subscribe(1, "a");
  h.run(Duration{200});
  const auto channel = h.server.channels().at(0);
  h.client().provideToken(0, "new");
  h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
  h.server.closeChannel(channel);
  h.run(Duration{10'000});
  CHECK(h.status(1).state == SubscriptionState::Live);
  CHECK(h.server.channels().at(0).token == "new");
}

TEST_CASE("a pushed token that the server has taken is blamed when it expires") {
  ClientOptions options;
  options.accessToken = "first";
  Harness h(std::move(options));
  h.subscribe(1, "a");
  h.run(Duration{200});
  const auto channel = h.server.channels().at(0);
  h.client().provideToken(0, "second");
  h.run(Duration{2'000});
  h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  const auto joins = h.server.joins.size();
  h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
  h.server.closeChannel(channel);
  h.run(Duration{10'000});
  CHECK(h.status(1).state == SubscriptionState::Retrying);
  CHECK(h.server.joins.size() == joins);  // no join that is bound to be refused and to freeze the socket
  h.client().provideToken(0, "third");
  h.run(Duration{1'000});
  CHECK(h.status(1).state == SubscriptionState::Live);
}

TEST_CASE("a newer token that is no better is found out by its own join") {
  ClientOptions options;
  options.accessToken = "old";
  Harness h(std::move(options));
  h.subscribe(1, "a");
  h.run(Duration{200});
  const auto channel = h.server.channels().at(0);
  h.client().provideToken(0, "new");
  h.server.joinError = "InvalidJWTToken: Token has expired 3 seconds ago";
  h.server.system(channel, "system", "error", "Token has expired 0 seconds ago");
  h.server.closeChannel(channel);
  h.run(Duration{29'000});
  CHECK(h.server.joins.size() == 2);
  CHECK(h.status(1).code == ReasonCode::TokenExpired);
  h.server.joinError.clear();
  h.client().provideToken(0, "third");
  h.run(Duration{1'000});
  CHECK(h.status(1).state == SubscriptionState::Live);
}

}  // namespace
}  // namespace switchboard
