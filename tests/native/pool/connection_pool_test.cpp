#include "pool/connection_pool.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::Workbench;

/// A tenant that writes down what it hears.
struct Tenant final : PoolTenant {
  void onSocketState(Multiplexer& socket) override { states.push_back(socket.connection().state()); }
  bool carriesLive(const Multiplexer& socket) const override { return &socket == live; }
  void onPlaces() override { ++places; }
  void onTokenChanged() override { ++tokens; }
  void onTokenState() override {}

  std::vector<ConnectionState> states;
  const Multiplexer* live = nullptr;
  int places = 0;
  int tokens = 0;
};

struct PoolBench : Workbench, private PoolDelegate {
  PoolBench() {
    options.connection.url = "ws://server/websocket";
    options.connection.apikeyIsOpaque = true;
    pool.addTenant(a);
    pool.addTenant(b);
  }
  ~PoolBench() { pool.shutDown(); }

  /// The pool with its first socket open.
  Multiplexer& openFirst() {
    pool.setNeeded(a, true);
    network.last().open();
    return *pool.place(false);
  }

  PoolOptions options;
  testing::FakeNetwork network;
  StatusTracker tracker{context, ms(1'000)};
  std::vector<std::uint32_t> requests;
  Tenant a;
  Tenant b;
  ConnectionPool pool{options, "token", context, network, tracker, delegate()};

 private:
  PoolDelegate& delegate() { return *this; }
  void onTokenWanted(std::uint32_t request) override { requests.push_back(request); }
};

TEST_CASE("the socket that two tenants need stays until the second has given it up") {
  PoolBench bench;
  bench.openFirst();
  bench.pool.setNeeded(bench.b, true);
  bench.pool.setNeeded(bench.a, false);
  bench.advance(ms(10'000));
  CHECK(bench.network.sockets.size() == 1);
  CHECK_FALSE(bench.network.last().closedByClient());
  bench.pool.setNeeded(bench.b, false);
  bench.advance(ms(5'000));
  CHECK(bench.network.last().closedByClient());
}

TEST_CASE("every tenant hears of a socket's states and of a new token") {
  PoolBench bench;
  bench.openFirst();
  bench.pool.tokens().set("other");
  for (const Tenant* tenant : {&bench.a, &bench.b}) {
    CHECK(tenant->states == std::vector{ConnectionState::Connecting, ConnectionState::Open});
    CHECK(tenant->tokens == 1);
  }
}

TEST_CASE("a risky join keeps away from a socket on which any tenant has something live") {
  PoolBench bench;
  Multiplexer& first = bench.openFirst();
  CHECK(bench.pool.place(true) == &first);
  bench.b.live = &first;
  CHECK(bench.pool.place(false) == &first);
  CHECK(bench.pool.place(true) == nullptr);
  REQUIRE(bench.pool.size() == 2);
  bench.pool.setMoreNeeded(bench.a, true);
  bench.network.last().open();
  Multiplexer* second = bench.pool.place(true);
  REQUIRE(second != nullptr);
  CHECK(second->connection().id() == ConnectionId{2});
}

TEST_CASE("no more sockets than allowed: a risky join then goes where something is live") {
  PoolBench bench;
  bench.options.maxSockets = 1;
  Multiplexer& first = bench.openFirst();
  bench.b.live = &first;
  CHECK(bench.pool.place(true) == &first);
  CHECK(bench.pool.size() == 1);
}

TEST_CASE("what is known of the network and the page applies to sockets that are opened later") {
  PoolBench bench;
  bench.pool.setOnline(false);
  bench.pool.setNeeded(bench.a, true);
  bench.network.last().closeFromServer(1006);
  CHECK(bench.pool.waitFor(false).cause.code == ReasonCode::Offline);
}

TEST_CASE("a suspended pool has no open socket until the page is back") {
  PoolBench bench;
  bench.openFirst();
  bench.pool.setSuspended(true);
  CHECK(bench.pool.isSuspended());
  CHECK(bench.network.last().closedByClient());
  bench.pool.setNeeded(bench.b, true);
  CHECK(bench.network.sockets.size() == 1);
  CHECK(bench.pool.place(false) == nullptr);
  bench.pool.setSuspended(false);
  CHECK(bench.a.places == 2);
  CHECK(bench.b.places == 2);
}

TEST_CASE("a socket's status is reported without anybody who knows more of it") {
  PoolBench bench;
  bench.openFirst();
  REQUIRE(bench.tracker.connections().size() == 1);
  const auto& status = bench.tracker.connections().at(ConnectionId{1});
  CHECK(status.state == ConnectionState::Open);
  CHECK_FALSE(status.pulse);
}

}  // namespace
}  // namespace switchboard
