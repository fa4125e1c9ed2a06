#include "pool/reach.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

using State = ConnectionState;

constexpr TimePoint at(std::int64_t ms) {
  return TimePoint{Duration{ms}};
}

TEST_CASE("a socket is out of reach once it failed twice, until it opens") {
  Reach reach{{}};
  reach.follow(State::Connecting, at(0));
  reach.follow(State::Backoff, at(100));
  CHECK(reach.hasFailed());
  CHECK_FALSE(reach.isOut(at(100)));
  reach.follow(State::Backoff, at(150));  // the same state is no other failure
  CHECK_FALSE(reach.isOut(at(150)));
  reach.follow(State::Connecting, at(200));
  reach.follow(State::Backoff, at(300));
  CHECK(reach.isOut(at(300)));
  CHECK_FALSE(reach.outAt(at(300)));
  reach.follow(State::Connecting, at(400));
  CHECK(reach.isOut(at(400)));
  reach.follow(State::Open, at(500));
  CHECK_FALSE(reach.isOut(at(500)));
}

TEST_CASE("a socket is out of reach once it was waited for for 10 s") {
  Reach reach{{}};
  reach.follow(State::Connecting, at(1'000));
  CHECK(reach.outAt(at(2'000)) == at(11'000));
  CHECK_FALSE(reach.isOut(at(10'999)));
  CHECK(reach.isOut(at(11'000)));
  reach.follow(State::Open, at(12'000));
  CHECK_FALSE(reach.outAt(at(12'000)));
  reach.follow(State::Backoff, at(60'000));
  CHECK(reach.outAt(at(60'000)) == at(70'000));
}

TEST_CASE("a socket that opens and is dropped time and again is out of reach, unless something on it went live") {
  for (const bool live : {false, true}) {
    Reach reach{{}};
    for (int i = 0; i < 3; ++i) {
      reach.follow(State::Connecting, at(i * 100));
      reach.follow(State::Open, at(i * 100 + 10));
      if (live) reach.confirm();
      reach.follow(State::Backoff, at(i * 100 + 20));
    }
    CHECK(reach.isOut(at(300)) == !live);
  }
}

TEST_CASE("a socket that nobody needed for a while starts again") {
  Reach reach{{}};
  reach.follow(State::Connecting, at(0));
  reach.follow(State::Backoff, at(100));
  reach.follow(State::Connecting, at(200));
  reach.follow(State::Backoff, at(300));
  reach.follow(State::Idle, at(400));
  CHECK_FALSE(reach.isOut(at(20'000)));
  CHECK_FALSE(reach.hasFailed());
  reach.follow(State::Connecting, at(20'000));
  CHECK_FALSE(reach.isOut(at(29'999)));
}

}  // namespace
}  // namespace switchboard
