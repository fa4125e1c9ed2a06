#include "numbered/beat_watch.h"

#include <doctest/doctest.h>

#include <string>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;

struct Bench : testing::Workbench, BeatWatchDelegate {
  void onBroadcastsDoubted() override { ++doubts; }
  void beat(std::uint64_t seq) { watch.onBeat(R"({"v":1,"seq":)" + std::to_string(seq) + R"(,"every_ms":4000})"); }
  int takeDoubts() { return std::exchange(doubts, 0); }

  int doubts = 0;
  BeatWatch watch{context, *this};
};

TEST_CASE("beats in order are no reason for doubt") {
  Bench bench;
  bench.watch.onJoined();
  for (std::uint64_t seq = 10; seq < 20; ++seq) {
    bench.beat(seq);
    bench.beat(seq);  // it came twice
    bench.advance(ms(4'000));
  }
  CHECK(bench.takeDoubts() == 0);
  CHECK(bench.watch.isBeating());
}

TEST_CASE("a skipped beat, and a number that went back, are reasons for doubt") {
  Bench bench;
  bench.watch.onJoined();
  bench.beat(10);
  bench.beat(12);
  CHECK(bench.takeDoubts() == 1);
  bench.beat(13);
  CHECK(bench.takeDoubts() == 0);
  bench.beat(2);
  CHECK(bench.takeDoubts() == 1);
}

TEST_CASE("silence is doubted after two and a half periods, then less and less often, and once more when it ends") {
  Bench bench;
  bench.watch.onJoined();
  bench.beat(1);
  bench.advance(ms(9'999));
  CHECK(bench.takeDoubts() == 0);
  bench.advance(ms(1));
  CHECK(bench.takeDoubts() == 1);
  CHECK_FALSE(bench.watch.isBeating());
  for (const int pause : {4'000, 8'000, 16'000, 32'000, 60'000, 60'000}) {
    bench.advance(ms(pause - 1));
    CHECK(bench.takeDoubts() == 0);
    bench.advance(ms(1));
    CHECK(bench.takeDoubts() == 1);
  }
  bench.beat(2);
  CHECK(bench.takeDoubts() == 1);
  CHECK(bench.watch.isBeating());
  bench.beat(3);
  CHECK(bench.takeDoubts() == 0);
}

TEST_CASE("without a first beat nothing is doubted, nor while the channel is away") {
  Bench bench;
  bench.beat(1);  // not joined
  CHECK_FALSE(bench.watch.isBeating());
  bench.watch.onJoined();
  bench.advance(ms(100'000));
  CHECK(bench.takeDoubts() == 0);
  bench.beat(5);
  bench.watch.onInterrupted();
  bench.advance(ms(100'000));
  CHECK(bench.takeDoubts() == 0);
  bench.watch.onJoined();
  bench.beat(50);
  CHECK(bench.takeDoubts() == 0);
}

TEST_CASE("after a sleep of the machine beats get another period") {
  Bench bench;
  bench.watch.onJoined();
  bench.beat(1);
  bench.timer.sleep(ms(60'000));
  CHECK(bench.takeDoubts() == 0);
  bench.advance(ms(3'999));
  CHECK(bench.takeDoubts() == 0);
  bench.advance(ms(1));
  CHECK(bench.takeDoubts() == 1);
}

TEST_CASE("what is no beat is ignored") {
  Bench bench;
  bench.watch.onJoined();
  bench.watch.onBeat("{}");
  bench.watch.onBeat("");
  CHECK_FALSE(bench.watch.isBeating());
}

}  // namespace
}  // namespace switchboard
