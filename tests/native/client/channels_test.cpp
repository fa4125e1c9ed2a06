#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "client/harness.h"
#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::Harness;
using testing::ms;
using testing::ScriptedServer;
using Lines = std::vector<std::string>;

const HandleOptions kPresence{false, true};

/// The server's channel with this name on this socket.
ScriptedServer::Channel channelOf(const Harness& harness, const std::string& name, std::size_t socket = 0) {
  for (const auto& channel : harness.server.channels()) {
    if (channel.topic == "realtime:" + name && channel.socket == socket) return channel;
  }
  FAIL("the server has no channel " << name);
  return {};
}

Lines namesOn(const Harness& harness) {
  Lines names;
  for (const auto& channel : harness.server.channels()) {
    names.push_back(std::to_string(channel.socket) + " " + channel.topic.substr(9));
  }
  return names;
}

TEST_CASE("subscriptions, channels and presence share one socket") {
  Harness harness;
  for (unsigned i = 1; i <= 50; ++i)
    harness.subscribe(i, "table" + std::to_string(i % 7), "*", "id=eq." + std::to_string(i));
  for (unsigned i = 0; i < 20; ++i) harness.openChannel(100 + i, "room" + std::to_string(i), kPresence);
  harness.client().track(HandleId{100}, R"({"name":"A"})");
  harness.run(ms(5'000));
  CHECK(harness.network.sockets.size() == 1);
  for (unsigned i = 1; i <= 50; ++i) CHECK(harness.stateOf(i) == "live");
  for (unsigned i = 100; i < 120; ++i) CHECK(harness.stateOf(i) == "live");
  CHECK(harness.client().status().overall() == OverallState::Live);
  CHECK(harness.server.presenceCalls.size() == 1);
  harness.server.say(channelOf(harness, "room3"), "broadcast", R"({"type":"broadcast","event":"e","payload":[1]})");
  harness.server.change("table1", "INSERT", R"({"id":1})");
  CHECK(harness.takeHeard() == Lines{"e [1] >103"});
  CHECK(harness.delivered.size() > 0);
}

TEST_CASE("the socket of channels alone is given up once they have lingered") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.settle();
  harness.closeChannel(1);
  harness.run(ms(4'900));
  CHECK(harness.server.leaves == 0);
  harness.run(ms(200));
  CHECK(harness.server.leaves == 1);
  harness.run(ms(10'000));
  CHECK(harness.network.last().closedByClient());
  CHECK(harness.client().status().overall() == OverallState::Idle);
  CHECK(harness.client().deadlines().size() == 0);
}

TEST_CASE("a handle that opens while the channel lingers takes it over") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.settle();
  harness.closeChannel(1);
  harness.run(ms(3'000));
  harness.openChannel(2, "room");
  CHECK(harness.stateOf(2) == "live");
  harness.run(ms(10'000));
  CHECK(harness.server.joins.size() == 1);
  CHECK(harness.server.leaves == 0);
}

TEST_CASE("a channel that nobody wants any more when its turn comes is not joined") {
  Harness harness;
  harness.openChannel(1, "hall");
  harness.settle();
  harness.openChannel(2, "lobby");
  harness.openChannel(3, "room", kPresence);
  harness.timer.advance(ms(1));  // the lobby joins, and the room waits for its turn
  harness.closeChannel(3);
  harness.run(ms(1'000));
  CHECK(namesOn(harness) == Lines{"0 hall", "0 lobby"});
  harness.openChannel(4, "room", kPresence);
  harness.run(ms(1'000));
  CHECK(harness.server.joins.size() == 3);
  CHECK(harness.server.leaves == 0);
  CHECK(namesOn(harness) == Lines{"0 hall", "0 lobby", "0 room"});
}

TEST_CASE("what comes while a channel has no handles is handed to nobody") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.settle();
  harness.closeChannel(1);
  harness.server.say(channelOf(harness, "room"), "broadcast", R"({"type":"broadcast","event":"e","payload":[1]})");
  CHECK(harness.takeHeard().empty());
}

TEST_CASE("handles of one name share a channel, and each gets what concerns it") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.openChannel(2, "room", {true, true});
  harness.settle();
  CHECK(harness.server.joins.size() == 1);
  harness.push(7, 1, "1", true);
  harness.push(8, 2, "2");
  harness.settle();
  CHECK(harness.takeHeard() == Lines{"e 2 >1 >2", "#8 0", "e 1 >2", "#7 0"});
  harness.server.say(channelOf(harness, "room"), "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  CHECK(harness.takeHeard() == Lines{"join a >2"});
}

TEST_CASE("a handle that opens on a joined channel gets those who are present as joins") {
  Harness harness;
  harness.openChannel(1, "room", kPresence);
  harness.settle();
  harness.server.say(channelOf(harness, "room"), "presence_state",
                     R"({"a":{"metas":[{"phx_ref":"1"}]},"b":{"metas":[{"phx_ref":"2"}]}})");
  CHECK(harness.takeHeard() == Lines{"join a >1", "join b >1"});
  harness.openChannel(2, "room", kPresence);
  CHECK(harness.takeHeard() == Lines{"join a >2", "join b >2"});
  harness.server.say(channelOf(harness, "room"), "presence_diff",
                     R"({"joins":{},"leaves":{"b":{"metas":[{"phx_ref":"2"}]}}})");
  CHECK(harness.takeHeard() == Lines{"leave b >1 >2"});
  harness.openChannel(3, "room");
  CHECK(harness.takeHeard().empty());
  harness.client().watchPresence(HandleId{3});
  CHECK(harness.takeHeard() == Lines{"join a >3"});
  CHECK(harness.server.joins.size() == 1);
}

TEST_CASE("that nobody is present is said, too") {
  Harness harness;
  harness.openChannel(1, "room", kPresence);
  harness.settle();
  harness.server.say(channelOf(harness, "room"), "presence_state", "{}");
  CHECK(harness.takeHeard() == Lines{"nothing new >1"});
  harness.openChannel(2, "room", kPresence);
  CHECK(harness.takeHeard() == Lines{"nothing new >2"});
  harness.server.say(channelOf(harness, "room"), "presence_diff", R"({"joins":{},"leaves":{}})");
  CHECK(harness.takeHeard().empty());
}

TEST_CASE("without a key a channel has one of its own, which survives rejoins") {
  Harness harness;
  harness.openChannel(1, "room", kPresence);
  harness.settle();
  harness.network.last().closeFromServer(1006);
  harness.run(ms(5'000));
  REQUIRE(harness.server.joins.size() == 2);
  const auto& key = harness.server.joins[0]["config"]["presence"]["key"];
  CHECK(key.get<std::string>().size() > 10);
  CHECK(harness.server.joins[1]["config"]["presence"]["key"] == key);
}

TEST_CASE("who was present is forgotten when a join no longer asks for it") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.openChannel(2, "room", kPresence);
  harness.settle();
  harness.server.say(channelOf(harness, "room"), "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  harness.closeChannel(2);
  harness.network.last().closeFromServer(1006);
  harness.run(ms(5'000));
  harness.takeHeard();
  harness.openChannel(3, "room", kPresence);
  harness.settle();
  CHECK(harness.takeHeard().empty());
  harness.server.say(channelOf(harness, "room", 1), "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  CHECK(harness.takeHeard() == Lines{"join a >3"});
}

TEST_CASE("another presence key is another channel on another socket; no key goes with any") {
  Harness harness;
  harness.openChannel(1, "room", kPresence, "me");
  harness.openChannel(2, "room", kPresence, "you");
  harness.openChannel(3, "room");
  harness.run(ms(3'000));
  CHECK(namesOn(harness) == Lines{"0 room", "1 room"});
  CHECK(harness.stateOf(1) == "live");
  CHECK(harness.stateOf(2) == "live");
  CHECK(harness.stateOf(3) == "live");
}

TEST_CASE("a channel without a key takes one while nothing is tracked on it") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.settle();
  CHECK(harness.status(1).presenceKey == harness.server.joins.at(0)["config"]["presence"]["key"]);
  CHECK_FALSE(harness.status(1).presenceKey.empty());
  harness.openChannel(2, "room", kPresence, "me");
  CHECK(harness.status(1).presenceKey == "me");
  CHECK(harness.status(2).presenceKey == "me");
  harness.run(ms(200));
  REQUIRE(harness.server.joins.size() == 2);
  CHECK(harness.server.joins[1]["config"]["presence"]["key"] == "me");
  CHECK(harness.network.sockets.size() == 1);
  CHECK(harness.stateOf(1) == "live");
  CHECK(harness.takeHeard().empty());
}

TEST_CASE("a channel that waits for another socket says so, and why") {
  Harness harness;
  harness.openChannel(1, "room", kPresence, "me");
  harness.settle();
  harness.server.acceptSockets = false;
  harness.openChannel(2, "room", kPresence, "you");
  harness.settle();
  CHECK(harness.stateOf(2) == "pending");
  CHECK(harness.status(2).message.find("another socket") != std::string::npos);
  harness.server.acceptSockets = true;
  harness.run(ms(3'000));
  CHECK(harness.stateOf(2) == "live");
}

TEST_CASE("options that can't be had together are refused, by name") {
  ClientOptions options;
  options.pool.maxSockets = 2;
  Harness harness(std::move(options));
  harness.openChannel(1, "room", {}, "a");
  harness.openSpec(2, {"room", {}, true, {}});
  harness.openChannel(5, "");
  harness.openChannel(6, std::string(247, 'x'));
  harness.openSpec(7, {"other", {}, false, ReplayRequest{}});
  harness.openChannel(1, "other");
  Lines refused;
  for (const auto& error : harness.errors) refused.push_back(error.option);
  CHECK(refused == Lines{"private", "name", "name", "replay", "id"});
  harness.openChannel(8, std::string(246, 'x'));
  CHECK(harness.errors.size() == 5);
}

TEST_CASE("with more presence keys than sockets one waits, says why, and joins when another is closed") {
  ClientOptions options;
  options.pool.maxSockets = 2;
  Harness harness(std::move(options));
  harness.openChannel(1, "room", {}, "a");
  harness.openChannel(2, "room", {}, "b");
  harness.openChannel(3, "room", {}, "c");
  harness.openChannel(4, "room");
  harness.push(1, 3, "1");
  harness.run(ms(3'000));
  CHECK(harness.errors.empty());
  CHECK(harness.stateOf(3) == "pending");
  CHECK(harness.status(3).code == ReasonCode::TooManyChannels);
  CHECK(harness.status(3).message.find("maxSockets") != std::string::npos);
  CHECK(harness.stateOf(4) == "live");
  harness.closeChannel(2);
  harness.run(ms(5'100));
  CHECK(harness.stateOf(3) == "live");
  CHECK(harness.stateOf(1) == "live");
  CHECK(harness.takeHeard() == Lines{"#1 0"});
}

TEST_CASE("room that a subscription leaves goes to a channel that waits for it, and the other way round") {
  ClientOptions options;
  options.pool.maxSockets = 1;
  options.pool.multiplexer.maxChannels = 1;
  Harness harness(std::move(options));
  harness.subscribe(1, "bookings");
  harness.run(ms(1'000));
  harness.openChannel(2, "room");
  harness.run(ms(1'000));
  CHECK(harness.status(2).code == ReasonCode::TooManyChannels);
  harness.unsubscribe(1);
  harness.run(ms(60'000));
  CHECK(harness.stateOf(2) == "live");
  harness.subscribe(3, "payments");
  harness.run(ms(1'000));
  CHECK(harness.status(3).code == ReasonCode::TooManyChannels);
  harness.closeChannel(2);
  harness.run(ms(60'000));
  CHECK(harness.stateOf(3) == "live");
}

TEST_CASE("a channel that only lingers gives way to one with other options") {
  Harness harness;
  harness.openChannel(1, "room", {}, "a");
  harness.settle();
  harness.closeChannel(1);
  harness.openSpec(2, {"room", {}, true, {}});
  harness.run(ms(200));
  CHECK(harness.errors.empty());
  CHECK(harness.stateOf(2) == "live");
  CHECK(namesOn(harness) == Lines{"0 room"});
  CHECK(harness.server.leaves == 1);
}

TEST_CASE("a refused channel keeps away from what is live, and is tried again with another token") {
  Harness harness;
  harness.client().provideToken(0, "token-1");
  harness.subscribe(1, "bookings");
  harness.settle();
  harness.server.joinError = "Unauthorized: You do not have permissions to read from this Channel topic: room";
  harness.openSpec(2, {"room", {}, true, {}});
  harness.run(ms(1'000));
  CHECK(harness.stateOf(2) == "parked");
  CHECK_FALSE(harness.status(2).retryable);
  CHECK(harness.status(2).nextRetryAt);
  harness.client().provideToken(0, "token-2");
  harness.run(ms(3'000));
  CHECK(harness.network.sockets.size() == 2);
  harness.server.joinError.clear();
  harness.client().reconnectAll();
  harness.run(ms(3'000));
  CHECK(harness.stateOf(2) == "live");
}

TEST_CASE("what happens to the socket reaches its channels: a loss, offline, a suspension") {
  Harness harness;
  harness.openChannel(1, "room", kPresence);
  harness.settle();
  harness.server.say(channelOf(harness, "room"), "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  harness.push(1, 1, "lost", true);
  harness.loseServer();
  CHECK(harness.status(1).code == ReasonCode::ConnectionLost);
  CHECK(harness.status(1).nextRetryAt);
  harness.client().notify(LifecycleEvent::Offline);
  harness.run(ms(1'000));
  CHECK(harness.status(1).code == ReasonCode::Offline);
  CHECK(harness.takeHeard() == Lines{"join a >1", "#1 3"});
  harness.push(2, 1, "kept");
  harness.client().notify(LifecycleEvent::Online);
  harness.server.acceptSockets = true;
  harness.run(ms(10'000));
  CHECK(harness.takeHeard() == Lines{"#2 0", "gap CONNECTION_LOST >1"});
  harness.client().notify(LifecycleEvent::PageHide);
  harness.run(ms(100));
  CHECK(harness.status(1).code == ReasonCode::Suspended);
  CHECK(harness.network.last().closedByClient());
  harness.client().notify(LifecycleEvent::PageShow);
  harness.run(ms(5'000));
  CHECK(harness.stateOf(1) == "live");
}

TEST_CASE("a gap is reported to handles that were open all the time") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.openChannel(2, "room");
  harness.settle();
  harness.loseServer();
  harness.openChannel(3, "room");
  harness.closeChannel(2);
  harness.server.acceptSockets = true;
  harness.run(ms(5'000));
  CHECK(harness.takeHeard() == Lines{"gap CONNECTION_LOST >1"});
}

TEST_CASE("nothing is delivered to a handle that is closed within the same turn") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.openChannel(2, "room");
  harness.settle();
  harness.onEachBatch = [&](const Batch& batch) {
    if (!batch.deliveries.empty()) harness.closeChannel(2);
  };
  const auto channel = channelOf(harness, "room");
  harness.server.say(channel, "broadcast", R"({"type":"broadcast","event":"e","payload":1})");
  harness.server.say(channel, "broadcast", R"({"type":"broadcast","event":"e","payload":2})");
  CHECK(harness.takeHeard() == Lines{"e 1 >1 >2", "e 2 >1"});
  harness.push(5, 2, "3");
  CHECK(harness.takeHeard() == Lines{"#5 5"});
}

TEST_CASE("changes and broadcasts of one turn keep their order") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.openChannel(2, "room");
  harness.settle();
  std::vector<DeliveryKind> kinds;
  harness.onEachBatch = [&](const Batch& batch) {
    for (const auto& delivery : batch.deliveries) kinds.push_back(delivery.kind);
  };
  harness.push(1, 1, "1");
  Push bytes{PushId{2}, HandleId{1}, "e"};
  bytes.payload = "\xff";
  bytes.encoding = PayloadEncoding::Bytes;
  harness.client().push(std::move(bytes));
  CHECK(kinds == std::vector{DeliveryKind::Broadcast, DeliveryKind::Bytes});
}

TEST_CASE("all channels together stay below the send budget") {
  ClientOptions options;
  options.channels.sendsPerSecond = 10;
  Harness harness(std::move(options));
  harness.openChannel(1, "a");
  harness.openChannel(2, "b");
  harness.settle();
  for (unsigned i = 0; i < 30; ++i) harness.push(i + 1, 1 + i % 2, "1");
  harness.run(ms(100));
  CHECK(harness.server.broadcasts.size() <= 11);
  harness.run(ms(3'000));
  CHECK(harness.server.broadcasts.size() == 30);
}

TEST_CASE("after dispose channels are refused, and nothing comes") {
  Harness harness;
  harness.openChannel(1, "room");
  harness.settle();
  harness.client().dispose();
  harness.takeHeard();
  harness.openChannel(2, "room");
  REQUIRE(harness.errors.size() == 1);
  CHECK(harness.errors[0].code == ReasonCode::Disposed);
  harness.closeChannel(1);
  harness.run(ms(10'000));
  CHECK(harness.takeHeard().empty());
  CHECK(harness.client().deadlines().size() == 0);
}

}  // namespace
}  // namespace switchboard
