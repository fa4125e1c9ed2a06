#include "net/heartbeat.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::Workbench;

/// A heartbeat with the times of the design: 15 s of silence, 10 s for the answer, 25 s without a word of our own.
struct Pulse : Workbench, private HeartbeatDelegate {
  Pulse() { heartbeat.start(); }

  HeartbeatOptions options;
  Duration stall{0};
  std::vector<Duration> sent;  ///< since the start
  std::vector<Duration> roundTrips;
  int halfOpens = 0;
  const TimePoint started = clock.now();
  Heartbeat heartbeat{context, options, delegate()};

 private:
  HeartbeatDelegate& delegate() { return *this; }
  std::string sendHeartbeat() override {
    sent.push_back(clock.now() - started);
    return std::to_string(sent.size());
  }
  Duration stallAllowance() const override { return stall; }
  void onHalfOpen() override { ++halfOpens; }
  void onRoundTrip(Duration roundTrip) override { roundTrips.push_back(roundTrip); }
};

TEST_CASE("after 15 s of silence a heartbeat goes out, not before") {
  Pulse pulse;
  pulse.advance(ms(14'999));
  CHECK(pulse.sent.empty());
  pulse.advance(ms(1));
  CHECK(pulse.sent == std::vector{ms(15'000)});
}

TEST_CASE("an unanswered heartbeat closes the socket as half-open after 10 s, and no second one is sent") {
  Pulse pulse;
  pulse.advance(ms(24'999));
  CHECK(pulse.halfOpens == 0);
  pulse.advance(ms(1));
  CHECK(pulse.halfOpens == 1);
  CHECK(pulse.sent.size() == 1);
  CHECK_FALSE(pulse.heartbeat.running());
  pulse.advance(ms(100'000));
  CHECK(pulse.halfOpens == 1);
}

TEST_CASE("any frame is life: it puts the heartbeat off by 15 s") {
  Pulse pulse;
  pulse.advance(ms(10'000));
  pulse.heartbeat.onInbound();
  pulse.advance(ms(14'999));
  CHECK(pulse.sent.empty());
  pulse.advance(ms(1));
  CHECK(pulse.sent == std::vector{ms(25'000)});
}

TEST_CASE("any frame answers a heartbeat, not only its reply") {
  Pulse pulse;
  pulse.advance(ms(20'000));
  REQUIRE(pulse.sent.size() == 1);
  pulse.heartbeat.onInbound();
  pulse.advance(ms(14'999));
  CHECK(pulse.halfOpens == 0);
  CHECK(pulse.sent.size() == 1);
  pulse.advance(ms(1));
  CHECK(pulse.sent.size() == 2);
}

TEST_CASE("many frames cost no call of the platform") {
  Pulse pulse;
  const int armed = pulse.timer.armCount();
  for (int i = 0; i < 10'000; ++i) pulse.heartbeat.onInbound();
  CHECK(pulse.timer.armCount() == armed);
}

TEST_CASE("a socket that only receives sends a heartbeat every 25 s, or the server would close it") {
  Pulse pulse;
  for (int i = 0; i < 1'000; ++i) {
    pulse.advance(ms(100));
    pulse.heartbeat.onInbound();
  }
  CHECK(pulse.sent == std::vector{ms(25'000), ms(50'000), ms(75'000), ms(100'000)});
  CHECK(pulse.halfOpens == 0);
}

TEST_CASE("the reply gives the round-trip time") {
  Pulse pulse;
  pulse.advance(ms(15'000));
  pulse.advance(ms(42));
  pulse.heartbeat.onInbound();
  CHECK(pulse.heartbeat.onReply("1"));
  CHECK(pulse.roundTrips == std::vector{ms(42)});
}

TEST_CASE("a reply to something else, or a second reply, answers nothing") {
  Pulse pulse;
  CHECK_FALSE(pulse.heartbeat.onReply("1"));
  CHECK_FALSE(pulse.heartbeat.onReply(""));
  pulse.advance(ms(15'000));
  CHECK_FALSE(pulse.heartbeat.onReply("7"));
  CHECK(pulse.heartbeat.onReply("1"));
  CHECK_FALSE(pulse.heartbeat.onReply("1"));
  CHECK(pulse.roundTrips.size() == 1);
}

TEST_CASE("a join under way lengthens the wait for the answer by the server's stall") {
  Pulse pulse;
  pulse.stall = ms(5'000);
  pulse.advance(ms(29'999));
  CHECK(pulse.halfOpens == 0);
  pulse.advance(ms(1));
  CHECK(pulse.halfOpens == 1);
}

TEST_CASE("a join that begins after the heartbeat went out lengthens the wait all the same") {
  Pulse pulse;
  pulse.advance(ms(20'000));
  pulse.stall = ms(5'000);
  pulse.advance(ms(9'999));
  CHECK(pulse.halfOpens == 0);
  pulse.advance(ms(1));
  CHECK(pulse.halfOpens == 1);
}

TEST_CASE("a join that ended before the patience for it is over does not lengthen the wait further") {
  Pulse pulse;
  pulse.advance(ms(20'000));
  pulse.stall = ms(5'000);
  pulse.advance(ms(5'500));  // the plain 10 s are over, the stall is granted
  pulse.stall = ms(0);
  pulse.advance(ms(4'500));
  CHECK(pulse.halfOpens == 1);
}

TEST_CASE("a probe sends a heartbeat at once, but only one") {
  Pulse pulse;
  pulse.advance(ms(1'000));
  pulse.heartbeat.probe();
  pulse.heartbeat.probe();
  CHECK(pulse.sent == std::vector{ms(1'000)});
  pulse.advance(ms(5'000));
  pulse.heartbeat.probe();
  CHECK(pulse.sent.size() == 1);
  pulse.advance(ms(5'000));
  CHECK(pulse.halfOpens == 1);
}

TEST_CASE("a stopped heartbeat neither asks nor waits") {
  Pulse pulse;
  pulse.advance(ms(16'000));
  pulse.heartbeat.stop();
  pulse.heartbeat.probe();
  pulse.heartbeat.onInbound();
  CHECK_FALSE(pulse.heartbeat.running());
  CHECK_FALSE(pulse.heartbeat.onReply("1"));
  CHECK_FALSE(pulse.timer.isArmed());
}

TEST_CASE("a restarted heartbeat forgets what it was waiting for") {
  Pulse pulse;
  pulse.advance(ms(20'000));
  pulse.heartbeat.start();
  CHECK_FALSE(pulse.heartbeat.onReply("1"));
  pulse.advance(ms(14'999));
  CHECK(pulse.halfOpens == 0);
  CHECK(pulse.sent.size() == 1);
}

}  // namespace
}  // namespace switchboard
