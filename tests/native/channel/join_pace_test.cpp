#include "channel/join_pace.h"

#include <doctest/doctest.h>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::Workbench;

TEST_CASE("the first join waits for nothing, the next one for the interval and up to half of it") {
  Workbench bench;
  JoinPace pace(20, bench.context);
  CHECK(pace.wait() == ms(0));
  bench.random.script({0, 25});
  pace.take();
  CHECK(pace.wait() == ms(50));
  bench.advance(ms(49));
  CHECK(pace.wait() == ms(1));
  bench.advance(ms(1));
  CHECK(pace.wait() == ms(0));
  pace.take();
  CHECK(pace.wait() == ms(75));
}

TEST_CASE("time without joins is not saved up for a burst") {
  Workbench bench;
  JoinPace pace(20, bench.context);
  bench.advance(ms(60'000));
  pace.take();
  CHECK(pace.wait() >= ms(50));
}

TEST_CASE("whatever the chance, a second never sees more joins than its rate") {
  Workbench bench;
  JoinPace pace(20, bench.context);
  const TimePoint start = bench.clock.now();
  int joins = 0;
  while (bench.clock.now() < start + ms(10'000)) {
    if (pace.wait() == ms(0)) {
      pace.take();
      ++joins;
    }
    bench.advance(ms(1));
  }
  CHECK(joins <= 200);
  CHECK(joins >= 133);
}

TEST_CASE("a rate of nothing is a rate of one a second") {
  Workbench bench;
  JoinPace pace(0, bench.context);
  bench.random.script({0});
  pace.take();
  CHECK(pace.wait() == ms(1'000));
}

}  // namespace
}  // namespace switchboard
