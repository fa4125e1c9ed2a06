#include "timing/deadline_queue.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::Workbench;

constexpr auto kKind = DeadlineKind::Retry;

/// Deadlines that write down their numbers as they fall due.
struct Row {
  explicit Row(Workbench& bench, int count) {
    for (int i = 0; i < count; ++i) {
      deadlines.push_back(std::make_unique<Deadline>(bench.deadlines, kKind, [this, i] { due.push_back(i); }));
    }
  }
  Deadline& operator[](std::size_t i) { return *deadlines[i]; }

  std::vector<std::unique_ptr<Deadline>> deadlines;
  std::vector<int> due;
};

TEST_CASE("deadlines fall due soonest first, whatever the order in which they were set") {
  Workbench bench;
  Row row(bench, 4);
  row[2].setAfter(ms(10));
  row[0].setAfter(ms(30));
  row[3].setAfter(ms(20));
  row[1].setAfter(ms(0));
  bench.advance(ms(29));
  CHECK(row.due == std::vector{1, 2, 3});
  bench.advance(ms(1));
  CHECK(row.due == std::vector{1, 2, 3, 0});
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("equal times fall due in the order in which they were set") {
  Workbench bench;
  Row row(bench, 20);
  for (std::size_t i = 20; i > 0; --i) row[i - 1].setAfter(ms(5));
  bench.advance(ms(5));
  std::vector<int> expected;
  for (int i = 19; i >= 0; --i) expected.push_back(i);
  CHECK(row.due == expected);
}

TEST_CASE("setting a deadline again puts it after the others of that time") {
  Workbench bench;
  Row row(bench, 3);
  for (std::size_t i = 0; i < 3; ++i) row[i].setAfter(ms(5));
  row[0].setAfter(ms(5));
  bench.advance(ms(5));
  CHECK(row.due == std::vector{1, 2, 0});
}

TEST_CASE("each deadline falls due at its own time, not when another one does") {
  Workbench bench;
  std::vector<Duration> seen;
  const TimePoint start = bench.clock.now();
  Deadline first(bench.deadlines, kKind, [&] { seen.push_back(bench.clock.now() - start); });
  Deadline second(bench.deadlines, kKind, [&] { seen.push_back(bench.clock.now() - start); });
  first.setAfter(ms(7));
  second.setAfter(ms(11));
  bench.advance(ms(100));
  CHECK(seen == std::vector{ms(7), ms(11)});
}

TEST_CASE("a callback can cancel a deadline that is due in the same round") {
  Workbench bench;
  bool fired = false;
  Deadline victim(bench.deadlines, kKind, [&] { fired = true; });
  Deadline killer(bench.deadlines, kKind, [&] { victim.cancel(); });
  killer.setAfter(ms(5));
  victim.setAfter(ms(5));
  bench.advance(ms(10));
  CHECK_FALSE(fired);
  CHECK(bench.deadlines.size() == 0);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a callback can put off a deadline that is due in the same round") {
  Workbench bench;
  std::vector<TimePoint> fired;
  Deadline putOff(bench.deadlines, kKind, [&] { fired.push_back(bench.clock.now()); });
  Deadline first(bench.deadlines, kKind, [&] { putOff.setAfter(ms(3)); });
  const TimePoint start = bench.clock.now();
  first.setAfter(ms(5));
  putOff.setAfter(ms(5));
  bench.advance(ms(20));
  CHECK(fired == std::vector{start + ms(8)});
}

TEST_CASE("a deadline that sets itself for now waits for the next round, so that a round ends") {
  Workbench bench;
  int fired = 0;
  Deadline* again = nullptr;
  Deadline deadline(bench.deadlines, kKind, [&] {
    ++fired;
    if (fired < 5) again->setAfter(ms(0));
  });
  again = &deadline;
  deadline.setAfter(ms(0));
  for (int round = 1; round <= 5; ++round) {
    CHECK(bench.timer.isArmed());
    bench.timer.sleep(ms(0));
    CHECK(fired == round);
  }
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a deadline in the past falls due without delay") {
  Workbench bench;
  Row row(bench, 1);
  row[0].setAt(bench.clock.now() - ms(1'000));
  CHECK(bench.untilTimer() == ms(0));
  bench.advance(ms(0));
  CHECK(row.due.size() == 1);
}

TEST_CASE("all that is due at one moment runs in one turn") {
  Workbench bench;
  Row row(bench, 3);
  for (std::size_t i = 0; i < 3; ++i) row[i].setAfter(ms(5));
  bench.advance(ms(5));
  CHECK(row.due.size() == 3);
  CHECK(bench.turnsEnded == 1);
}

TEST_CASE("a timer says how late it comes, before any deadline runs") {
  Workbench bench;
  std::vector<std::string> log;
  bench.deadlines.onFire([&](Duration late) { log.push_back("late by " + std::to_string(late.count())); });
  Deadline deadline(bench.deadlines, kKind, [&] { log.push_back("due"); });
  deadline.setAfter(ms(100));
  bench.timer.sleep(ms(60'100));
  CHECK(log == std::vector<std::string>{"late by 60000", "due"});
}

TEST_CASE("a timer that is set back with the calendar is not late") {
  Workbench bench;
  std::vector<Duration> late;
  bench.deadlines.onFire([&](Duration by) { late.push_back(by); });
  Row row(bench, 1);
  row[0].setAfter(ms(100));
  bench.clock.jumpWall(ms(-3'600'000));
  bench.advance(ms(100));
  CHECK(late == std::vector{ms(0)});
}

TEST_CASE("a sleep during which the monotonic clock stood still is noticed by the calendar") {
  Workbench bench;
  Duration late{0};
  bench.deadlines.onFire([&](Duration by) { late = by; });
  Row row(bench, 1);
  row[0].setAfter(ms(100));
  bench.clock.jumpWall(ms(3'600'000));
  bench.advance(ms(100));
  CHECK(late == ms(3'600'000));
}

TEST_CASE("such a sleep is noticed too when the timer was armed again before it fired") {
  Workbench bench;
  Duration late{0};
  bench.deadlines.onFire([&](Duration by) { late = by; });
  Row row(bench, 2);
  row[0].setAfter(ms(100));
  bench.clock.jumpWall(ms(3'600'000));
  row[1].setAfter(ms(50));
  bench.advance(ms(50));
  CHECK(row.due == std::vector{1});
  CHECK(late == ms(3'600'000));
}

TEST_CASE("a sleep while nothing was waited for is nobody's lateness") {
  Workbench bench;
  Duration late{0};
  bench.deadlines.onFire([&](Duration by) { late = std::max(late, by); });
  Row row(bench, 1);
  row[0].setAfter(ms(100));
  SUBCASE("it fell due") {
    bench.advance(ms(100));
  }
  SUBCASE("it was cancelled") {
    row[0].cancel();
  }
  bench.clock.jumpWall(ms(3'600'000));
  row[0].setAfter(ms(100));
  bench.advance(ms(100));
  CHECK(late == ms(0));
}

TEST_CASE("what a throttled timer is late with can be done at once, what is not due stays") {
  Workbench bench;
  Row row(bench, 2);
  row[0].setAfter(ms(10));
  row[1].setAfter(ms(50));
  bench.deadlines.runDue();
  CHECK(row.due.empty());
  bench.clock.advance(ms(20));
  bench.deadlines.runDue();
  CHECK(row.due == std::vector{0});
  CHECK(bench.untilTimer() == ms(30));
}

TEST_CASE("asking for what is due from inside a callback changes nothing") {
  Workbench bench;
  std::vector<int> order;
  Deadline second(bench.deadlines, kKind, [&] { order.push_back(2); });
  Deadline first(bench.deadlines, kKind, [&] {
    bench.deadlines.runDue();
    order.push_back(1);
  });
  first.setAfter(ms(5));
  second.setAfter(ms(5));
  bench.advance(ms(5));
  CHECK(order == std::vector{1, 2});
}

TEST_CASE("a deadline that is pushed back again and again costs no call of the platform") {
  Workbench bench;
  Row row(bench, 2);
  SUBCASE("among others") {
    row[1].setAfter(ms(100'000));
  }
  SUBCASE("as the only one") {}
  row[0].setAfter(ms(15'000));
  const int armed = bench.timer.armCount();
  for (int i = 0; i < 1'000; ++i) {
    bench.clock.advance(ms(10));
    row[0].setAfter(ms(15'000));
  }
  CHECK(bench.timer.armCount() == armed);
  bench.advance(ms(14'999));
  CHECK(row.due.empty());
  bench.advance(ms(1));
  CHECK(row.due == std::vector{0});
}

TEST_CASE("an earlier deadline brings the timer forward") {
  Workbench bench;
  Row row(bench, 2);
  row[0].setAfter(ms(100));
  row[1].setAfter(ms(10));
  CHECK(bench.untilTimer() == ms(10));
}

TEST_CASE("the timer is cancelled with the last deadline") {
  Workbench bench;
  Row row(bench, 2);
  row[0].setAfter(ms(10));
  row[1].setAfter(ms(20));
  row[0].cancel();
  CHECK(bench.timer.isArmed());
  row[1].cancel();
  CHECK_FALSE(bench.timer.isArmed());
  row[1].cancel();  // not set: nothing happens
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("destroying a deadline cancels it") {
  Workbench bench;
  Row row(bench, 1);
  row[0].setAfter(ms(10));
  row.deadlines.clear();
  CHECK(bench.deadlines.size() == 0);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("setWithin only ever brings a deadline forward") {
  Workbench bench;
  Row row(bench, 1);
  row[0].setWithin(ms(50));
  CHECK(row[0].at() == bench.clock.now() + ms(50));
  row[0].setWithin(ms(80));
  CHECK(row[0].at() == bench.clock.now() + ms(50));
  row[0].setWithin(ms(20));
  CHECK(row[0].at() == bench.clock.now() + ms(20));
}

TEST_CASE("the queue prints what is set, soonest first") {
  Workbench bench;
  CHECK(bench.deadlines.toString().empty());
  Deadline silence(bench.deadlines, DeadlineKind::Silence, [] {});
  Deadline join(bench.deadlines, DeadlineKind::JoinTimeout, [] {});
  silence.setAfter(ms(1'200));
  join.setAfter(ms(40));
  CHECK(bench.deadlines.toString() == "JoinTimeout in 40 ms, Silence in 1200 ms");
  bench.clock.advance(ms(50));
  CHECK(bench.deadlines.toString() == "JoinTimeout in -10 ms, Silence in 1150 ms");
}

TEST_CASE("every kind of deadline has a name of its own") {
  std::set<std::string_view> names;
  constexpr int kLast = static_cast<int>(DeadlineKind::Beat);
  for (int kind = 0; kind <= kLast; ++kind) names.insert(toString(static_cast<DeadlineKind>(kind)));
  CHECK(names.size() == kLast + 1);
  CHECK(names.count("?") == 0);
}

/// A plain model beside the heap: a sorted map from (time, order of setting) to number.
TEST_CASE("the heap agrees with a sorted list through thousands of random changes") {
  Workbench bench;
  constexpr std::size_t kCount = 40;
  Row row(bench, kCount);
  std::map<std::pair<TimePoint, int>, int> model;
  std::map<int, std::pair<TimePoint, int>> placeOf;
  std::vector<int> expected;
  int sequence = 0;
  const auto forget = [&](int i) {
    if (const auto it = placeOf.find(i); it != placeOf.end()) {
      model.erase(it->second);
      placeOf.erase(it);
    }
  };
  for (int step = 0; step < 5'000; ++step) {
    const auto i = static_cast<int>(bench.random.below(kCount));
    auto& deadline = row[static_cast<std::size_t>(i)];
    const auto what = bench.random.below(10);
    if (what < 6) {
      const TimePoint at = bench.clock.now() + ms(static_cast<std::int64_t>(bench.random.below(50)));
      forget(i);
      placeOf[i] = {at, sequence++};
      model[placeOf[i]] = i;
      deadline.setAt(at);
    } else if (what < 8) {
      forget(i);
      deadline.cancel();
    } else {
      const Duration span = ms(static_cast<std::int64_t>(bench.random.below(20)));
      const TimePoint end = bench.clock.now() + span;
      while (!model.empty() && model.begin()->first.first <= end) {
        expected.push_back(model.begin()->second);
        forget(model.begin()->second);
      }
      bench.advance(span);
    }
    REQUIRE(bench.deadlines.size() == model.size());
  }
  CHECK(expected.size() > 500);
  CHECK(row.due == expected);
}

}  // namespace
}  // namespace switchboard
