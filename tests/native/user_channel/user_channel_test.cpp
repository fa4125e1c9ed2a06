#include "user_channel/user_channel.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "user_channel/user_channel_bench.h"

namespace switchboard {
namespace {

using testing::kFirst;
using testing::kSecond;
using testing::kWallStart;
using testing::ms;
using testing::UserChannelBench;
using Lines = std::vector<std::string>;

UserChannelSpec privateRoom(std::optional<ReplayRequest> replay = {}) {
  return {"room", {}, true, replay};
}

TEST_CASE("the first join goes out at the next tick and asks for what its handles need") {
  UserChannelBench bench({"room", "me", false, {}});
  bench.channel->open(kFirst, {false, false});
  bench.channel->open(kSecond, {false, true});
  bench.advance(ms(0));
  bench.network.last().open();
  const auto join = bench.answerJoin();
  CHECK(join == parseJson(R"({"config":{"broadcast":{"ack":true,"self":false},"presence":{"key":"me","enabled":true},
                              "postgres_changes":[],"private":false},"access_token":"token-1"})"));
  CHECK(bench.take() == Lines{"joining CONNECTING", "live OK"});
}

TEST_CASE("broadcasts of both forms reach every handle") {
  UserChannelBench bench;
  bench.goLive();
  bench.channel->open(kSecond, {false, false});
  bench.hearBroadcast(R"({"a":1})");
  bench.network.last().receiveBinary(std::string("\4\x0d\1\0\0", 5) + "realtime:roomb" + std::string("\0\xff", 2));
  bench.network.last().receiveBinary(std::string("\4\x0d\1\0\1", 5) + "realtime:roomb{}");
  CHECK(bench.take() == Lines{R"(e {"a":1} >1 >2)", std::string("b \0\xff bytes >1 >2", 16), "b {} >1 >2"});
  CHECK(bench.counters.ignoredFrames == 0);
}

TEST_CASE("binary frames for nobody, of other kinds and malformed ones are counted as ignored") {
  UserChannelBench bench;
  bench.goLive();
  bench.network.last().receiveBinary(std::string("\4\x0d\1\0\1", 5) + "realtime:elseb{}");
  bench.network.last().receiveBinary(std::string("\2\x0d\1", 3) + "realtime:roomb{}");
  bench.network.last().receiveBinary("\4");
  CHECK(bench.take().empty());
  CHECK(bench.counters.ignoredFrames == 3);
}

TEST_CASE("a push goes out as a binary frame of the current join, and its answer ends it") {
  UserChannelBench bench;
  bench.goLive();
  auto push = bench.push(R"({"x":1})");
  push.ack = true;
  CHECK_FALSE(bench.channel->send(std::move(push)));
  const auto sent = bench.network.last().takeSentBytes();
  REQUIRE(sent.size() == 1);
  const auto frame = decodeBinaryFrame(Sender::Client, sent[0]).value();
  CHECK(frame.joinRef == bench.joinRef);
  CHECK(frame.topic == "realtime:room");
  CHECK(frame.event == "e");
  CHECK(frame.payload == R"({"x":1})");
  CHECK(bench.take().empty());
  bench.hear(bench.joinRef, std::string(frame.ref), "phx_reply",
             R"({"status":"error","response":"payload_size_exceeded"})");
  CHECK(bench.take() == Lines{"#1 2 payload_size_exceeded"});
}

TEST_CASE("with version 1 pushes are text, and bytes are refused") {
  UserChannelBench bench({"room", {}, false, {}}, Version::V1);
  bench.goLive();
  CHECK_FALSE(bench.channel->send(bench.push(R"({"x":1})")));
  const auto sent = bench.takeSent();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0][3] == "broadcast");
  CHECK(sent[0][4] == parseJson(R"({"type":"broadcast","event":"e","payload":{"x":1}})"));
  auto bytes = bench.push("\1");
  bytes.encoding = PayloadEncoding::Bytes;
  CHECK(bench.channel->send(std::move(bytes))->option == "vsn");
}

