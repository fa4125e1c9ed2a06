#include "presence/own_presence.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;

constexpr HandleId kFirst{1};
constexpr HandleId kSecond{2};

/// The test plays the channel; calls are noted with their time, which starts at 0.
struct Bench : testing::Workbench, OwnPresenceDelegate {
  Bench() { presence.onJoined(); }

  void sendTrack(const std::string& payload) override { note("track " + payload); }
  void sendUntrack() override { note("untrack"); }

  std::vector<std::string> takeAfter(Duration span) {
    advance(span);
    return std::exchange(calls, {});
  }

  std::vector<std::string> calls;
  OwnPresenceOptions options;
  OwnPresence presence{options, context, *this};

 private:
  void note(const std::string& call) {
    const auto at = (context.now() - start_).count();
    calls.push_back(std::to_string(at) + " " + call);
    times.push_back(context.now());
  }

  TimePoint start_ = clock.now();

 public:
  std::vector<TimePoint> times;
};

using Calls = std::vector<std::string>;

TEST_CASE("what is tracked within one entry into the core is one call, with the newest payload") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  bench.presence.track(kFirst, "{2}");
  bench.presence.track(kSecond, "{3}");
  CHECK(bench.calls.empty());
  CHECK(bench.takeAfter(ms(0)) == Calls{"0 track {3}"});
}

