#include "subscription/continuity/last_commit.h"

#include <doctest/doctest.h>

#include "protocol/beat.h"
#include "support/fake_text.h"

namespace switchboard {
namespace {

using testing::FakeText;

Change changeIn(const FakeText& text, std::string_view whole, std::string_view data) {
  const auto at = whole.find(data);
  const TextSpan span{&text, at, whole.size() - at - data.size()};
  return {span, span};
}

TEST_CASE("the last change's commit is read when it is asked for") {
  const std::string data = R"({"table":"a","commit_timestamp":"2026-11-22T12:00:00.250Z"})";
  const std::string frame = R"([null,null,"t","postgres_changes",{"data":)" + data + R"(,"ids":[1]}])";
  const FakeText text(frame);
  LastCommit last;
  CHECK_FALSE(last.read());
  last.note(changeIn(text, frame, data), TimePoint{Duration{7}}, {});
  for (int i = 0; i < 2; ++i) {
    const auto commit = last.read();
    REQUIRE(commit);
    CHECK(commit->stamp == "2026-11-22T12:00:00.250Z");
    CHECK(commit->at == *readTimestamp(commit->stamp));
    CHECK(commit->arrived == TimePoint{Duration{7}});
  }
}

TEST_CASE("a change without a readable time leaves nothing of the one before") {
  LastCommit last;
  for (const std::string data :
       {R"({"commit_timestamp":"2026-11-22T12:00:00.250Z"})", R"({"commit_timestamp":null})"}) {
    const FakeText text(data);
    last.note(changeIn(text, data, data), {}, {});
  }
  CHECK_FALSE(last.read());
}

TEST_CASE("a NUL in a text that is kept ends nothing, and a text that came back shorter is not read beyond its end") {
  const std::string data = std::string(R"({"a)") + '\0' + R"(":1,"commit_timestamp":"2026-11-22T12:00:00.250Z"})";
  const FakeText text(data);
  LastCommit last;
  last.note(changeIn(text, data, data), {}, {});
  const auto commit = last.read();
  REQUIRE(commit);
  CHECK(commit->stamp == "2026-11-22T12:00:00.250Z");
  last.note({{&text, 400, 0}, {&text, 400, 0}}, {}, {});
  CHECK_FALSE(last.read());
}

/// Notes changes whose stamp is the second in which they arrive.
struct Arrivals {
  void change(int second, int sentAfter) {
    const std::string digits = (second < 10 ? "0" : "") + std::to_string(second);
    const std::string data = R"({"commit_timestamp":"2026-11-22T12:00:)" + digits + R"(.000Z"})";
    const FakeText text(data);
    commits.note(changeIn(text, data, data), TimePoint{Duration{second * 1'000}},
                 {TimePoint{Duration{sentAfter * 1'000}}, {}});
  }
  /// The second of the last change that is settled; -1: none.
  int settled(int confirmed) {
    const auto commit = commits.readSettled(TimePoint{Duration{confirmed * 1'000}});
    return commit ? static_cast<int>(commit->arrived.time_since_epoch().count() / 1'000) : -1;
  }

  LastCommit commits;
};

TEST_CASE("a change is settled when a heartbeat that went out a second after it came has been answered") {
  Arrivals arrivals;
  CHECK(arrivals.settled(0) == -1);
  arrivals.change(10, 0);
  CHECK(arrivals.settled(0) == -1);
  CHECK(arrivals.settled(10) == -1);
  CHECK(arrivals.settled(11) == 10);
  arrivals.change(15, 0);
  CHECK(arrivals.settled(15) == 10);
  CHECK(arrivals.settled(16) == 15);
  arrivals.change(26, 25);
  arrivals.change(30, 25);
  CHECK(arrivals.settled(25) == 15);
  CHECK(arrivals.settled(27) == 26);
  CHECK(arrivals.settled(31) == 30);
}

TEST_CASE("a change that came shortly before a heartbeat went out gives way to the first since the one before") {
  Arrivals arrivals;
  arrivals.change(10, 0);
  arrivals.change(25, 0);
  arrivals.change(26, 25);
  CHECK(arrivals.settled(25) == 10);
  arrivals.change(51, 50);
  CHECK(arrivals.settled(50) == 26);
}

TEST_CASE("the first change since the last answer is at hand after others") {
  Arrivals arrivals;
  CHECK_FALSE(arrivals.commits.first());
  arrivals.change(10, 0);
  arrivals.change(15, 0);
  CHECK(arrivals.commits.first()->arrived == TimePoint{Duration{10'000}});
  arrivals.change(26, 25);
  arrivals.change(30, 25);
  CHECK(arrivals.commits.first()->arrived == TimePoint{Duration{26'000}});
  CHECK(arrivals.commits.first()->sentAfter.at == TimePoint{Duration{25'000}});
}

}  // namespace
}  // namespace switchboard
