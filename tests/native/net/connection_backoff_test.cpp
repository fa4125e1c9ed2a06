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

/// The greatest number a range can give: `flooredJitter` adds what it draws to a quarter of the ceiling.
void scriptMost(NetBench& bench, Duration ceiling) {
  bench.random.script({static_cast<std::uint64_t>((ceiling - ceiling / 4).count())});
}

TEST_CASE("a plain loss is retried after a jittered delay of at most 0.5, 1, 2, 4, 8, 16, 16 s") {
  NetBench bench;
  bench.connection.open();
  for (const int ceiling : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 16'000}) {
    scriptMost(bench, ms(ceiling));
    CHECK(bench.dropAndMeasure() == ms(ceiling));
    bench.retry();
  }
  CHECK(bench.connection.attempts() == 7);
}

TEST_CASE("while nobody looks the waits grow to 30 s") {
  NetBench bench;
  bench.connection.open();
  bench.connection.setHidden(true);
  Duration last{0};
  for (const int ceiling : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
    scriptMost(bench, ms(ceiling));
    last = bench.dropAndMeasure();
    CHECK(last == ms(ceiling));
    bench.retry();
  }
  bench.connection.setHidden(false);
  scriptMost(bench, ms(16'000));
  CHECK(bench.dropAndMeasure() == ms(16'000));
}

TEST_CASE("a rate limit is waited out for 15 s and more, a restart is not") {
  NetBench bench;
  bench.connect();
  scriptMost(bench, ms(15'000));
  CHECK(bench.dropAndMeasure(1001) == ms(30'000));
  CHECK(bench.code() == "RATE_LIMITED");
  bench.retry();
  bench.accept();
  bench.random.script({0});
  CHECK(bench.dropAndMeasure(1001) == ms(15'000) + ms(7'500));
  bench.retry();
  bench.accept();
  scriptMost(bench, ms(500));
  CHECK(bench.dropAndMeasure(1012) == ms(500));
  CHECK(bench.code() == "SERVER_RESTART");
}

TEST_CASE("rate limits in a row are waited out longer, up to 75 s") {
  NetBench bench;
  bench.connection.open();
  for (const int ceiling : {15'000, 30'000, 60'000, 60'000}) {
    bench.accept();
    scriptMost(bench, ms(ceiling));
    CHECK(bench.dropAndMeasure(1001) == ms(15'000) + ms(ceiling));
    bench.retry();
  }
}

TEST_CASE("failures are forgotten once the link has answered for 10 s") {
  NetBench bench;
  bench.connection.open();
  for (int i = 0; i < 5; ++i) {
    bench.dropAndMeasure();
    bench.retry();
  }
  bench.accept();
  CHECK(bench.connection.attempts() == 5);
  bench.advance(ms(3'000));
  bench.hear();
  bench.advance(ms(9'999));
  CHECK(bench.connection.attempts() == 5);
  bench.advance(ms(1));
  CHECK(bench.connection.attempts() == 0);
  scriptMost(bench, ms(500));
  CHECK(bench.dropAndMeasure() == ms(500));
}

TEST_CASE("a link that is open but says nothing proves nothing") {
  NetBench bench;
  bench.connection.open();
  bench.dropAndMeasure();
  bench.retry();
  bench.accept();
  bench.advance(ms(14'000));
  CHECK(bench.connection.attempts() == 1);
}

TEST_CASE("regression: a server that accepts and drops is not hammered") {
  NetBench bench;
  bench.connection.open();
  Duration total{0};
  for (int i = 0; i < 40; ++i) {
    bench.accept();
    total += bench.dropAndMeasure();
    bench.retry();
  }
  CHECK(bench.connection.attempts() == 40);
  CHECK(total > ms(35 * 6'000));  // 4 to 16 s under the cap: 10 s each in the mean
}

TEST_CASE("regression: a server that goes live for a while and drops is not hammered either") {
  NetBench bench;
  bench.connection.open();
  for (int i = 0; i < 10; ++i) {
    bench.accept();
    bench.hear();
    bench.advance(ms(9'000));
    bench.hear();
    bench.dropAndMeasure();
    bench.retry();
  }
  CHECK(bench.connection.attempts() == 10);
}

TEST_CASE("the next attempt is told as a time of the calendar") {
  NetBench bench;
  bench.connection.open();
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
  for (int i = 0; i < 6; ++i) {
    bench.dropAndMeasure();
    bench.retry();
  }
  scriptMost(bench, ms(16'000));
  bench.dropAndMeasure();
}

TEST_CASE("hurry skips the wait but for a small jitter") {
  NetBench bench;
  failOften(bench);
  bench.takeSteps();
  bench.random.script({150});
  bench.connection.hurry();
  CHECK(bench.wait() == ms(150));
  CHECK(bench.steps.size() == 1);  // told, because the time of the next attempt is another
  CHECK(bench.takeSteps().empty());
  bench.retry();
  CHECK(bench.state() == S::Connecting);
}

TEST_CASE("hurried attempts are 2 s apart at least") {
  NetBench bench;
  failOften(bench);
  bench.random.script({0});
  bench.connection.hurry();
  CHECK(bench.wait() == ms(0));
  bench.retry();
  scriptMost(bench, ms(16'000));
  bench.dropAndMeasure();
  bench.random.script({0});
  bench.connection.hurry();
  CHECK(bench.wait() == ms(2'000));
  bench.connection.hurry();
  CHECK(bench.wait() == ms(2'000));
}

TEST_CASE("hurry never makes a wait longer") {
  NetBench bench;
  bench.connection.open();
  bench.random.script({0});
  REQUIRE(bench.dropAndMeasure() == ms(125));
  bench.random.script({150});
  bench.connection.hurry();
  CHECK(bench.wait() == ms(125));
}

TEST_CASE("hurry makes sure of a socket that looks open") {
  NetBench bench;
  bench.connect();
  bench.hear();
  bench.connection.hurry();
  CHECK(bench.network.last().takeSent().size() == 1);
  bench.advance(ms(10'000));
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "HALF_OPEN");
}

TEST_CASE("while offline one attempt is made every 30 s, and the cause says so") {
  NetBench bench;
  bench.connect();
  bench.connection.setOnline(false);
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
  bench.connection.setOnline(false);
  CHECK(bench.wait() == ms(30'000));
  CHECK(bench.code() == "OFFLINE");
}

TEST_CASE("coming online ends the wait") {
  NetBench bench;
  bench.connection.open();
  bench.connection.setOnline(false);
  bench.dropAndMeasure();
  bench.random.script({75});
  bench.connection.setOnline(true);
  CHECK(bench.wait() == ms(75));
}

TEST_CASE("a socket that answers stays, whatever the runtime says of the network") {
  NetBench bench;
  bench.connect();
  bench.connection.setOnline(false);
  bench.runAnswering(ms(60'000));
  CHECK(bench.state() == S::Open);
}

TEST_CASE("replace gives up the socket and connects anew, soon") {
  NetBench bench;
  bench.connect();
  bench.connection.replace({Code::UserReconnect, Retry::Backoff, "asked"});
  CHECK(bench.state() == S::Backoff);
  CHECK(bench.code() == "USER_RECONNECT");
  CHECK(bench.network.last().released());
  CHECK(bench.wait() <= ms(150));
  bench.retry();
  CHECK(bench.network.sockets.size() == 2);
}

TEST_CASE("replace during a long wait shortens it, and does nothing to a connection at rest") {
  NetBench bench;
  bench.connection.replace({Code::UserReconnect, Retry::Backoff, "asked"});
  CHECK(bench.state() == S::Idle);
  failOften(bench);
  bench.connection.replace({Code::UserReconnect, Retry::Backoff, "asked"});
  CHECK(bench.wait() <= ms(150));
  CHECK(bench.code() == "USER_RECONNECT");
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