TEST_CASE("what the server has already is not sent again") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  CHECK(bench.takeAfter(ms(10)) == Calls{"0 track {1}"});
  bench.presence.track(kFirst, "{1}");
  bench.presence.track(kSecond, "{1}");
  bench.presence.untrack(kFirst);
  bench.presence.track(kSecond, "{2}");
  bench.presence.track(kSecond, "{1}");
  CHECK(bench.takeAfter(ms(60'000)).empty());
}

TEST_CASE("when the newest payload's handle tracks nothing any more, the one before is tracked again") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  bench.presence.track(kSecond, "{2}");
  CHECK(bench.takeAfter(ms(10)) == Calls{"0 track {2}"});
  bench.presence.untrack(kSecond);
  CHECK(bench.takeAfter(ms(10)) == Calls{"10 track {1}"});
  bench.presence.untrack(kFirst);
  CHECK(bench.takeAfter(ms(60'000)) == Calls{"20 untrack"});
}

TEST_CASE("a handle that tracks again is the newest") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  bench.presence.track(kSecond, "{2}");
  bench.presence.track(kFirst, "{3}");
  CHECK(bench.takeAfter(ms(10)) == Calls{"0 track {3}"});
  bench.presence.untrack(kFirst);
  CHECK(bench.takeAfter(ms(10)) == Calls{"10 track {2}"});
}

TEST_CASE("the payload of a handle that closed stays for the linger, then the one before is tracked") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  bench.presence.track(kSecond, "{2}");
  CHECK(bench.takeAfter(ms(10)) == Calls{"0 track {2}"});
  bench.presence.onHandleClosed(kSecond);
  CHECK(bench.takeAfter(ms(4'999)).empty());
  CHECK(bench.takeAfter(ms(1)) == Calls{"5010 track {1}"});
}

TEST_CASE("a closed handle's payload ends as soon as another is tracked") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  bench.takeAfter(ms(10));
  bench.presence.onHandleClosed(kFirst);
  bench.presence.track(kSecond, "{2}");
  CHECK(bench.takeAfter(ms(10)) == Calls{"10 track {2}"});
  bench.presence.untrack(kSecond);
  CHECK(bench.takeAfter(ms(60'000)) == Calls{"20 untrack"});
}

TEST_CASE("a handle that closes without the newest payload changes nothing") {
  Bench bench;
  bench.presence.track(kFirst, "{1}");
  bench.presence.track(kSecond, "{2}");
  bench.takeAfter(ms(10));
  bench.presence.onHandleClosed(kFirst);
  bench.presence.onHandleClosed(HandleId{9});
  CHECK(bench.takeAfter(ms(60'000)).empty());
  bench.presence.untrack(kSecond);
  CHECK(bench.takeAfter(ms(10)) == Calls{"60010 untrack"});
}

TEST_CASE("components that come and go a thousand times make one call") {
  Bench bench;
  Calls calls;
  for (std::uint32_t i = 1; i <= 1'000; ++i) {
    bench.presence.track(HandleId{i}, "{1}");
    for (const auto& call : bench.takeAfter(ms(16))) calls.push_back(call);
    bench.presence.onHandleClosed(HandleId{i});
    if (i % 2 == 0) bench.advance(ms(16));
  }
  CHECK(calls == Calls{"0 track {1}"});
  CHECK(bench.takeAfter(ms(5'000)) == Calls{"28984 untrack"});
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("three calls go out at once, the next two 8 s apart, and the sixth when the first is 32 s old") {
  Bench bench;
  Calls calls;
  for (int i = 0; i < 500; ++i) {  // a payload that changes ten times a second
    bench.presence.track(kFirst, std::to_string(i));
    for (const auto& call : bench.takeAfter(ms(100))) calls.push_back(call);
  }
  CHECK(calls == Calls{"0 track 0", "100 track 1", "200 track 2", "8200 track 81", "16200 track 161", "32000 track 319",
                       "40000 track 399", "48000 track 479"});
}

TEST_CASE("after a quiet while a burst is allowed again") {
  Bench bench;
  for (int i = 0; i < 3; ++i) {
    bench.presence.track(kFirst, std::to_string(i));
    bench.advance(ms(10));
  }
  bench.takeAfter(ms(40'000));
  for (int i = 3; i < 7; ++i) {
    bench.presence.track(kFirst, std::to_string(i));
    bench.advance(ms(10));
  }
  CHECK(bench.takeAfter(ms(0)) == Calls{"40030 track 3", "40040 track 4", "40050 track 5"});
  CHECK(bench.takeAfter(ms(60'000)) == Calls{"48050 track 6"});
}

TEST_CASE("whatever is tracked and untracked, no 32 s have more than 5 calls, and the last payload gets there") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Bench bench;
    testing::FakeRandom random(seed);
    std::string last;
    for (int i = 0; i < 200; ++i) {
      const HandleId handle{static_cast<std::uint32_t>(random.below(3))};
      const auto what = random.below(4);
      if (what < 2) bench.presence.track(handle, std::to_string(random.below(5)));
      if (what == 2) bench.presence.untrack(handle);
      if (what == 3) bench.presence.onHandleClosed(handle);
      bench.advance(ms(static_cast<std::int64_t>(random.below(random.below(2) == 0 ? 50 : 9'000))));
    }
    bench.presence.track(kFirst, "last");
    bench.advance(ms(32'000));
    REQUIRE_FALSE(bench.calls.empty());
    CHECK(bench.calls.back().ends_with(" track last"));
    for (std::size_t i = 5; i < bench.times.size(); ++i) CHECK(bench.times[i] - bench.times[i - 5] >= ms(32'000));
  }
}

TEST_CASE("after a rejoin it is tracked again at once, whatever was sent before") {
  Bench bench;
  for (int i = 0; i < 5; ++i) {
    bench.presence.track(kFirst, std::to_string(i));
    bench.advance(ms(8'000));
  }
  CHECK(bench.takeAfter(ms(0)).size() == 5);
  bench.presence.onLost();
  CHECK(bench.takeAfter(ms(1'000)).empty());
  bench.presence.onJoined();
  CHECK(bench.takeAfter(ms(0)) == Calls{"41000 track 4"});
}

TEST_CASE("while the channel is not joined only the newest is kept") {
  Bench bench;
  bench.presence.track(kFirst, "1");
  bench.presence.onLost();
  CHECK(bench.takeAfter(ms(1'000)).empty());
  bench.presence.track(kFirst, "2");
  bench.presence.track(kSecond, "3");
  bench.presence.untrack(kSecond);
  CHECK(bench.takeAfter(ms(1'000)).empty());
  bench.presence.onJoined();
  CHECK(bench.takeAfter(ms(0)) == Calls{"2000 track 2"});
}

TEST_CASE("who untracked during an interruption makes no call after it") {
  Bench bench;
  bench.presence.track(kFirst, "1");
  bench.takeAfter(ms(10));
  bench.presence.onLost();
  bench.presence.untrack(kFirst);
  bench.presence.onJoined();
  CHECK(bench.takeAfter(ms(60'000)).empty());
}

}  // namespace
}  // namespace switchboard
