#include "net/connection.h"

#include <doctest/doctest.h>

#include <set>

#include "net/net_bench.h"
#include "protocol/frames/names.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::NetBench;
using S = ConnectionState;

constexpr std::array kStates = {S::Idle, S::Connecting, S::Open, S::Backoff, S::Closing, S::Closed};

TEST_CASE("the legal steps are those of the table and no others") {
  const std::set<std::pair<S, S>> legal = {
      {S::Idle, S::Backoff},    {S::Closing, S::Backoff},    {S::Idle, S::Connecting}, {S::Idle, S::Closed},
      {S::Connecting, S::Open}, {S::Connecting, S::Backoff}, {S::Connecting, S::Idle}, {S::Connecting, S::Closed},
      {S::Open, S::Backoff},    {S::Open, S::Closing},       {S::Open, S::Closed},     {S::Backoff, S::Connecting},
      {S::Backoff, S::Idle},    {S::Backoff, S::Closed},     {S::Closing, S::Idle},    {S::Closing, S::Connecting},
      {S::Closing, S::Closed},
  };
  std::set<std::string_view> names;
  for (const S from : kStates) {
    names.insert(toString(from));
    for (const S to : kStates) CHECK(isLegal(from, to) == (legal.count({from, to}) == 1));
  }
  CHECK(names.size() == kStates.size());
}

/// Brings a fresh connection into a state.
void bring(NetBench& bench, S state) {
  if (state == S::Idle) return;
  bench.connection.open();
  if (state == S::Connecting) return;
  if (state == S::Backoff) {
    bench.network.last().closeFromServer(1006);
    return;
  }
  bench.accept();
  if (state == S::Closing) bench.connection.release();
  if (state == S::Closed) bench.connection.close();
}

struct Move {
  std::string_view name;
  void (*make)(NetBench&);
};

