#include <doctest/doctest.h>

#include <chrono>
#include <iterator>

#include "herd/herd.h"
#include "mutation/mutations.h"
#include "runner.h"

using namespace switchboard;
using namespace switchboard::sim;
using namespace std::chrono_literals;

namespace {

/// Of the normal run.
constexpr std::uint64_t kSeeds = 1'500;

}  // namespace

TEST_SUITE("simulation") {
  TEST_CASE("no invariant breaks in the worlds of the normal run") {
    const Totals totals = run({.seeds = kSeeds, .jobs = 2, .progress = true});
    CHECK(totals.failed == 0);
    CHECK(totals.sum.faults > 10 * kSeeds);
    CHECK(totals.sum.deliveries > 50 * kSeeds);
    CHECK(totals.sum.numbers.changes > 10 * kSeeds);
    CHECK(totals.sum.numbers.gaps > kSeeds);
    CHECK(totals.sum.numbers.ends > kSeeds / 10);
  }

  TEST_CASE("a seed is played the same way each time") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SimulationOptions options;
      options.seed = seed;
      const Outcome first = simulate(options);
      const Outcome second = simulate(options);
      CHECK(first.digest == second.digest);
      CHECK(first.steps == second.steps);
    }
  }

  TEST_CASE("every way to break the client is noticed within the normal run") {
    std::set<Invariant> shown;
    for (const auto& mutation : mutations()) {
      CAPTURE(mutation.name);
      std::uint64_t seed = 1;
      bool noticed = false;
      for (; seed <= kSeeds && !noticed; ++seed) {
        SimulationOptions options;
        options.seed = seed;
        options.tampering = mutation.make();
        const auto violation = simulate(options).violation;
        noticed = violation && mutation.noticedBy.count(violation->invariant) != 0;
        if (noticed) {
          shown.insert(violation->invariant);
          MESSAGE(mutation.name, ": seed ", seed, " breaks ", std::string(toString(violation->invariant)));
        }
      }
      CHECK(noticed);
    }
    for (unsigned i = 0; i <= static_cast<unsigned>(Invariant::MemoryReturned); ++i) {
      const auto invariant = static_cast<Invariant>(i);
      CAPTURE(std::string(toString(invariant)));
      CHECK(shown.count(invariant) == 1);
    }
  }
}

TEST_SUITE("herd") {
  constexpr unsigned kClients = 10'000;

  TEST_CASE("after an outage few of all clients come back within the same 100 ms") {
    struct Row {
      Duration outage;
      double mostPercent;
    };
    for (const auto& row : {Row{30s, 1.5}, Row{60s, 1.0}, Row{300s, 1.0}}) {
      for (const std::uint64_t seed : {1, 2, 3}) {
        const Returns returns = herdReturns(kClients, row.outage, seed);
        CHECK(returns.times.size() == kClients);
        CHECK(returns.largestShare() <= row.mostPercent);
      }
      CHECK(referenceReturns(kClients, row.outage, 1).largestShare() > 10);
    }
  }

  TEST_CASE("a server that refused for 20 s has all clients back within half of that, in the mean within 5 s") {
    const Returns returns = herdReturns(kClients, 20s, 1);
    CHECK(returns.mean() <= 5s);
    CHECK(returns.times.back() <= 10s + 130ms);  // a handshake takes up to 130 ms
  }

  TEST_CASE("a server that accepts and drops for 15 s sees at most 8 attempts of any client") {
    CHECK(attemptsWhenDropped(kClients, 15s, 1).back() <= 8);
  }
}
