#include "recorder/recorder.h"

#include <doctest/doctest.h>

#include <string>

#include "recordings/recording.h"
#include "support/fakes.h"

using namespace switchboard;
using namespace switchboard::testing;
using replay::readRecording;
using replay::Recording;

namespace {

/// A recorder on fake time.
struct Desk {
  explicit Desk(std::size_t bytes = 65'536, bool frames = false) : options{bytes, frames, "test 1", "{}"} {
    recordedClock.release();
  }

  Recording take() const {
    auto recording = readRecording(recorder.take());
    REQUIRE(recording);
    return recording.value();
  }

  FakeClock clock;
  Turns turns{[] {}};
  const RecorderOptions options;
  RecordedClock recordedClock{clock, turns};
  Recorder recorder{options, recordedClock};
};

}  // namespace

TEST_CASE("a recording has each entry with its time and its fields") {
  Desk desk;
  desk.clock.advance(Duration{1'234});
  desk.recorder.transition(EntryKind::SocketState, {3}, "idle", "connecting",
                           {ReasonCode::Connecting, Retry::Backoff, "Why."});
  desk.clock.advance(Duration{300});
  desk.recorder.decide("wait", "HALF_OPEN", {3, "realtime:room", 7}, Duration{0});
  const auto recording = desk.take();
  CHECK(recording.isComplete);
  CHECK_FALSE(recording.hasFrames);
  CHECK(recording.createdBy == "test 1");
  REQUIRE(recording.entries.size() == 3);
  CHECK(recording.entries[0].name == "clock");
  const auto& state = recording.entries[1];
  CHECK(state.atMs == 1'234);
  CHECK(state.number("socket") == 3);
  CHECK(state.text("to") == "connecting");
  CHECK(state.text("reason") == "CONNECTING");
  CHECK(state.text("message") == "Why.");
  const auto& decision = recording.entries[2];
  CHECK(decision.atMs == 1'534);
  CHECK(decision.number("msPlusOne") == 1);
  CHECK(decision.text("topic") == "realtime:room");
  CHECK(decision.number("key") == 7);
}

TEST_CASE("the oldest entries are overwritten as a whole, and the times of the others stay right") {
  Desk desk(16'384);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    desk.clock.advance(Duration{i % 7 * 100});
    desk.recorder.begin(EntryKind::Subscribed).number(i).number(i * 3).end();
  }
  const auto recording = desk.take();
  CHECK_FALSE(recording.isComplete);
  CHECK(recording.entries.size() > 1'000);
  const auto now = (desk.clock.now() - TimePoint(Duration{1'000})).count();
  CHECK(recording.entries.back().atMs == now);
  std::int64_t expected = 19'999;
  for (auto it = recording.entries.rbegin(); it != recording.entries.rend(); ++it) {
    CHECK(it->number("subscription") == expected);
    CHECK(it->number("key") == expected * 3);
    --expected;
  }
  CHECK(desk.recorder.count() == 20'001);
}

TEST_CASE("an entry that is too large for the ring is left out, and the recording is not complete") {
  Desk desk(16'384, true);
  desk.recorder.frameText(EntryKind::FrameIn, {1}, std::string(5'000, 'x'), 5'000, "t", "e", {});
  desk.clock.advance(Duration{50});
  desk.recorder.note(EntryKind::SocketOpen, 1);
  const auto recording = desk.take();
  CHECK_FALSE(recording.isComplete);
  REQUIRE(recording.entries.size() == 2);
  CHECK(recording.entries[1].atMs == 50);
}

TEST_CASE("more texts than the table has room for are written out") {
  Desk desk(1'048'576);
  for (int i = 0; i < 3'000; ++i) {
    desk.recorder.frame(EntryKind::FrameIn, {1}, 9, "realtime:topic-" + std::to_string(i), "broadcast", "");
  }
  const auto recording = desk.take();
  CHECK(recording.texts.size() < 1'500);
  REQUIRE(recording.entries.size() == 3'001);
  for (int i = 0; i < 3'000; ++i)
    CHECK(recording.entries[i + 1].text("topic") == "realtime:topic-" + std::to_string(i));
}

TEST_CASE("an inbound change costs a few bytes") {
  Desk desk;
  const auto frame = [&] {
    desk.recorder.frame(EntryKind::FrameIn, {1}, 620, "realtime:sb-1234-1", "postgres_changes", {});
  };
  frame();
  const auto before = desk.recorder.allEntries().size();
  desk.clock.advance(Duration{90});
  frame();
  CHECK(desk.recorder.allEntries().size() - before == 8);
}

TEST_CASE("tokens are cut out of texts of all kinds, also those that come again") {
  Desk desk(65'536, true);
  const std::string token = "not-a-jwt-but-secret";
  CHECK(desk.recorder.addToken(token) == 1);
  CHECK(desk.recorder.addToken(token) == 0);
  desk.recorder.frameText(EntryKind::FrameOut, {1}, R"({"access_token":")" + token + "\"}", 40, "t", "e", "1");
  desk.recorder.frame(EntryKind::FrameIn, {1}, 9, "realtime:" + token, token, {});
  desk.recorder.decide(token, token, {0, token});
  desk.recorder.begin(EntryKind::SocketClosed).number(1).number(1'000).raw(token).end();
  CHECK(desk.recorder.take().find(token) == std::string::npos);
  CHECK(desk.take().entries[1].text("text") == R"({"access_token":"[token 1]"})");
}

TEST_CASE("nothing is recorded without room for it") {
  Desk desk(0);
  desk.recorder.note(EntryKind::SocketOpen, 1);
  desk.recorder.frame(EntryKind::FrameIn, {1}, 9, "t", "e", {});
  CHECK(desk.recorder.take().empty());
}

TEST_CASE("within an entry into the core time stands still, and goes on with the next") {
  Desk desk;
  {
    const Turn turn(desk.turns);
    const auto before = desk.recordedClock.now();
    const auto wall = desk.recordedClock.wallNow();
    desk.clock.advance(Duration{500});
    const Turn nested(desk.turns);
    CHECK(desk.recordedClock.now() == before);
    CHECK(desk.recordedClock.wallNow() == wall);
  }
  const auto after = desk.recordedClock.now();
  CHECK(after == desk.clock.now());
}

TEST_CASE("a jump of the wall clock is recorded, a difference of 1 ms is none") {
  Desk desk;
  const auto read = [&] {
    const Turn turn(desk.turns);
    return desk.recordedClock.wallNow();
  };
  desk.clock.jumpWall(Duration{1});
  CHECK(read() == desk.clock.wallNow() - Duration{1});
  desk.clock.jumpWall(Duration{3'600'000});
  CHECK(read() == desk.clock.wallNow());
  const auto recording = desk.take();
  REQUIRE(recording.entries.size() == 2);
  CHECK(recording.entries[1].number("aheadMs") - recording.entries[0].number("aheadMs") == 3'600'001);
}

TEST_CASE("the program that replays refuses what is no recording, with what to do") {
  const auto refusal = [](std::string_view file) {
    const auto recording = readRecording(file);
    return recording ? std::string() : recording.error().message;
  };
  Desk desk;
  desk.recorder.decide("wait", "why");
  std::string file = desk.recorder.take();
  CHECK(refusal(file).empty());
  CHECK(refusal("{}").find("not a recording: give the file") != std::string::npos);
  for (std::size_t size = 4; size < file.size(); ++size) CHECK_FALSE(refusal(file.substr(0, size)).empty());
  for (std::size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    CHECK_FALSE(refusal(damaged).empty());
  }
  file[4] = 9;
  CHECK(refusal(file).find("version 9") != std::string::npos);
}
