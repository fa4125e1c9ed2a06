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

TEST_CASE("a range is drawn from with both ends included, an empty one gives its lower end") {
  FakeRandom random;
  random.script({0, 375, 376, 5});
  CHECK(uniform(random, ms(125), ms(500)) == ms(125));
  CHECK(uniform(random, ms(125), ms(500)) == ms(500));
  CHECK(uniform(random, ms(125), ms(500)) == ms(125));  // 376 wraps around
  CHECK(uniform(random, ms(500), ms(125)) == ms(500));
}

TEST_CASE("a base doubles up to the cap") {
  unsigned n = 0;
  for (const int expected : {500, 1'000, 2'000, 4'000, 8'000, 10'000, 10'000}) {
    CHECK(doubled(kBase, kCap, n++) == ms(expected));
  }
  CHECK(doubled(ms(0), kCap, 7) == ms(0));
  CHECK(doubled(kBase, ms(0), 7) == ms(0));
}

TEST_CASE("a delay is lengthened by at most a quarter") {
  FakeRandom random;
  random.script({0, 100, 101});
  CHECK(lengthened(random, ms(400)) == ms(400));
  CHECK(lengthened(random, ms(400)) == ms(500));
  CHECK(lengthened(random, ms(400)) == ms(400));  // 101 wraps around
  CHECK(lengthened(random, ms(0)) == ms(0));
}

}  // namespace
}  // namespace switchboard
