#include <doctest/doctest.h>

#include "net/connection.h"
#include "net/net_bench.h"
#include "support/jwt.h"

namespace switchboard {
namespace {

using testing::jwt;
using testing::ms;
using testing::NetBench;
using S = ConnectionState;

/// The next draw is the greatest of a range of that width.
void scriptMost(NetBench& bench, Duration width) {
  bench.random.script({static_cast<std::uint64_t>(width.count())});
}

TEST_CASE("a line that had been live is back within 0.5 s, however often it is cut after a second and more") {
  NetBench bench;
  bench.connection.open();
  for (int cut = 0; cut < 60; ++cut) {
    CHECK(bench.liveAndMeasure(ms(1'000 + cut * 20)) <= ms(500));
    CHECK(bench.code() == "CONNECTION_LOST");
    bench.retry();
  }
}

TEST_CASE("regression: a server that accepts and drops is not hammered") {
  for (const int code : {1000, 1001, 1006, 1011, 1012}) {
    NetBench bench;
    bench.connection.open();
    int attempts = 1;
    for (const TimePoint end = bench.clock.now() + ms(15'000); bench.clock.now() < end; ++attempts) {
      bench.advance(ms(20));  // no handshake takes less
      bench.accept();
      bench.dropAndMeasure(code);
      bench.retry();
    }
    CHECK(attempts - 1 <= 8);  // the last one came after the 15 s
  }
}

TEST_CASE("a link that is open but says nothing proves nothing") {
  NetBench bench;
  bench.connection.open();
  for (int i = 0; i < 4; ++i) {
    bench.accept();
    bench.advance(ms(10'000));
    bench.dropAndMeasure();
    bench.retry();
  }
  CHECK(bench.connection.attempts() == 4);
  bench.accept();
  CHECK(bench.dropAndMeasure() >= ms(1'000));
}

TEST_CASE("time live earns quick reconnects back also where the socket was let go of, not lost") {
  for (const bool replaced : {true, false}) {
    NetBench bench;
    bench.connection.open();
    for (int i = 0; i < 4; ++i) {
      bench.accept();
      bench.dropAndMeasure();
      bench.retry();
    }
    bench.accept();
    bench.hear();
    bench.advance(ms(5'000));
    if (replaced) {
      bench.connection.replace({ReasonCode::UserReconnect, Retry::Backoff, "Reconnecting, as asked."});
      bench.retry();
    } else {
      bench.connection.release();
      bench.connection.open();
    }
    bench.accept();
    CHECK(bench.dropAndMeasure() <= ms(500));
  }
}

TEST_CASE("what a half-open socket did not say does not count as life") {
  NetBench bench;
  bench.connection.open();
  for (int i = 0; i < 5; ++i) {
    bench.accept();
    bench.hear();
    bench.advance(ms(25'000));
    CHECK(bench.code() == "HALF_OPEN");
    if (i < 4) bench.retry();
  }
  CHECK(bench.wait() >= ms(1'000));
}

TEST_CASE("a server that refuses for 20 s is tried again 10 s after it is back at the latest") {
  for (int run = 0; run < 200; ++run) {
    NetBench bench;
    for (int skip = 0; skip < run; ++skip) bench.random.next();
    bench.connection.open();
    bench.liveAndMeasure(ms(5'000));
    const TimePoint lost = bench.clock.now();
    bench.retry();
    Duration away{0};
    while ((away = bench.clock.now() - lost) < ms(20'000)) {
      bench.dropAndMeasure();
      bench.retry();
    }
    CHECK(away <= ms(30'000));
  }
}

TEST_CASE("attempts are counted from the loss to the first frame, which reports that they are over") {
  NetBench bench;
  bench.connect();
  CHECK(bench.connection.attempts() == 0);
  bench.hear();
  bench.dropAndMeasure();
  bench.retry();
  bench.dropAndMeasure();
  bench.retry();
  CHECK(bench.connection.attempts() == 2);
  bench.accept();
  CHECK(bench.connection.attempts() == 2);
  const auto before = bench.steps.size();
  bench.hear();
  CHECK(bench.connection.attempts() == 0);
  CHECK(bench.steps.size() == before + 1);
}

TEST_CASE("a rate limit is waited out for 15 s and more, a restart is not") {
  NetBench bench;
  bench.connect();
  scriptMost(bench, ms(15'000));
  CHECK(bench.limitAndMeasure() == ms(30'000));
  CHECK(bench.code() == "RATE_LIMITED");
  bench.retry();
  bench.accept();
  bench.random.script({0});
  CHECK(bench.limitAndMeasure() == ms(15'000));
  bench.retry();
  bench.accept();
  CHECK(bench.dropAndMeasure(1012) <= ms(500));
  CHECK(bench.code() == "SERVER_RESTART");
}

TEST_CASE("a bare 1001, as proxies send it, is an ordinary loss") {
  NetBench bench;
  bench.connect();
  CHECK(bench.dropAndMeasure(1001) <= ms(500));
  CHECK(bench.code() == "CONNECTION_LOST");
  bench.retry();
  bench.accept();
  bench.connection.onLimitRefusal();
  bench.advance(ms(5'001));  // the server's own close comes at once
  CHECK(bench.dropAndMeasure(1001) <= ms(500));
  CHECK(bench.code() == "CONNECTION_LOST");
  bench.retry();
  bench.accept();
  bench.connection.onLimitRefusal();
  bench.dropAndMeasure();
  bench.retry();
  bench.accept();
  CHECK(bench.dropAndMeasure(1001) <= ms(500));  // the refusal was on the socket before
}

TEST_CASE("the next attempt is reported as a time of the calendar") {
  NetBench bench;
  bench.connect();
  scriptMost(bench, ms(500));
  bench.network.last().closeFromServer(1006);
  CHECK(bench.connection.nextRetryAt() == bench.clock.wallNow() + ms(500));
  bench.advance(ms(200));
  CHECK(bench.connection.nextRetryAt() == bench.clock.wallNow() + ms(300));
  bench.retry();
  CHECK_FALSE(bench.connection.nextRetryAt());
}

/// A connection that waits as long as it ever does.
void failOften(NetBench& bench) {
  bench.connection.open();
  bench.failFor(ms(120'000));
  bench.dropAndMeasure();
}

TEST_CASE("reconnectSoon skips the wait except for a small jitter") {
  NetBench bench;
  failOften(bench);
  bench.takeSteps();
  bench.advance(ms(1'000));
  bench.random.script({150});
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(150));
  CHECK(bench.steps.size() == 1);  // reported, because the time of the next attempt is another
  CHECK(bench.takeSteps().empty());
  bench.retry();
  CHECK(bench.state() == S::Connecting);
}

TEST_CASE("attempts by reconnectSoon are at least 1 s apart") {
  NetBench bench;
  failOften(bench);
  bench.random.script({0});
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(1'000));  // the last one has only just failed
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(1'000));
}

TEST_CASE("regression: repeated calls of reconnectSoon do not delay the attempt") {
  NetBench bench;
  failOften(bench);
  const TimePoint first = bench.clock.now();
  for (int i = 0; i < 9; ++i) {
    bench.connection.reconnectSoon();
    bench.advance(ms(100));
  }
  bench.connection.reconnectSoon();
  CHECK(bench.clock.now() + bench.wait() == first + ms(1'000));
}

TEST_CASE("after reconnectSoon the waits grow from the start again") {
  NetBench bench;
  failOften(bench);
  bench.connection.reconnectSoon();
  bench.retry();
  CHECK(bench.dropAndMeasure() <= ms(500));
}

TEST_CASE("reconnectSoon never makes a wait longer") {
  NetBench bench;
  bench.connect();
  bench.hear();
  bench.advance(ms(5'000));
  bench.random.script({100});
  REQUIRE(bench.dropAndMeasure() == ms(100));
  bench.random.script({150});
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(100));
}

TEST_CASE("reconnectSoon probes a socket that looks open") {
  NetBench bench;
  bench.connect();
  bench.hear();
  bench.connection.reconnectSoon();
  CHECK(bench.network.last().takeSent().size() == 1);
  bench.advance(ms(10'000));
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "HALF_OPEN");
}

TEST_CASE("reconnectSoon does not skip the wait after a rate limit") {
  NetBench bench;
  bench.connect();
  const Duration wait = bench.limitAndMeasure();
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == wait);
  bench.setOnline(false);
  CHECK(bench.code() == "OFFLINE");
  CHECK(bench.wait() >= wait);
  bench.setOnline(true);
  CHECK(bench.code() == "RATE_LIMITED");
  CHECK(bench.wait() == wait);
  bench.connection.release();
  bench.connection.open();  // as after the back/forward cache
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "RATE_LIMITED");
  CHECK(bench.wait() == wait);
  bench.retry();
  CHECK(bench.state() == S::Connecting);
}

TEST_CASE("regression: when it is online again, only the rate limit is left of a wait that offline had made longer") {
  NetBench bench;
  bench.connect();
  NetBench::Other second(bench);
  second.connection.open();
  bench.network.last().open();
  bench.random.script({0});
  REQUIRE(bench.limitAndMeasure(0) == ms(15'000));
  bench.setOnline(false);
  second.connection.onNetworkChange();
  bench.network.last().closeFromServer(1006);
  REQUIRE(bench.wait() == ms(30'000));
  REQUIRE(*second.connection.nextRetryAt() == bench.clock.wallNow() + ms(30'000));
  bench.advance(ms(1'000));
  bench.setOnline(true);
  second.connection.onNetworkChange();
  CHECK(bench.wait() == ms(14'000));
  CHECK(*second.connection.nextRetryAt() == bench.clock.wallNow() + ms(14'000));
}

TEST_CASE("regression: a second rate limit does not shorten the wait after the first") {
  NetBench bench;
  bench.connect();
  NetBench::Other second(bench);
  second.connection.open();
  bench.network.last().open();
  scriptMost(bench, ms(15'000));
  REQUIRE(bench.limitAndMeasure(0) == ms(30'000));
  bench.random.script({0});
  second.connection.onLimitRefusal();
  bench.network.last().closeFromServer(1001);
  CHECK(*second.connection.nextRetryAt() == bench.clock.wallNow() + ms(30'000));
  bench.advance(ms(16'000));
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(14'000));
}

TEST_CASE("regression: reconnectSoon shortens a wait that is longer than the rate limit to the end of the limit") {
  NetBench bench;
  failOften(bench);
  bench.surroundings.notBefore = bench.clock.now() + ms(3'000);
  REQUIRE(bench.wait() > ms(3'000));
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(3'000));
  bench.advance(ms(1'000));
  bench.connection.reconnectSoon();
  CHECK(bench.wait() == ms(2'000));
}

TEST_CASE("a rate limit holds for every connection of the client, since the server counts by project") {
  NetBench bench;
  bench.connect();
  NetBench::Other second(bench);
  second.connection.open();
  bench.network.last().closeFromServer(1006);  // about to try again
  const Duration wait = bench.limitAndMeasure(0);
  CHECK(second.connection.state() == S::Backoff);
  bench.advance(wait - ms(1));
  CHECK(second.connection.state() == S::Backoff);
  CHECK(bench.state() == S::Backoff);
  NetBench::Other third(bench);
  third.connection.open();
  CHECK(third.connection.state() == S::Backoff);
  CHECK(toString(third.connection.cause().code) == "RATE_LIMITED");
  bench.advance(ms(1));
  CHECK(second.connection.state() == S::Connecting);
  CHECK(third.connection.state() == S::Connecting);
}

TEST_CASE("a rate limit is waited out also by a connection that was closing") {
  NetBench bench;
  bench.connect();
  bench.connection.release();
  REQUIRE(bench.state() == S::Closing);
  bench.surroundings.notBefore = bench.clock.now() + ms(20'000);
  bench.surroundings.limit = {ReasonCode::RateLimited, Retry::Slow, "limit"};
  bench.connection.open();
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.wait() == ms(20'000));
  bench.retry();
  CHECK(bench.state() == S::Connecting);
}

TEST_CASE("while offline one attempt is made every 30 s, and the cause says so") {
  NetBench bench;
  bench.connect();
  bench.setOnline(false);
  CHECK(bench.state() == S::Open);  // browsers lie: it is probed first
  CHECK(bench.network.last().takeSent().size() == 1);
  bench.network.last().closeFromServer(1006);
  CHECK(bench.code() == "OFFLINE");
  CHECK(bench.wait() == ms(30'000));
  bench.retry();
  CHECK(bench.state() == S::Connecting);
  CHECK(bench.dropAndMeasure() == ms(30'000));
}

TEST_CASE("going offline during a wait stretches it and says why") {
  NetBench bench;
  bench.connection.open();
  bench.dropAndMeasure();
  bench.setOnline(false);
  CHECK(bench.wait() == ms(30'000));
  CHECK(bench.code() == "OFFLINE");
}

TEST_CASE("what the runtime said before the connection was opened is known to it") {
  NetBench bench;
  bench.surroundings.online = false;
  bench.connection.open();  // it is tried all the same, once
  CHECK(bench.dropAndMeasure() == ms(30'000));
  CHECK(bench.code() == "OFFLINE");
  NetBench hidden;
  hidden.surroundings.hidden = true;
  hidden.connection.open();
  hidden.failFor(ms(120'000));
  CHECK(hidden.dropAndMeasure() >= ms(22'500));
}

TEST_CASE("coming online ends the wait, and the cause is what it was before") {
  NetBench bench;
  bench.connect();
  bench.hear();
  bench.advance(ms(5'000));
  bench.setOnline(false);
  bench.network.last().closeFromServer(1012);
  REQUIRE(bench.code() == "OFFLINE");
  bench.random.script({75});
  bench.setOnline(true);
  CHECK(bench.wait() == ms(75));
  CHECK(bench.code() == "SERVER_RESTART");
}

TEST_CASE("coming online while an attempt is under way is reported: it is not offline that it waits for") {
  NetBench bench;
  bench.surroundings.online = false;
  bench.connection.open();
  bench.dropAndMeasure();
  bench.retry();
  CHECK(toString(bench.connection.lastFailure().code) == "OFFLINE");
  bench.takeSteps();
  bench.setOnline(true);
  CHECK(toString(bench.connection.lastFailure().code) == "CONNECT_FAILED");
  CHECK(bench.state() == S::Connecting);
}

TEST_CASE("regression: a network that flaps is back within 1.2 s of the last online, whatever came before") {
  struct Row {
    int count, offline, online;
  };
  for (const auto& row : {Row{25, 150, 80}, Row{25, 80, 150}, Row{10, 250, 250}, Row{6, 500, 500}, Row{200, 30, 30}}) {
    for (const bool failing : {false, true}) {
      NetBench bench;
      if (failing)
        failOften(bench);
      else
        bench.connect();
      const auto pass = [&](int span) {
        for (int passed = 0; passed < span; passed += 10) {
          bench.advance(ms(10));
          if (bench.state() == S::Connecting) bench.network.last().closeFromServer(1006);
        }
      };
      for (int flap = 0; flap < row.count; ++flap) {
        bench.setOnline(false);
        if (bench.connection.isOpen()) bench.network.last().closeFromServer(1006);
        pass(row.offline);
        bench.setOnline(true);
        CHECK(bench.code() != "OFFLINE");
        if (flap + 1 < row.count) pass(row.online);
      }
      const TimePoint online = bench.clock.now();
      if (bench.state() == S::Backoff) bench.retry();
      CHECK(bench.clock.now() - online <= ms(1'150));
      CHECK(bench.state() == S::Connecting);
    }
  }
}

TEST_CASE("a socket that answers stays, whatever the runtime says of the network") {
  NetBench bench;
  bench.connect();
  bench.setOnline(false);
  bench.runAnswering(ms(60'000));
  CHECK(bench.state() == S::Open);
}

const Cause kAsked{ReasonCode::UserReconnect, Retry::Backoff, "asked"};

TEST_CASE("replace gives up the socket and connects at once") {
  NetBench bench;
  bench.connect();
  bench.connection.replace(kAsked);
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "USER_RECONNECT");
  CHECK(bench.network.last().released());
  CHECK(bench.wait() == ms(0));
  bench.retry();
  CHECK(bench.network.sockets.size() == 2);
}

TEST_CASE("replace during a wait ends it, whatever came before, and does nothing to a connection at rest") {
  NetBench bench;
  bench.connection.replace(kAsked);
  CHECK(bench.state() == S::Idle);
  failOften(bench);
  bench.connection.reconnectSoon();
  bench.connection.replace(kAsked);
  CHECK(bench.wait() == ms(0));
  CHECK(bench.code() == "USER_RECONNECT");
  bench.retry();
  CHECK(bench.dropAndMeasure() <= ms(500));  // the waits grow from the start
  bench.setOnline(false);
  bench.connection.replace(kAsked);
  CHECK(bench.wait() == ms(0));
}

TEST_CASE("replace leaves a handshake alone that has only just begun, and gives up one that takes long") {
  NetBench bench;
  bench.connection.open();
  bench.advance(ms(999));
  bench.connection.replace(kAsked);
  CHECK(bench.state() == S::Connecting);
  CHECK(bench.network.sockets.size() == 1);
  bench.advance(ms(1));
  bench.connection.replace(kAsked);
  CHECK(bench.wait() == ms(0));
  bench.retry();
  CHECK(bench.network.sockets.size() == 2);
}

TEST_CASE("where the runtime holds handshakes back after failed ones, they are given that time") {
  ConnectionOptions options;
  options.heldBack = ms(60'000);
  NetBench bench(options);
  bench.connection.open();
  const auto limit = [&] {
    const TimePoint begun = bench.clock.now();
    while (bench.state() == S::Connecting) bench.advance(ms(100));
    CHECK(bench.code() == "CONNECT_TIMEOUT");
    return bench.clock.now() - begun;
  };
  CHECK(limit() == ms(10'400));
  bench.retry();
  CHECK(limit() == ms(10'800));
  for (int i = 0; i < 7; ++i) {
    bench.retry();
    bench.dropAndMeasure();
  }
  bench.retry();
  bench.advance(ms(5'000));
  bench.connection.replace(kAsked);  // to give it up would count as one more failure there
  CHECK(limit() == ms(65'000));
}

TEST_CASE("a refused handshake is explained by an api key that has expired or is none") {
  const auto refusedWith = [](std::string_view key) {
    ConnectionOptions options;
    options.apikey = readClaims(key);
    options.apikeyIsOpaque = key.substr(0, 3) == "sb_";
    NetBench bench(options);
    bench.options.apikeyIsOpaque = options.apikeyIsOpaque;
    bench.connection.open();
    bench.network.last().closeFromServer(1006);
    return bench.code();
  };
  CHECK(refusedWith(jwt(R"({"role":"anon","exp":2100000000})")) == "CONNECT_FAILED");
  CHECK(refusedWith(jwt(R"({"role":"anon","exp":1700000000})")) == "API_KEY_EXPIRED");
  CHECK(refusedWith(jwt(R"({"role":"anon"})")) == "API_KEY_INVALID");
  CHECK(refusedWith(jwt(R"({"exp":2100000000})")) == "API_KEY_INVALID");
  CHECK(refusedWith("rubbish") == "API_KEY_INVALID");
  CHECK(refusedWith("sb_publishable_x") == "CONNECT_FAILED");
}

TEST_CASE("a key at fault is retried slowly, and a socket that was open is never blamed on the key") {
  ConnectionOptions options;
  options.apikey = readClaims(jwt(R"({"role":"anon","exp":1700000000})"));
  NetBench bench(options);
  bench.connection.open();
  CHECK(bench.dropAndMeasure() >= ms(15'000));
  bench.retry();
  bench.accept();
  bench.dropAndMeasure();
  CHECK(bench.code() == "CONNECTION_LOST");
}

}  // namespace
}  // namespace switchboard
