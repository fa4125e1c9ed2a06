#include "timing/backoff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::FakeRandom;
using testing::ms;

constexpr Duration kBase{500};
constexpr Duration kCap{10'000};

TEST_CASE("a delay is drawn from 0 to base·2ⁿ, both ends included") {
  FakeRandom random;
  random.script({0, 500, 501});
  CHECK(fullJitter(random, kBase, kCap, 0) == ms(0));
  CHECK(fullJitter(random, kBase, kCap, 0) == ms(500));
  CHECK(fullJitter(random, kBase, kCap, 0) == ms(0));  // 501 wraps around
  random.script({1'000, 1'000, 7'999});
  CHECK(fullJitter(random, kBase, kCap, 1) == ms(1'000));
  CHECK(fullJitter(random, kBase, kCap, 2) == ms(1'000));
  CHECK(fullJitter(random, kBase, kCap, 4) == ms(7'999));
}

TEST_CASE("the cap bounds the delay from the attempt on that would pass it") {
  FakeRandom random;
  random.script({8'000, 10'000, 10'001});
  CHECK(fullJitter(random, kBase, kCap, 4) == ms(8'000));
  CHECK(fullJitter(random, kBase, kCap, 5) == ms(10'000));
  CHECK(fullJitter(random, kBase, kCap, 5) == ms(0));
}

TEST_CASE("a cap below the base bounds the first delay too") {
  FakeRandom random;
  random.script({100, 101});
  CHECK(fullJitter(random, kBase, ms(100), 0) == ms(100));
  CHECK(fullJitter(random, kBase, ms(100), 0) == ms(0));
}

TEST_CASE("no base or no cap means no delay") {
  FakeRandom random;
  CHECK(fullJitter(random, ms(0), kCap, 7) == ms(0));
  CHECK(fullJitter(random, kBase, ms(0), 7) == ms(0));
}

TEST_CASE("attempts, bases and caps of any size never overflow") {
  FakeRandom random;
  constexpr auto kMost = std::numeric_limits<unsigned>::max();
  constexpr Duration kYear{365LL * 24 * 3'600 * 1'000};
  for (const unsigned attempt : {30u, 31u, 32u, 62u, 63u, 64u, 1'000'000u, kMost}) {
    for (int i = 0; i < 100; ++i) {
      for (const Duration base : {kBase, kYear}) {
        const Duration delay = fullJitter(random, base, kCap, attempt);
        CHECK(delay >= ms(0));
        CHECK(delay <= kCap);
      }
      CHECK(fullJitter(random, kBase, Duration::max(), attempt) >= ms(0));
    }
  }
}

TEST_CASE("delays are spread evenly over the whole range") {
  FakeRandom random;
  std::array<int, 10> buckets{};
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const auto delay = fullJitter(random, kBase, kCap, 20).count();
    ++buckets[static_cast<std::size_t>(std::min<std::int64_t>(9, delay / 1'000))];
  }
  const auto [least, most] = std::minmax_element(buckets.begin(), buckets.end());
  CHECK(*least > kDraws / 10 * 8 / 10);
  CHECK(*most < kDraws / 10 * 12 / 10);
}

TEST_CASE("with a floor a delay is drawn from a quarter to the whole of min(cap, base·2ⁿ), both ends included") {
  FakeRandom random;
  random.script({0, 375, 376, 1'500, 7'500});
  CHECK(flooredJitter(random, kBase, kCap, 0) == ms(125));
  CHECK(flooredJitter(random, kBase, kCap, 0) == ms(500));
  CHECK(flooredJitter(random, kBase, kCap, 0) == ms(125));  // 376 wraps around
  CHECK(flooredJitter(random, kBase, kCap, 2) == ms(2'000));
  CHECK(flooredJitter(random, kBase, kCap, 9) == ms(10'000));
  CHECK(flooredJitter(random, ms(0), kCap, 7) == ms(0));
  CHECK(flooredJitter(random, kBase, ms(0), 7) == ms(0));
}

TEST_CASE("a backoff doubles its range with each failure and starts over after a reset") {
  FakeRandom random;
  Backoff backoff(kBase);
  CHECK(backoff.attempts() == 0);
  random.script({375, 750, 1'500, 3'000, 6'000, 7'500, 7'500});
  for (const int expected : {500, 1'000, 2'000, 4'000, 8'000, 10'000, 10'000}) {
    CHECK(backoff.next(random, kCap) == ms(expected));
  }
  CHECK(backoff.attempts() == 7);
  backoff.reset();
  CHECK(backoff.attempts() == 0);
  random.script({0});
  CHECK(backoff.next(random, kCap) == ms(125));
}

}  // namespace
}  // namespace switchboard
