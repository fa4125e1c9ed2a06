#include "channel/channel.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <vector>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::Workbench;
using S = ChannelState;

constexpr std::array kStates = {S::Closed, S::Joining, S::Joined, S::Leaving, S::Errored};
constexpr std::string_view kTopic = "realtime:room";

/// A channel, a link that writes down what it is to send, and a delegate that writes down its calls.
struct ChannelBench : Workbench, private ChannelLink, private ChannelDelegate {
  S state() const { return channel.state(); }
  std::vector<std::string> takeSent() { return std::exchange(sent, {}); }
  std::vector<std::string> takeCalls() { return std::exchange(calls, {}); }

  /// A frame for the channel; an empty ref is null.
  bool hear(std::string_view joinRef, std::string_view ref, std::string_view event, std::string_view payload = "{}") {
    const auto orNull = [](std::string_view text) { return text.empty() ? std::string_view() : text; };
    return channel.onFrame(Envelope{orNull(joinRef), orNull(ref), kTopic, event, payload});
  }
  bool replyOk(std::string_view ref) {
    return hear(ref, ref, "phx_reply", R"({"status":"ok","response":{"postgres_changes":[]}})");
  }
  bool systemError(std::string_view joinRef, std::string_view message) {
    return hear(joinRef, "", "system",
                R"({"extension":"system","status":"error","message":")" + std::string(message) + "\"}");
  }
  void bring(S target) {
    if (target == S::Closed) return;
    channel.join();
    if (target == S::Joined) replyOk("1");
    if (target == S::Errored) hear("1", "1", "phx_error");
    takeSent();
    takeCalls();
    joinsDone = 0;
  }

  bool tooLarge = false;
  int lastRef = 0;
  int joinsDone = 0;
  std::vector<std::string> refusals;  ///< codes that the link heard of
  std::vector<std::string> sent;
  std::vector<std::string> calls;
  Channel channel{std::string(kTopic), ms(10'000), context, link(), delegate()};

 private:
  ChannelLink& link() { return *this; }
  ChannelDelegate& delegate() { return *this; }

  std::optional<std::string> newRef() override { return std::to_string(++lastRef); }
  bool sendBytes(std::string_view bytes) override {
    sent.push_back("bytes " + std::string(bytes));
    return true;
  }
  std::optional<std::string> sendJoin(std::string_view topic, std::string_view payload) override {
    if (tooLarge) return {};
    const std::string ref = std::to_string(++lastRef);
    sent.push_back("join " + std::string(topic) + " " + std::string(payload));
    return ref;
  }
  std::optional<std::string> sendOn(std::string_view topic, std::string_view event, std::string_view payload,
                                    std::string_view joinRef) override {
    CHECK(topic == kTopic);
    sent.push_back(std::string(event) + " " + std::string(payload) + " @" + std::string(joinRef));
    return std::to_string(++lastRef);
  }
  void onJoinRefused(const Cause& cause) override { refusals.emplace_back(toString(cause.code)); }
  void onJoinDone(Channel&) override { ++joinsDone; }

  std::string onChannelJoining(Channel&) override { return "{\"config\":{}}"; }
  void onChannelJoined(Channel&, JsonValue response) override {
    calls.push_back("joined " + std::string(response.text()));
  }
  void onChannelFailed(Channel& self, const Cause& cause) override {
    calls.push_back("failed " + std::string(toString(self.state())) + " " + std::string(toString(cause.code)));
  }
  void onChannelSystem(Channel&, const SystemMessage& message) override {
    calls.push_back("system " + message.extension + " " + message.message);
  }
  void onChannelMessage(Channel&, const Envelope& envelope) override {
    calls.push_back("message " + std::string(envelope.event));
  }
};

using Texts = std::vector<std::string>;

TEST_CASE("the legal steps of a channel are those of the table and no others") {
  const std::set<std::pair<S, S>> legal = {
      {S::Closed, S::Joining}, {S::Errored, S::Joining}, {S::Joining, S::Joined}, {S::Joining, S::Errored},
      {S::Joining, S::Closed}, {S::Joined, S::Errored},  {S::Joined, S::Closed},  {S::Joining, S::Leaving},
      {S::Joined, S::Leaving}, {S::Leaving, S::Closed},  {S::Errored, S::Closed}, {S::Joined, S::Joining},
  };
  std::set<std::string_view> names;
  for (const S from : kStates) {
    names.insert(toString(from));
    for (const S to : kStates) CHECK(isLegal(from, to) == (legal.count({from, to}) == 1));
  }
  CHECK(names == std::set<std::string_view>{"closed", "joining", "joined", "leaving", "errored"});
}

TEST_CASE("a join carries its owner's payload and waits for the answer") {
  ChannelBench bench;
  CHECK(bench.state() == S::Closed);
  bench.channel.join();
  CHECK(bench.state() == S::Joining);
  CHECK(bench.takeSent() == Texts{"join realtime:room {\"config\":{}}"});
  CHECK(bench.joinsDone == 0);
  CHECK(bench.replyOk("1"));
  CHECK(bench.state() == S::Joined);
  CHECK(bench.channel.isJoined());
  CHECK(bench.takeCalls() == Texts{"joined {\"postgres_changes\":[]}"});
  CHECK(bench.joinsDone == 1);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a refused join is classified by the server's words") {
  ChannelBench bench;
  bench.channel.join();
  CHECK(bench.hear("1", "1", "phx_reply", R"({"status":"error","response":{"reason":"TenantNotFound: no"}})"));
  CHECK(bench.takeCalls() == Texts{"failed errored TENANT_NOT_FOUND"});
  CHECK(bench.refusals == Texts{"TENANT_NOT_FOUND"});
  CHECK(bench.joinsDone == 1);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a join that is not answered within 10 s is left and given up") {
  ChannelBench bench;
  bench.channel.join();
  bench.takeSent();
  bench.advance(ms(9'999));
  CHECK(bench.state() == S::Joining);
  bench.advance(ms(1));
  CHECK(bench.takeCalls() == Texts{"failed errored JOIN_TIMEOUT"});
  CHECK(bench.takeSent() == Texts{"phx_leave {} @1"});
  CHECK(bench.joinsDone == 1);
  CHECK_FALSE(bench.replyOk("1"));
  CHECK(bench.state() == S::Errored);
}

TEST_CASE("a join that can't be sent fails at once and is parked") {
  ChannelBench bench;
  bench.tooLarge = true;
  bench.channel.join();
  CHECK(bench.takeCalls() == Texts{"failed errored FRAME_TOO_LARGE"});
  CHECK(bench.joinsDone == 1);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a close by the server is explained by the system error before it") {
  ChannelBench bench;
  bench.bring(S::Joined);
  CHECK(bench.systemError("1", "Token has expired 0 seconds ago"));
  CHECK(bench.state() == S::Joined);
  CHECK(bench.hear("1", "1", "phx_close"));
  CHECK(bench.takeCalls() == Texts{"system system Token has expired 0 seconds ago", "failed closed TOKEN_EXPIRED"});
}

TEST_CASE("a close without a system error is not explained") {
  ChannelBench bench;
  bench.bring(S::Joined);
  CHECK(bench.hear("1", "1", "phx_close"));
  CHECK(bench.takeCalls() == Texts{"failed closed CHANNEL_CLOSED"});
}

TEST_CASE("a system error of another extension, or of an earlier join, explains no close") {
  ChannelBench bench;
  bench.bring(S::Joined);
  bench.hear("1", "", "system", R"({"extension":"postgres_changes","status":"error","message":"Too many x"})");
  bench.systemError("1", "Too many messages per second");
  bench.hear("1", "1", "phx_error");
  bench.channel.join();
  bench.hear("2", "2", "phx_close");
  CHECK(bench.takeCalls().back() == "failed closed CHANNEL_CLOSED");
}

TEST_CASE("a crash of the server's channel process is an error that may be joined again") {
  ChannelBench bench;
  bench.bring(S::Joined);
  CHECK(bench.hear("1", "1", "phx_error", R"({"reason":"channel_crash"})"));
  CHECK(bench.takeCalls() == Texts{"failed errored CHANNEL_CRASHED"});
  bench.channel.join();
  CHECK(bench.replyOk("2"));
  CHECK(bench.state() == S::Joined);
}

TEST_CASE("a channel that the server closed may be joined again") {
  ChannelBench bench;
  bench.bring(S::Joined);
  bench.hear("1", "1", "phx_close");
  bench.channel.join();
  CHECK(bench.replyOk("2"));
  CHECK(bench.state() == S::Joined);
}

TEST_CASE("frames of an earlier join are nobody's") {
  ChannelBench bench;
  bench.bring(S::Errored);
  bench.channel.join();
  bench.replyOk("2");
  bench.takeCalls();
  CHECK_FALSE(bench.hear("1", "1", "phx_close"));
  CHECK_FALSE(bench.hear("1", "1", "phx_error"));
  CHECK_FALSE(bench.replyOk("1"));
  CHECK_FALSE(bench.systemError("1", "Token has expired 1 seconds ago"));
  CHECK_FALSE(bench.hear("1", "", "presence_state"));
  CHECK(bench.state() == S::Joined);
  CHECK(bench.calls.empty());
}

TEST_CASE("in version 1 the end of an earlier join is known by its ref") {
  ChannelBench bench;
  bench.bring(S::Errored);
  bench.channel.join();
  CHECK(bench.hear("", "2", "phx_reply", R"({"status":"ok","response":{}})"));
  bench.takeCalls();
  CHECK_FALSE(bench.hear("", "1", "phx_close"));
  CHECK_FALSE(bench.hear("", "1", "phx_error"));
  CHECK(bench.state() == S::Joined);
  CHECK(bench.hear("", "", "system", R"({"extension":"postgres_changes","status":"ok","message":"m"})"));
  CHECK(bench.hear("", "2", "phx_close"));
  CHECK(bench.state() == S::Closed);
}

TEST_CASE("fan-out has neither ref nor join_ref and is passed on") {
  ChannelBench bench;
  bench.bring(S::Joined);
  CHECK(bench.hear("", "", "postgres_changes", "{}"));
  CHECK(bench.hear("", "", "broadcast", "{}"));
  CHECK(bench.takeCalls() == Texts{"message postgres_changes", "message broadcast"});
}

TEST_CASE("replies to anything but the join answer nothing here") {
  ChannelBench bench;
  bench.channel.join();
  CHECK_FALSE(bench.hear("1", "9", "phx_reply", R"({"status":"error","response":{}})"));
  CHECK(bench.state() == S::Joining);
  bench.replyOk("1");
  CHECK_FALSE(bench.replyOk("1"));
  CHECK(bench.state() == S::Joined);
}

TEST_CASE("payloads that can't be read change nothing") {
  ChannelBench bench;
  bench.channel.join();
  CHECK_FALSE(bench.hear("1", "1", "phx_reply", "{"));
  CHECK_FALSE(bench.hear("1", "1", "phx_reply", "[]"));
  CHECK_FALSE(bench.hear("1", "", "system", "nonsense"));
  CHECK(bench.state() == S::Joining);
  CHECK(bench.takeCalls().empty());
}

TEST_CASE("leaving tells a server that knows the channel, silences it, and ends closed from every state") {
  for (const S from : {S::Closed, S::Joining, S::Joined, S::Errored}) {
    ChannelBench bench;
    bench.bring(from);
    REQUIRE(bench.state() == from);
    bench.channel.leave();
    CHECK(bench.state() == S::Closed);
    CHECK(bench.joinsDone == (from == S::Joining ? 1 : 0));
    const bool known = from == S::Joining || from == S::Joined;
    CHECK(bench.takeSent() == (known ? Texts{"phx_leave {} @1"} : Texts{}));
    CHECK_FALSE(bench.replyOk("1"));
    CHECK_FALSE(bench.hear("1", "1", "phx_close"));
    CHECK_FALSE(bench.hear("", "", "postgres_changes"));
    CHECK(bench.takeCalls().empty());
    CHECK_FALSE(bench.timer.isArmed());
    bench.channel.leave();
    CHECK(bench.takeSent().empty());
  }
}

TEST_CASE("the loss of the connection ends a join and a joined channel, and is nothing to others") {
  const Cause lost{ReasonCode::ConnectionLost, Retry::Backoff, "gone"};
  for (const S from : {S::Joining, S::Joined}) {
    ChannelBench bench;
    bench.bring(from);
    bench.channel.onConnectionLost(lost);
    CHECK(bench.takeCalls() == Texts{"failed errored CONNECTION_LOST"});
    CHECK(bench.takeSent().empty());
    CHECK(bench.joinsDone == (from == S::Joining ? 1 : 0));
    CHECK_FALSE(bench.timer.isArmed());
  }
  for (const S from : {S::Closed, S::Errored}) {
    ChannelBench bench;
    bench.bring(from);
    bench.channel.onConnectionLost(lost);
    CHECK(bench.state() == from);
    CHECK(bench.takeCalls().empty());
  }
}

TEST_CASE("a new token is pushed only by a joined channel, under its join's ref") {
  for (const S from : {S::Closed, S::Errored}) {
    ChannelBench bench;
    bench.bring(from);
    bench.channel.pushToken("{}");
    CHECK(bench.takeSent().empty());
    bench.channel.join();
    bench.takeSent();
    bench.replyOk(from == S::Closed ? "1" : "2");
    CHECK(bench.takeSent().empty());  // the join carried it
  }
  ChannelBench bench;
  bench.bring(S::Joined);
  bench.channel.pushToken(R"({"access_token":"t"})");
  CHECK(bench.takeSent() == Texts{R"(access_token {"access_token":"t"} @1)"});
}

TEST_CASE("regression: a token that changes while a join is under way is pushed as soon as the join is accepted") {
  ChannelBench bench;
  bench.bring(S::Joining);
  bench.channel.pushToken("{\"n\":2}");
  bench.channel.pushToken("{\"n\":3}");
  CHECK(bench.takeSent().empty());
  bench.replyOk("1");
  CHECK(bench.takeSent() == Texts{"access_token {\"n\":3} @1"});
  bench.advance(ms(1'000));
  CHECK(bench.channel.takeExpectedRepeat());
}

TEST_CASE("a token push brings one repeated announcement after 1 s to 10 s") {
  ChannelBench bench;
  bench.bring(S::Joined);
  CHECK_FALSE(bench.channel.takeExpectedRepeat());
  bench.channel.pushToken("{}");
  bench.advance(ms(3'000));
  CHECK(bench.channel.takeExpectedRepeat());
  CHECK_FALSE(bench.channel.takeExpectedRepeat());
  bench.channel.pushToken("{}");
  bench.advance(ms(10'000));
  CHECK_FALSE(bench.channel.takeExpectedRepeat());
  bench.channel.pushToken("{}");
  bench.advance(ms(999));
  CHECK_FALSE(bench.channel.takeExpectedRepeat());
  bench.advance(ms(1));
  CHECK(bench.channel.takeExpectedRepeat());
}

TEST_CASE("a token push ends the server's wait for the one before, so two in quick succession bring one announcement") {
  ChannelBench bench;
  bench.bring(S::Joined);
  bench.channel.pushToken("{}");
  bench.advance(ms(900));
  bench.channel.pushToken("{}");
  bench.advance(ms(1'000));
  CHECK(bench.channel.takeExpectedRepeat());
  CHECK_FALSE(bench.channel.takeExpectedRepeat());
}

TEST_CASE(
    "an announcement that crosses with a second token push is the first one's, and the second's is still to come") {
  ChannelBench bench;
  bench.bring(S::Joined);
  bench.channel.pushToken("{}");
  bench.advance(ms(2'900));
  bench.channel.pushToken("{}");
  bench.advance(ms(50));
  CHECK(bench.channel.takeExpectedRepeat());
  bench.advance(ms(2'000));
  CHECK(bench.channel.takeExpectedRepeat());
  CHECK_FALSE(bench.channel.takeExpectedRepeat());
}

TEST_CASE(
    "the first announcement is that of a token push of a second ago, since a push ends the wait for a cold server") {
  ChannelBench bench;
  bench.bring(S::Joined);
  bench.channel.pushToken("{}");
  SUBCASE("pushed before a cold server had subscribed") {
    bench.advance(ms(1'000));
    bench.channel.takeExpectedRepeat();
    CHECK_FALSE(bench.channel.takeExpectedRepeat());
  }
  SUBCASE("pushed while the announcement was on its way") {
    bench.advance(ms(999));
    bench.channel.takeExpectedRepeat();
    bench.advance(ms(2'000));
    CHECK(bench.channel.takeExpectedRepeat());
    CHECK_FALSE(bench.channel.takeExpectedRepeat());
  }
}

}  // namespace
}  // namespace switchboard
