#include "channel/multiplexer.h"

#include <doctest/doctest.h>

#include "channel/mux_bench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::MuxBench;
using Texts = std::vector<std::string>;

TEST_CASE("the first channel opens the connection and is joined once that is open") {
  MuxBench bench;
  CHECK(bench.network.sockets.empty());
  bench.add("a");
  CHECK(bench.network.sockets.size() == 1);
  CHECK(bench.stateOf("a") == "closed");
  bench.open();
  CHECK(bench.takeSent() == Texts{"phx_join a"});
  bench.reply("a");
  CHECK(bench.events == Texts{"joined a"});
}

TEST_CASE("one join is in flight at a time, in the order of asking") {
  MuxBench bench;
  for (const char* name : {"c", "a", "b"}) bench.add(name);
  bench.open();
  CHECK(bench.takeSent() == Texts{"phx_join c"});
  bench.advance(ms(1'000));
  CHECK(bench.takeSent().empty());
  bench.reply("c");
  bench.advance(ms(100));
  CHECK(bench.takeSent() == Texts{"phx_join a"});
  bench.reply("a", "error");
  bench.advance(ms(100));
  CHECK(bench.takeSent() == Texts{"phx_join b"});
}

TEST_CASE("a join that is given up, abandoned or ended by the server makes room for the next") {
  MuxBench bench;
  for (const char* name : {"a", "b", "c", "d"}) bench.add(name);
  bench.open();
  bench.advance(ms(10'000));  // a times out; b's turn
  bench.advance(ms(100));
  CHECK(bench.takeSent() == Texts{"phx_join a", "phx_leave a", "phx_join b"});
  bench.remove("b");
  bench.advance(ms(100));
  CHECK(bench.takeSent() == Texts{"phx_leave b", "phx_join c"});
  bench.network.last().receive("[\"" + bench.joinRefs["c"] + R"(",null,"realtime:c","phx_close",{}])");
  bench.advance(ms(100));
  CHECK(bench.takeSent() == Texts{"phx_join d"});
}

TEST_CASE("a channel that is removed before its turn is never joined") {
  MuxBench bench;
  bench.add("a");
  bench.add("b");
  bench.remove("a");
  bench.open();
  CHECK(bench.takeSent() == Texts{"phx_join b"});
}

TEST_CASE("joins keep to the pace even if the server answers at once") {
  MuxBench bench;
  for (int i = 0; i < 100; ++i) bench.add(std::to_string(i));
  bench.open();
  int joins = 0;
  int most = 0;
  for (int tenth = 0; tenth < 60; ++tenth) {
    int now = 0;
    for (int i = 0; i < 100; ++i) {
      for (const auto& sent : bench.takeSent()) {
        ++now;
        bench.reply(sent.substr(9));
      }
      bench.advance(ms(1));
    }
    joins += now;
    most = std::max(most, now);
  }
  CHECK(joins > 75);
  CHECK(joins < 120);
  CHECK(most <= 2);
}

TEST_CASE("joins wait for the token that the callback gives") {
  MuxBench bench(true);
  bench.add("a");
  bench.open();
  CHECK(bench.takeSent().empty());
  REQUIRE(bench.tokenRequests.size() == 1);
  bench.tokens.provide(bench.tokenRequests.back(), "T1");
  CHECK(bench.takeSent() == Texts{"phx_join a"});
  CHECK(bench.payloads.back() == R"({"token":"T1"})");
}

TEST_CASE("the token is refreshed on every reconnect before anything is joined") {
  MuxBench bench(true);
  bench.add("a");
  bench.open();
  bench.tokens.provide(bench.tokenRequests.back(), "T1");
  bench.reply("a");
  bench.network.last().closeFromServer(1006);
  bench.remove("a");
  bench.add("a2");
  bench.advance(ms(500));
  bench.open();
  CHECK(bench.tokenRequests.size() == 2);
  CHECK(bench.takeSent().empty());
  bench.tokens.provide(bench.tokenRequests.back(), "T2");
  CHECK(bench.takeSent() == Texts{"phx_join a2"});
  CHECK(bench.payloads.back() == R"({"token":"T2"})");
}

TEST_CASE("a new token is pushed to joined channels, none at all is not") {
  MuxBench bench(false, "T1");
  bench.add("a");
  bench.add("b");
  bench.open();
  bench.reply("a");
  bench.takeSent();
  bench.tokens.set("T2");
  CHECK(bench.takeSent() == Texts{"access_token a"});
  CHECK(bench.payloads.back() == R"({"access_token":"T2"})");
  bench.tokens.set("");
  CHECK(bench.takeSent().empty());
}

TEST_CASE("frames find their channel, those for nobody are counted") {
  MuxBench bench;
  bench.add("a");
  bench.open();
  bench.reply("a");
  bench.events.clear();
  bench.network.last().receive(R"([null,null,"realtime:a","broadcast",{}])");
  bench.network.last().receive(R"([null,null,"realtime:zz","broadcast",{}])");
  bench.network.last().receive(R"([null,null,"realtime:","broadcast",{}])");
  bench.network.last().receive(R"(["99",null,"realtime:a","broadcast",{}])");
  CHECK(bench.events == Texts{"message a"});
  CHECK(bench.counters.ignoredFrames == 3);
}

TEST_CASE("the loss of the connection is reported to each channel, once and with its cause") {
  MuxBench bench;
  bench.add("a");
  bench.add("b");
  bench.add("c");
  bench.open();
  bench.reply("a");
  bench.advance(ms(100));  // b is joining, c waits
  bench.events.clear();
  bench.network.last().closeFromServer(1012);
  std::sort(bench.events.begin(), bench.events.end());
  CHECK(bench.events == Texts{"failed a SERVER_RESTART", "failed b SERVER_RESTART"});
  CHECK(bench.stateOf("c") == "closed");
}

TEST_CASE("channels that wait for their turn keep it over a reconnect") {
  MuxBench bench;
  bench.add("a");
  bench.add("b");
  bench.open();
  bench.network.last().closeFromServer(1006);
  bench.advance(ms(500));
  bench.open();
  CHECK(bench.takeSent() == Texts{"phx_join b"});
}

TEST_CASE("a channel may be removed, and others too, while the loss is being reported") {
  MuxBench bench;
  for (const char* name : {"a", "b", "c"}) {
    bench.add(name);
    if (bench.channels.size() == 1) bench.open();
    bench.advance(ms(100));
    bench.reply(name);
  }
  bench.events.clear();
  bench.onFailed = [&](Channel&) {
    for (auto& [name, channel] : bench.channels) bench.mux.remove(*channel);
  };
  bench.network.last().closeFromServer(1006);
  CHECK(bench.events.size() == 1);
  CHECK(bench.mux.channelCount() == 0);
}

TEST_CASE("a heartbeat during a join is given 5 s more") {
  MuxBench bench;
  bench.add("a");
  bench.open();
  bench.mux.connection().reconnectSoon();  // asks at once
  bench.advance(ms(9'900));
  CHECK(bench.mux.connection().isOpen());
  CHECK(bench.stateOf("a") == "joining");
  bench.mux.remove(*bench.channels.at("a"));
  bench.channels.erase("a");
  bench.add("b");
  bench.advance(ms(4'900));
  CHECK(bench.mux.connection().isOpen());
  bench.advance(ms(200));
  CHECK_FALSE(bench.mux.connection().isOpen());
}

TEST_CASE("a connection without channels is closed after 5 s") {
  MuxBench bench;
  bench.add("a");
  bench.open();
  bench.reply("a");
  bench.remove("a");
  bench.advance(ms(4'999));
  CHECK(bench.mux.connection().isOpen());
  bench.advance(ms(1));
  CHECK(bench.mux.connection().state() == ConnectionState::Closing);
  bench.network.last().closeFromServer(1000);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a channel that comes in time keeps the connection") {
  MuxBench bench;
  bench.add("a");
  bench.open();
  bench.reply("a");
  bench.remove("a");
  bench.advance(ms(4'000));
  bench.add("b");
  bench.advance(ms(10'000));
  CHECK(bench.mux.connection().isOpen());
  CHECK(bench.network.sockets.size() == 1);
}

TEST_CASE("a connection that is needed is kept without channels") {
  MuxBench bench;
  bench.mux.setNeeded(bench.owner, true);
  bench.open();
  bench.advance(ms(14'000));
  CHECK(bench.mux.connection().isOpen());
  bench.mux.setNeeded(bench.owner, false);
  bench.advance(ms(5'000));
  CHECK_FALSE(bench.mux.connection().isOpen());
}

TEST_CASE("what one owner needs another can't give up") {
  MuxBench bench;
  bench.mux.setNeeded(bench.owner, true);
  bench.open();
  bench.mux.setNeeded(bench.other, false);
  bench.advance(ms(10'000));
  CHECK(bench.mux.connection().isOpen());
  bench.mux.setNeeded(bench.other, true);
  bench.mux.setNeeded(bench.other, true);
  bench.mux.setNeeded(bench.owner, false);
  bench.advance(ms(14'000));
  CHECK(bench.mux.connection().isOpen());
  bench.mux.setNeeded(bench.other, false);
  bench.advance(ms(5'000));
  CHECK_FALSE(bench.mux.connection().isOpen());
}

TEST_CASE("a connection that nobody needs any more stops trying") {
  MuxBench bench;
  bench.mux.setNeeded(bench.owner, true);
  bench.network.last().closeFromServer(1006);
  bench.mux.setNeeded(bench.owner, false);
  bench.advance(ms(5'000));
  const auto sockets = bench.network.sockets.size();
  bench.network.last().closeFromServer(1006);
  bench.advance(ms(120'000));
  CHECK(bench.network.sockets.size() == sockets);
  CHECK(bench.mux.connection().state() == ConnectionState::Idle);
}

TEST_CASE("there is room until the server's limit of channels is reached") {
  MuxBench bench;
  for (int i = 0; i < 99; ++i) bench.add(std::to_string(i));
  CHECK(bench.mux.hasRoom());
  bench.add("last");
  CHECK_FALSE(bench.mux.hasRoom());
  bench.remove("0");
  CHECK(bench.mux.hasRoom());
  CHECK(bench.mux.channelCount() == 99);
}

TEST_CASE("a shut down multiplexer leaves nothing behind") {
  MuxBench bench;
  bench.add("a");
  bench.open();
  bench.remove("a");
  bench.mux.shutDown();
  CHECK(bench.mux.connection().state() == ConnectionState::Closed);
  CHECK(bench.network.last().released());
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a channel that failed is joined again when it is added again") {
  MuxBench bench;
  bench.add("a");
  bench.open();
  bench.reply("a", "error");
  CHECK(bench.stateOf("a") == "errored");
  bench.mux.remove(*bench.channels.at("a"));
  bench.mux.add(*bench.channels.at("a"));
  bench.advance(ms(100));
  CHECK(bench.takeSent() == Texts{"phx_join a"});
}

}  // namespace
}  // namespace switchboard
