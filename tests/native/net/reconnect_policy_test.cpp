#include "net/reconnect_policy.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::FakeRandom;
using testing::ms;

struct PolicyBench {
  ReconnectOptions options;
  FakeRandom random;
  ReconnectPolicy policy{options, random};
  TimePoint now{ms(50'000)};

  PolicyBench() { policy.begin(now); }
  /// The next draw is the greatest of a range of that width.
  void drawMost(Duration width) { random.script({static_cast<std::uint64_t>(width.count())}); }
  void drawLeast() { random.script({0}); }
  void live() { policy.onLive(); }
  Duration loss(Duration live, bool hidden = false) { return policy.afterLoss(now, live, hidden); }
  /// A handshake that fails when the outage has lasted so long.
  Duration failure(bool hidden = false) { return policy.afterFailure(now, hidden); }
};

TEST_CASE("a line that had been live is tried again after 0 to 0.5 s") {
  PolicyBench bench;
  bench.live();
  bench.drawLeast();
  CHECK(bench.loss(ms(60'000)) == ms(0));
  bench.live();
  bench.drawMost(ms(500));
  CHECK(bench.loss(ms(60'000)) == ms(500));
}

TEST_CASE("lines cut again and again after a second of life always come back within 0.5 s") {
  PolicyBench bench;
  for (int cut = 0; cut < 200; ++cut) {
    bench.now += ms(1'500);
    bench.live();
    CHECK(bench.loss(ms(1'000)) <= ms(500));
  }
}

TEST_CASE("a server that drops at once is met four times quickly, then after 2, 4, 8, 16 and 20 s at most") {
  PolicyBench bench;
  for (int i = 0; i < 4; ++i) {
    bench.drawMost(ms(500));
    CHECK(bench.loss(ms(0)) == ms(500));
  }
  for (const int ceiling : {2'000, 4'000, 8'000, 16'000, 20'000, 20'000, 20'000}) {
    bench.drawMost(ms(ceiling / 2));
    CHECK(bench.loss(ms(0)) == ms(ceiling));
  }
  bench.drawLeast();
  CHECK(bench.loss(ms(0)) == ms(10'000));
}

TEST_CASE("time spent live earns quick reconnects back, one a second") {
  PolicyBench bench;
  for (int i = 0; i < 20; ++i) bench.loss(ms(0));
  bench.drawMost(ms(1'000));
  CHECK(bench.loss(ms(6'000)) == ms(2'000));  // ten are owed at most: six were earned back, one more is used
  CHECK(bench.loss(ms(2'000)) <= ms(500));
  CHECK(bench.loss(ms(1'000)) <= ms(500));
  CHECK(bench.loss(ms(0)) >= ms(1'000));
}

TEST_CASE("time spent live counts also if the line ended by a limit of the server") {
  PolicyBench bench;
  for (int i = 0; i < 4; ++i) bench.loss(ms(0));
  bench.policy.afterRefusal(bench.now, ms(4'000));
  CHECK(bench.loss(ms(0)) <= ms(500));
}

TEST_CASE("a server that drops after 0.3 s of life is tried ever more seldom too") {
  PolicyBench bench;
  Duration last{0};
  for (int i = 0; i < 20; ++i) {
    bench.live();
    last = bench.loss(ms(300));
  }
  CHECK(last >= ms(8'000));
}

TEST_CASE("after a failed handshake the wait is a quarter to half of what the outage has lasted, from 0.25 s to 20 s") {
  struct Row {
    int outage, least, most;
  };
  for (const auto& row : {Row{0, 250, 250}, Row{500, 250, 250}, Row{1'000, 250, 500}, Row{8'000, 2'000, 4'000},
                          Row{20'000, 5'000, 10'000}, Row{40'000, 10'000, 20'000}, Row{60'000, 15'000, 20'000},
                          Row{3'600'000, 15'000, 20'000}}) {
    PolicyBench bench;
    bench.now += ms(row.outage);
    bench.drawLeast();
    CHECK(bench.failure() == ms(row.least));
    bench.drawMost(ms(row.most - row.least));
    CHECK(bench.failure() == ms(row.most));
  }
}

TEST_CASE("while nobody looks the waits grow to 30 s") {
  PolicyBench bench;
  bench.now += ms(3'600'000);
  bench.drawLeast();
  CHECK(bench.failure(true) == ms(22'500));
  bench.drawMost(ms(7'500));
  CHECK(bench.failure(true) == ms(30'000));
  for (int i = 0; i < 20; ++i) bench.loss(ms(0), true);
  bench.drawMost(ms(15'000));
  CHECK(bench.loss(ms(0), true) == ms(30'000));
}

TEST_CASE("an outage ends with the first frame and begins with the loss after it") {
  PolicyBench bench;
  bench.now += ms(60'000);
  CHECK(bench.failure() >= ms(15'000));
  CHECK(bench.policy.attempts() == 1);
  bench.live();
  CHECK(bench.policy.attempts() == 0);
  bench.now += ms(5'000);
  bench.loss(ms(5'000));
  bench.now += ms(400);
  CHECK(bench.failure() <= ms(250));
  CHECK(bench.policy.attempts() == 2);
}

TEST_CASE("a socket that opens and says nothing does not end an outage") {
  PolicyBench bench;
  bench.failure();
  bench.now += ms(40'000);
  CHECK(bench.loss(ms(0)) <= ms(500));
  CHECK(bench.failure() >= ms(10'000));
  CHECK(bench.policy.attempts() == 3);
}

TEST_CASE("refusals in a row are waited out for 15 s and up to 15, 30, 60 s more") {
  PolicyBench bench;
  for (const int extra : {15'000, 30'000, 60'000, 60'000}) {
    bench.drawMost(ms(extra));
    CHECK(bench.policy.afterRefusal(bench.now, ms(5'000)) == ms(15'000) + ms(extra));
  }
  bench.drawMost(ms(15'000));
  CHECK(bench.policy.afterRefusal(bench.now, ms(60'000)) == ms(30'000));  // a minute live in between
}

TEST_CASE("reconnectSoon makes the waits grow from the start while quick reconnects are left") {
  PolicyBench bench;
  for (int i = 0; i < 4; ++i) {
    bench.now += ms(30'000);
    bench.policy.onReconnectSoon(bench.now);
    CHECK(bench.failure() <= ms(250));
  }
  bench.now += ms(30'000);
  bench.policy.onReconnectSoon(bench.now);
  CHECK(bench.failure() >= ms(7'500));
}

TEST_CASE("reconnectSoon attempts within 0.15 s, but no sooner than 1 s after the last attempt") {
  PolicyBench bench;
  bench.drawMost(ms(150));
  CHECK(bench.policy.reconnectSoonAt(bench.now, bench.now - ms(5'000)) == bench.now + ms(150));
  bench.drawLeast();
  CHECK(bench.policy.reconnectSoonAt(bench.now, bench.now - ms(300)) == bench.now + ms(700));
}

TEST_CASE("whatever happens, no wait is longer than the cap, and none of an outage longer than half of it") {
  PolicyBench bench;
  FakeRandom random;
  TimePoint outage = bench.now;
  for (int i = 0; i < 20'000; ++i) {
    bench.now += Duration{static_cast<Duration::rep>(random.below(30'000))};
    if (random.below(4) == 0) {
      bench.live();
      outage = bench.now;
      CHECK(bench.loss(Duration{static_cast<Duration::rep>(random.below(5'000))}) <= ms(20'000));
    } else {
      CHECK(bench.failure() <= std::clamp((bench.now - outage) / 2, ms(250), ms(20'000)));
    }
  }
}

}  // namespace
}  // namespace switchboard