TEST_CASE("what can never be sent is refused at once, with the option's name") {
  UserChannelBench bench;
  bench.goLive();
  auto push = bench.push("{}");
  push.event.clear();
  CHECK(bench.channel->send(Push(push))->option == "event");
  push.event = std::string(256, 'e');
  CHECK(bench.channel->send(Push(push))->option == "event");
  push.event = std::string(255, 'e');
  CHECK_FALSE(bench.channel->send(Push(push)));
  push.metadata = std::string(256, ' ');
  CHECK(bench.channel->send(Push(push))->option == "persist");
  CHECK_FALSE(bench.channel->send(bench.push(std::string(4'995'000, ' '))));  // what web/core/checks lets through
  CHECK(bench.channel->send(bench.push(std::string(4'995'001, ' ')))->option == "payload");
}

TEST_CASE("the largest payload can be sent under the longest names, however they are escaped") {
  for (const auto version : {Version::V1, Version::V2}) {
    UserChannelBench bench({"room", {}, false, {}}, version);
    bench.goLive();
    for (std::size_t size = 5'000'000; size > 4'990'000; size -= 500) {
      auto push = bench.push(std::string(size, ' '));
      push.event = std::string(255, '\1');
      if (!bench.channel->send(std::move(push))) break;
    }
    bench.channel->send(bench.push("1"));
    const auto lines = bench.take();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find(" 0 ") != std::string::npos);
    CHECK(lines[1].find(" 0 ") != std::string::npos);
  }
}

TEST_CASE("other handles get what one sends as from anybody, the sender only if it asked for it") {
  UserChannelBench bench;
  bench.goLive();
  bench.channel->send(bench.push("1"));
  CHECK(bench.take() == Lines{"#1 0 "});
  bench.channel->open(kSecond, {true, false});
  bench.channel->send(bench.push("2", kFirst));
  bench.channel->send(bench.push("3", kSecond));
  CHECK(bench.take() == Lines{"e 2 >2", "#2 0 ", "e 3 >1 >2", "#3 0 "});
  bench.channel->close(kFirst);
  bench.channel->send(bench.push("4", kSecond));
  CHECK(bench.take() == Lines{"e 4 >2", "#4 0 "});
}

TEST_CASE("nothing is looped back before it is sent") {
  UserChannelBench bench;
  bench.channel->open(kFirst, {true, false});
  bench.channel->send(bench.push("1"));
  bench.advance(ms(0));
  bench.network.last().open();
  bench.take();
  bench.answerJoin();
  CHECK(bench.take() == Lines{"live OK", "e 1 >1", "#1 0 "});
}