const std::array kMoves = {
    Move{"open", [](NetBench& b) { b.connection.open(); }},
    Move{"release", [](NetBench& b) { b.connection.release(); }},
    Move{"close", [](NetBench& b) { b.connection.close(); }},
    Move{"replace",
         [](NetBench& b) {
           b.connection.replace({ReasonCode::UserReconnect, Retry::Backoff, "x"});
         }},
    Move{"reconnectSoon", [](NetBench& b) { b.connection.reconnectSoon(); }},
    Move{"offline", [](NetBench& b) { b.setOnline(false); }},
    Move{"online", [](NetBench& b) { b.setOnline(true); }},
    Move{"wait", [](NetBench& b) { b.advance(ms(120'000)); }},
    Move{"server opens",
         [](NetBench& b) {
           if (b.state() == S::Connecting) b.network.last().open();
         }},
    Move{"server closes",
         [](NetBench& b) {
           if (!b.network.sockets.empty()) b.network.last().closeFromServer(1006);
         }},
    Move{"server speaks",
         [](NetBench& b) {
           if (!b.network.sockets.empty()) b.hear();
         }},
};

TEST_CASE("whatever is done in whatever state, only legal steps are taken") {
  for (const S state : kStates) {
    for (const auto& first : kMoves) {
      for (const auto& second : kMoves) {
        NetBench bench;
        bring(bench, state);
        REQUIRE(bench.state() == state);
        bench.takeSteps();
        CAPTURE(toString(state));
        CAPTURE(first.name);
        CAPTURE(second.name);
        S last = state;
        first.make(bench);
        second.make(bench);
        for (const auto& step : bench.steps) {
          CHECK(step.from == last);
          CHECK((step.from == step.to || isLegal(step.from, step.to)));
          last = step.to;
        }
        CHECK(last == bench.state());
        if (state == S::Closed) CHECK(bench.steps.empty());
      }
    }
  }
}

TEST_CASE("each state is left on the way that its name promises") {
  NetBench bench;
  bench.connection.open();
  bench.accept();
  bench.network.last().closeFromServer(1006);
  bench.retry();
  bench.accept();
  bench.connection.release();
  bench.network.last().closeFromServer(1000);
  CHECK(bench.takeSteps() ==
        "idle>connecting connecting>open open>backoff backoff>connecting connecting>open open>closing closing>idle");
}

TEST_CASE("the socket is opened with the given url, one at a time") {
  NetBench bench;
  bench.connection.open();
  bench.connection.open();
  CHECK(bench.network.sockets.size() == 1);
  CHECK(bench.network.last().url() == bench.options.url);
  CHECK(bench.counters.connects == 1);
}

TEST_CASE("an open connection says OK and since when") {
  NetBench bench;
  bench.advance(ms(500));
  bench.connection.open();
  CHECK(bench.code() == "CONNECTING");
  bench.advance(ms(500));
  bench.accept();
  CHECK(bench.code() == "OK");
  CHECK(bench.connection.since() == testing::kWallStart + ms(1'000));
  CHECK_FALSE(bench.connection.nextRetryAt());
}

TEST_CASE("a handshake that is not answered within 10 s is given up") {
  NetBench bench;
  bench.connection.open();
  bench.advance(ms(9'999));
  CHECK(bench.state() == S::Connecting);
  bench.advance(ms(1));
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "CONNECT_TIMEOUT");
  CHECK(bench.network.last().released());
}

TEST_CASE("from death to discovery it takes 25 s at most, whenever it happens") {
  for (const int quietFor : {0, 1, 7'000, 14'999}) {
    NetBench bench;
    bench.connect();
    bench.advance(ms(quietFor));
    bench.hear();  // the last sign of life
    bench.advance(ms(10'000));
    CHECK(bench.state() == S::Open);
    Duration dead = ms(10'000);
    for (; bench.state() == S::Open; dead += ms(10)) bench.advance(ms(10));
    CHECK(dead <= ms(25'000));
    CHECK(bench.state() == S::Backoff);
    CHECK(bench.code() == "HALF_OPEN");
    CHECK(bench.network.sockets.front()->released());
  }
}

TEST_CASE("a heartbeat that is answered keeps the connection for ever and measures the round trip") {
  NetBench bench;
  bench.connect();
  CHECK_FALSE(bench.connection.roundTrip());
  bench.runAnswering(ms(300'000));
  CHECK(bench.state() == S::Open);
  CHECK(bench.connection.roundTrip() == ms(0));
  CHECK(bench.roundTrips >= 19);
  CHECK(bench.counters.ignoredFrames == 0);
}

TEST_CASE("a lost connection forgets its round-trip time") {
  NetBench bench;
  bench.connect();
  bench.runAnswering(ms(20'000));
  REQUIRE(bench.connection.roundTrip());
  bench.network.last().closeFromServer(1006);
  CHECK_FALSE(bench.connection.roundTrip());
}

TEST_CASE("refs count up over all frames and all sockets") {
  NetBench bench;
  bench.connect();
  CHECK(bench.connection.sendJoin("realtime:a", "{}") == "1");
  CHECK(bench.connection.send("realtime:a", "e", "{}", "1") == "2");
  CHECK(bench.network.last().takeSent() ==
        std::vector<std::string>{R"(["1","1","realtime:a","phx_join",{}])", R"(["1","2","realtime:a","e",{}])"});
  bench.dropAndMeasure();
  bench.retry();
  bench.accept();
  CHECK(bench.connection.sendJoin("realtime:a", "{}") == "3");
  CHECK(bench.counters.joins == 2);
  CHECK(bench.counters.framesOut == 3);
}

TEST_CASE("a frame is refused, not kept, while the connection is not open") {
  for (const S state : {S::Idle, S::Connecting, S::Backoff, S::Closing, S::Closed}) {
    NetBench bench;
    bring(bench, state);
    CHECK_FALSE(bench.connection.send("realtime:t", "e", "{}", ""));
    CHECK_FALSE(bench.connection.sendJoin("realtime:t", "{}"));
    if (state == S::Connecting) {
      bench.accept();
      CHECK(bench.network.last().takeSent().empty());
    }
    CHECK(bench.counters.framesOut == 0);
    CHECK(bench.counters.joins == 0);
  }
}

TEST_CASE("a frame above the server's limit is refused, one just below is sent") {
  NetBench bench;
  bench.connect();
  const std::string large(names::kMaxFrameBytes, 'x');
  CHECK_FALSE(bench.connection.send("realtime:t", "e", large, ""));
  CHECK(bench.connection.send("realtime:t", "e", std::string_view(large).substr(0, names::kMaxFrameBytes - 2'000), ""));
  CHECK(bench.network.last().takeSent().size() == 1);
}

TEST_CASE("frames reach the owner, those of the topic phoenix do not") {
  NetBench bench;
  bench.connect();
  bench.hear("realtime:a");
  bench.network.last().receive(R"([null,"77","phoenix","phx_reply",{"status":"ok","response":{}}])");
  CHECK(bench.frames == std::vector<std::string>{"realtime:a"});
  CHECK(bench.counters.ignoredFrames == 1);
  CHECK(bench.counters.framesIn == 2);
}

TEST_CASE("malformed and binary frames are counted and change nothing, but prove life") {
  NetBench bench;
  bench.connect();
  bench.advance(ms(14'000));
  bench.network.last().receive("%{error: \"unable to parse response\"}");
  bench.network.last().receiveBinary(std::string_view("\x04\x01", 2));
  CHECK(bench.counters.badFrames == 1);
  CHECK(bench.counters.ignoredFrames == 1);
  CHECK(bench.counters.framesIn == 2);
  CHECK(bench.frames.empty());
  bench.advance(ms(10'999));
  CHECK(bench.network.last().takeSent().empty());
  CHECK(bench.state() == S::Open);
}

TEST_CASE("a released connection closes with 1000, waits for the server's close and rests") {
  NetBench bench;
  bench.connect();
  bench.connection.release();
  CHECK(bench.state() == S::Closing);
  CHECK(bench.network.last().closeCode() == 1000);
  CHECK_FALSE(bench.network.last().released());
  bench.network.last().closeFromServer(1000);
  CHECK(bench.state() == S::Idle);
  CHECK(bench.code() == "OK");
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a server that never answers the close is not waited for beyond 2 s") {
  NetBench bench;
  bench.connect();
  bench.connection.release();
  bench.advance(ms(1'999));
  CHECK(bench.state() == S::Closing);
  bench.advance(ms(1));
  CHECK(bench.state() == S::Idle);
  CHECK(bench.network.last().released());
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a socket that is needed again while it closes is replaced by a new one") {
  NetBench bench;
  bench.connect();
  bench.connection.release();
  bench.connection.open();
  CHECK(bench.state() == S::Connecting);
  CHECK(bench.network.sockets.front()->released());
  bench.accept();
  bench.advance(ms(5'000));
  CHECK(bench.state() == S::Open);
}

TEST_CASE("late events of a socket that was let go change nothing") {
  for (const bool forGood : {false, true}) {
    NetBench bench;
    bench.connection.open();
    const auto old = bench.network.sockets.back();
    forGood ? bench.connection.close() : bench.connection.release();
    bench.takeSteps();
    old->open();
    old->receive(R"([null,null,"realtime:t","x",{}])");
    old->receiveBinary("x");
    old->closeFromServer(1006);
    CHECK(bench.steps.empty());
    CHECK(bench.frames.empty());
    CHECK(bench.counters.framesIn == 0);
  }
}

TEST_CASE("a closed connection is closed for good, with nothing left behind") {
  for (const S state : kStates) {
    NetBench bench;
    bring(bench, state);
    bench.connection.close();
    CHECK(bench.state() == S::Closed);
    CHECK(bench.code() == "DISPOSED");
    for (const auto& socket : bench.network.sockets) CHECK(socket->released());
    CHECK_FALSE(bench.timer.isArmed());
    bench.connection.open();
    CHECK(bench.state() == S::Closed);
  }
}

TEST_CASE("an url that the runtime refuses is a failure to connect, retried slowly") {
  NetBench bench;
  bench.network.refuseUrls = true;
  bench.connection.open();
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "CONNECT_FAILED");
  CHECK(bench.wait() >= ms(15'000));
  CHECK(bench.connection.cause().message.find("secret") == std::string::npos);
  bench.network.refuseUrls = false;
  bench.retry();
  bench.accept();
  CHECK(bench.state() == S::Open);
}

TEST_CASE("a socket may be closed from inside a frame it brought") {
  // The owner reacts to a frame by closing: the transport on the call stack must survive until the call is over.
  struct Closer final : ConnectionDelegate {
    void onConnectionState(Connection&, ConnectionState) override {}
    void onConnectionFrame(Connection& connection, const Envelope& envelope) override {
      connection.close();
      topic = envelope.topic;  // still readable
    }
    Duration stallAllowance(const Connection&) const override { return ms(0); }
    void onRoundTrip(Connection&) override {}
    std::string topic;
  } closer;
  NetBench bench;
  Connection connection(ConnectionId{2}, bench.options, bench.surroundings, bench.context, bench.network,
                        bench.counters, closer);
  connection.open();
  bench.accept();
  bench.hear("realtime:last");
  CHECK(closer.topic == "realtime:last");
  CHECK(connection.state() == S::Closed);
  CHECK(bench.network.last().released());
}

}  // namespace
}  // namespace switchboard