TEST_CASE("a gap begins when the last request went out that was answered: frames may have been on their way since") {
  UserChannelBench bench;
  bench.goLive();
  bench.advance(ms(10'000));
  bench.hearBroadcast("1");
  bench.cut();
  bench.answerJoin();
  CHECK(bench.take() ==
        Lines{"e 1 >1", "pending CONNECTION_LOST", "joining CONNECTING", "live OK", "gap CONNECTION_LOST 0 to 15000"});

  bench.network.last().takeSent();
  bench.advance(ms(15'000));
  bench.answerHeartbeat();
  bench.advance(ms(3'000));
  bench.hearBroadcast("2");
  bench.cut();
  bench.answerJoin();
  CHECK(bench.take() == Lines{"e 2 >1", "pending CONNECTION_LOST", "joining CONNECTING", "live OK",
                              "gap CONNECTION_LOST 30000 to 38000"});
}

TEST_CASE("a join for more that is not answered does not move the begin of a gap") {
  UserChannelBench bench;
  bench.goLive();
  bench.advance(ms(4'000));
  bench.channel->watchPresence(kFirst);
  bench.advance(ms(0));
  CHECK(bench.takeSentEvents() == Lines{"phx_join"});
  bench.cut();
  bench.answerJoin();
  CHECK(bench.take() ==
        Lines{"pending CONNECTION_LOST", "joining CONNECTING", "live OK", "gap CONNECTION_LOST 0 to 9000"});
}

TEST_CASE("after a cut it joins again under its topic; frames of the join before are not taken for new ones") {
  UserChannelBench bench;
  bench.goLive(true);
  const std::string before = bench.joinRef;
  bench.hear(before, "", "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  CHECK(bench.take() == Lines{"join a >1"});
  bench.advance(ms(1'000));
  bench.cut();
  CHECK(bench.take() == Lines{"pending CONNECTION_LOST", "joining CONNECTING"});
  bench.hearBroadcast("1");  // late
  bench.hear(before, "", "presence_state", "{}");
  bench.hear(before, before, "phx_close", "{}");
  bench.hear(before, before, "phx_reply", R"({"status":"ok","response":{}})");
  CHECK(bench.take().empty());
  bench.answerJoin();
  CHECK(bench.joinRef != before);
  CHECK(bench.take() == Lines{"live OK", "gap CONNECTION_LOST 0 to 6000"});
  bench.hearBroadcast("2");
  CHECK(bench.take() == Lines{"e 2 >1"});
  bench.hear(bench.joinRef, "", "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]},"b":{"metas":[{}]}})");
  CHECK(bench.take() == Lines{"join b >1"});
}

TEST_CASE("what is tracked is tracked again after a rejoin") {
  UserChannelBench bench;
  bench.goLive();
  bench.channel->track(kFirst, R"({"name":"A"})");
  bench.advance(ms(0));
  auto sent = bench.takeSent();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0][0] == bench.joinRef);
  CHECK(sent[0][4] == parseJson(R"({"type":"presence","event":"track","payload":{"name":"A"}})"));
  bench.cut();
  bench.answerJoin();
  bench.advance(ms(0));
  sent = bench.takeSent();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0][0] == bench.joinRef);
  CHECK(sent[0][4]["event"] == "track");
  bench.channel->untrack(kFirst);
  bench.advance(ms(0));
  CHECK(bench.takeSent().at(0)[4] == parseJson(R"({"type":"presence","event":"untrack"})"));
}

TEST_CASE("who is missing after an interruption is reported as gone 3 s later") {
  UserChannelBench bench;
  bench.goLive(true);
  bench.hear(bench.joinRef, "", "presence_state",
             R"({"a":{"metas":[{"phx_ref":"1"}]},"b":{"metas":[{"phx_ref":"2"}]}})");
  bench.cut();
  bench.answerJoin();
  bench.take();
  bench.hear(bench.joinRef, "", "presence_state", "{}");
  bench.hear("", "", "presence_diff", R"({"joins":{"a":{"metas":[{"phx_ref":"3"}]}},"leaves":{}})");
  CHECK(bench.take() == Lines{"nothing new >1", "refresh a >1"});
  bench.advance(ms(2'999));
  CHECK(bench.take().empty());
  bench.advance(ms(1));
  CHECK(bench.take() == Lines{"leave b >1"});
}

TEST_CASE("a handle that wants presence makes it join for more, without an interruption") {
  UserChannelBench bench;
  bench.goLive(false);
  const std::string before = bench.joinRef;
  bench.channel->open(kSecond, {false, true});
  bench.advance(ms(100));
  bench.hearBroadcast("1");
  CHECK(bench.take() == Lines{"e 1 >1 >2"});
  const auto join = bench.answerJoin();  // no leave came before it
  CHECK(join["config"]["presence"]["enabled"] == true);
  CHECK(bench.joinRef != before);
  bench.hear(before, before, "phx_close", "{}");
  bench.hearBroadcast("2");
  bench.hear(bench.joinRef, "", "presence_state", R"({"a":{"metas":[{}]}})");
  CHECK(bench.take() == Lines{"live OK", "e 2 >1 >2", "join a >2"});
  bench.channel->open(HandleId{3}, {false, true});
  bench.advance(ms(1'000));
  CHECK(bench.takeSentEvents().empty());
}

TEST_CASE("a join for more waits for the answers to what was sent, and what is sent meanwhile waits for the join") {
  UserChannelBench bench;
  bench.goLive(false);
  const std::string before = bench.joinRef;
  auto first = bench.push("1");
  first.ack = true;
  bench.channel->send(std::move(first));
  bench.channel->send(bench.push("2"));
  const auto sent = bench.network.last().takeSentBytes();
  REQUIRE(sent.size() == 2);
  const auto refOf = [&](std::size_t i) { return std::string(decodeBinaryFrame(Sender::Client, sent[i]).value().ref); };
  bench.channel->watchPresence(kFirst);
  bench.advance(ms(200));
  bench.channel->send(bench.push("3"));
  bench.take();
  bench.hear(before, refOf(0), "phx_reply", R"({"status":"ok","response":{}})");
  bench.advance(ms(200));
  CHECK(bench.takeSentEvents().empty());
  CHECK(bench.take() == Lines{"#1 0 "});
  bench.hear(before, refOf(1), "phx_reply", R"({"status":"ok","response":{}})");
  bench.advance(ms(100));
  CHECK(bench.network.last().takeSentBytes().empty());
  bench.answerJoin();
  CHECK(bench.network.last().takeSentBytes().size() == 1);
  CHECK(bench.take() == Lines{"live OK", "#3 0 "});
}

TEST_CASE("a join for more that waits for its turn is the join of all who want more") {
  UserChannelBench bench;
  bench.goLive(false);
  bench.tokens.refuse(
      {ReasonCode::TokenExpired, Retry::NewToken, "It has expired."});  // no joins until there is another
  bench.channel->watchPresence(kFirst);
  bench.advance(ms(100));
  CHECK(bench.takeSentEvents().empty());
  bench.channel->open(kSecond, {false, true});
  bench.tokens.set("token-2");
  bench.advance(ms(0));
  bench.answerJoin();
  bench.advance(ms(5'000));
  CHECK(bench.takeSentEvents().empty());
}

TEST_CASE("who comes and goes before a join for more is answered is in the new state") {
  UserChannelBench bench;
  bench.goLive(true);
  bench.hear(bench.joinRef, "", "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  bench.take();
  bench.channel->takePresenceKey("me");
  bench.advance(ms(100));
  bench.hear("", "", "presence_diff",
             R"({"joins":{"b":{"metas":[{"phx_ref":"2"}]}},"leaves":{"a":{"metas":[{"phx_ref":"1"}]}}})");
  CHECK(bench.take() == Lines{"live OK", "join b >1", "leave a >1"});
  bench.answerJoin();
  bench.hear(bench.joinRef, "", "presence_state", R"({"a":{"metas":[{"phx_ref":"3"}]}})");
  bench.advance(ms(3'000));
  CHECK(bench.take() == Lines{"live OK", "join a >1", "leave b >1"});
}

TEST_CASE("an answer that comes only after a join for more counts all the same") {
  for (const auto version : {Version::V1, Version::V2}) {
    UserChannelBench bench({"room", {}, false, {}}, version);
    bench.goLive(false);
    const std::string before = bench.joinRef;
    auto push = bench.push("1");
    push.ack = true;
    bench.channel->send(std::move(push));
    const std::string ref = std::to_string(std::stoi(before) + 1);
    bench.channel->watchPresence(kFirst);
    bench.advance(ms(2'900));
    CHECK(bench.takeSentEvents() == Lines(version == Version::V1 ? 1 : 0, "broadcast"));
    bench.advance(ms(200));
    bench.answerJoin();
    CHECK(bench.take() == Lines{"live OK"});
    bench.hear(before, ref, "phx_reply", R"({"status":"ok","response":{}})");
    CHECK(bench.take() == Lines{"#1 0 "});
  }
}

TEST_CASE("an acknowledged push reaches own handles when the server has taken it, and not if it refuses") {
  UserChannelBench bench;
  bench.goLive();
  bench.channel->open(kSecond, {false, false});
  std::vector<std::string> refs;
  for (const auto* payload : {"1", "2", "3"}) {
    auto push = bench.push(payload);
    push.ack = true;
    bench.channel->send(std::move(push));
    const auto sent = bench.network.last().takeSentBytes();
    refs.emplace_back(decodeBinaryFrame(Sender::Client, sent.at(0)).value().ref);
  }
  CHECK(bench.take().empty());
  bench.hear(bench.joinRef, refs[0], "phx_reply", R"({"status":"error","response":"payload_size_exceeded"})");
  CHECK(bench.take() == Lines{"#1 2 payload_size_exceeded"});
  bench.hear(bench.joinRef, refs[1], "phx_reply", R"({"status":"ok","response":{}})");
  CHECK(bench.take() == Lines{"e 2 >2", "#2 0 "});
  bench.cut();
  CHECK(bench.take() == Lines{"#3 3 The channel was interrupt", "pending CONNECTION_LOST", "joining CONNECTING"});
}

TEST_CASE("presence that can't be read makes it join again, however fast more of it comes") {
  UserChannelBench bench;
  bench.goLive(true);
  bench.takeSentEvents();
  for (int i = 0; i < 200; ++i) {
    bench.hear("", "", "presence_diff", "[]");
    bench.advance(ms(50));
  }
  const auto sent = bench.takeSentEvents();
  CHECK(std::count(sent.begin(), sent.end(), "phx_join") > 0);
}

TEST_CASE("presence is not reported where no handle asked for it") {
  UserChannelBench bench;
  bench.goLive(false);
  bench.hear("", "", "presence_diff", R"({"joins":{"a":{"metas":[{"phx_ref":"3"}]}},"leaves":{}})");
  CHECK(bench.take().empty());
}

TEST_CASE("a private channel asks for a replay and delivers nothing twice; the gap is healed") {
  UserChannelBench bench(privateRoom(ReplayRequest{kWallStart - ms(600'000), 10}));
  bench.channel->open(kFirst, {false, false});
  bench.advance(ms(0));
  bench.network.last().open();
  const auto first = bench.answerJoin();
  CHECK(first["config"]["private"] == true);
  CHECK(first["config"]["broadcast"]["replay"] ==
        Json{{"since", (kWallStart - ms(600'000)).time_since_epoch().count()}, {"limit", 10}});
  bench.hearBroadcast("1", R"({"id":"7"})");
  bench.take();
  bench.advance(ms(10'000));
  bench.cut();
  const auto second = bench.answerJoin();
  CHECK(second["config"]["broadcast"]["replay"] ==
        Json{{"since", (kWallStart - ms(60'000)).time_since_epoch().count()}, {"limit", 25}});
  bench.take();
  bench.hearReplay(7);
  bench.hearReplay(8);
  CHECK(bench.take() == Lines{"e {} replayed 8 >1"});
  bench.answerHeartbeat();
  bench.advance(ms(1'999));
  CHECK(bench.take().empty());
  bench.advance(ms(1));
  CHECK(bench.take() == Lines{"gap CONNECTION_LOST 0 to 15000 healed"});
}

TEST_CASE("a gap stays one when the replay was full and nothing in it was known") {
  UserChannelBench bench(privateRoom());
  bench.goLive();
  bench.cut();
  bench.answerJoin();
  bench.take();
  for (int id = 0; id < 25; ++id) bench.hearReplay(id);
  bench.answerHeartbeat();
  bench.take();
  bench.advance(ms(2'000));
  CHECK(bench.take() == Lines{"gap CONNECTION_LOST 0 to 5000"});
}

TEST_CASE("a gap is healed only if the server has answered a heartbeat since the join") {
  UserChannelBench bench(privateRoom());
  bench.goLive();
  bench.cut();
  bench.answerJoin();
  bench.take();
  bench.advance(ms(9'000));
  CHECK(bench.take().empty());
  SUBCASE("the line is slow") {
    bench.hearReplay(1);
    bench.answerHeartbeat();
    bench.advance(ms(2'000));
    CHECK(bench.take() == Lines{"e {} replayed 1 >1", "gap CONNECTION_LOST 0 to 5000 healed"});
  }
  SUBCASE("the line is dead") {
    bench.advance(ms(1'000));
    CHECK(bench.take() == Lines{"gap CONNECTION_LOST 0 to 5000", "pending HALF_OPEN"});
  }
}

TEST_CASE("a cut while a replay may still be going on leaves two gaps, the first not healed") {
  UserChannelBench bench(privateRoom());
  bench.goLive();
  bench.cut();
  bench.answerJoin();
  bench.take();
  bench.advance(ms(1'000));
  bench.cut();
  bench.answerJoin();
  bench.answerHeartbeat();
  bench.advance(ms(2'000));
  CHECK(bench.take() == Lines{"gap CONNECTION_LOST 0 to 5000", "pending CONNECTION_LOST", "joining CONNECTING",
                              "live OK", "gap CONNECTION_LOST 5000 to 11000 healed"});
}

TEST_CASE("a join for more waits until a replay is over") {
  UserChannelBench bench(privateRoom());
  bench.goLive();
  bench.cut();
  bench.answerJoin();
  bench.take();
  for (int id = 0; id < 25; ++id) bench.hearReplay(id);
  bench.answerHeartbeat();
  bench.take();
  bench.channel->open(kSecond, {false, true});
  bench.advance(ms(1'900));
  CHECK(bench.takeSentEvents().empty());
  bench.advance(ms(1'000));
  CHECK(bench.takeSentEvents() == Lines{"phx_join"});
  CHECK(bench.take() == Lines{"gap CONNECTION_LOST 0 to 5000"});
}

TEST_CASE("a private channel that is refused is parked until there is another token, or for minutes") {
  UserChannelBench bench(privateRoom());
  bench.channel->open(kFirst, {false, false});
  bench.advance(ms(0));
  bench.network.last().open();
  bench.take();
  bench.answerJoin(
      R"({"status":"error","response":{"reason":"Unauthorized: You do not have permissions to read from this Channel topic: room"}})");
  CHECK(bench.take() == Lines{"parked UNAUTHORIZED"});
  CHECK(bench.channel->nextTryAt() >= kWallStart + ms(300'000));
  bench.advance(ms(60'000));
  CHECK(bench.take().empty());
  bench.tokens.set("token-2");
  bench.advance(ms(0));
  CHECK(bench.take() == Lines{"pending CONNECTING"});
  bench.network.last().open();
  CHECK(bench.answerJoin()["access_token"] == "token-2");
  CHECK(bench.take() == Lines{"joining CONNECTING", "live OK"});
}

TEST_CASE("a channel that the server closes for a limit waits 15 s and more") {
  UserChannelBench bench;
  bench.goLive();
  bench.hear(bench.joinRef, "", "system",
             R"({"extension":"system","status":"error","message":"Too many messages per second","channel":"room"})");
  bench.hear(bench.joinRef, bench.joinRef, "phx_close", "{}");
  CHECK(bench.take() == Lines{"retrying RATE_LIMITED"});
  CHECK(bench.channel->nextTryAt() >= kWallStart + ms(15'000));
  bench.advance(ms(14'999));
  CHECK(bench.take().empty());
}

TEST_CASE("a channel that crashes as soon as it is live is tried more and more seldom") {
  UserChannelBench bench;
  bench.goLive();
  Duration longest{0};
  for (int i = 0; i < 8; ++i) {
    bench.hear(bench.joinRef, bench.joinRef, "phx_error", "{}");
    const auto next = bench.channel->nextTryAt();
    REQUIRE(next);
    const Duration delay = *next - bench.clock.wallNow();
    longest = std::max(longest, delay);
    bench.advance(std::min(delay + ms(200), ms(9'000)));
    if (delay > ms(5'000)) break;
    bench.answerJoin();
  }
  CHECK(longest > ms(5'000));
}

TEST_CASE("at its end it leaves, and all pushes end") {
  UserChannelBench bench;
  bench.goLive();
  auto push = bench.push("1");
  push.ack = true;
  bench.channel->send(std::move(push));
  bench.channel->end();
  CHECK(bench.takeSentEvents() == Lines{"phx_leave"});
  CHECK(bench.take() == Lines{"#1 3 The channel was interrupt"});
  bench.hearBroadcast("late");
  bench.advance(ms(60'000));
  CHECK(bench.take().empty());
  CHECK(bench.deadlines.size() == 0);
}

}  // namespace
}  // namespace switchboard
