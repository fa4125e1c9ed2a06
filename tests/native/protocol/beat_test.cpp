#include "protocol/beat.h"

#include <doctest/doctest.h>

#include "support/fakes.h"

namespace switchboard {
namespace {

using testing::kWallStart;

std::string_view changeOf(std::string_view data) {
  return data;
}

TEST_CASE("a beat is the row's seq and the time of its commit") {
  const auto beat = readBeat(
      changeOf(R"({"table":"switchboard_pulse","type":"UPDATE","record":{"id": 1, "seq": 9007199254740993, "at": "x"},)"
               R"("old_record":{"id":1,"seq":1},"commit_timestamp":"2026-11-22T12:00:00.250Z"})"));
  REQUIRE(beat);
  CHECK(beat->seq == 9007199254740993u);
  CHECK(beat->committedAt == kWallStart + Duration{250});
}

TEST_CASE("a row without a readable seq is a beat all the same, a deleted one is none") {
  for (const std::string_view data :
       {R"({"type":"UPDATE","record":{}})", R"({"type":"INSERT"})", R"({"type":"UPDATE","record":{"seq":-1}})",
        R"({"type":"UPDATE","record":{"seq":"12"}})", R"({"type":"UPDATE","record":{"seq":1.5}})"}) {
    CAPTURE(data);
    const auto beat = readBeat(changeOf(data));
    REQUIRE(beat);
    CHECK_FALSE(beat->seq);
    CHECK_FALSE(beat->committedAt);
  }
  CHECK_FALSE(readBeat(changeOf(R"({"type":"DELETE","old_record":{"seq":1}})")));
}

TEST_CASE("timestamps are read with a fraction of any length") {
  CHECK(readTimestamp("2026-11-22T12:00:00Z") == kWallStart);
  CHECK(readTimestamp("2026-11-22T12:00:00.5Z") == kWallStart + Duration{500});
  CHECK(readTimestamp("2026-11-22T12:00:01.123456Z") == kWallStart + Duration{1'123});
  CHECK(readTimestamp("2026-11-23T00:00:00.000Z") == kWallStart + Duration{12 * 3'600'000});
}

TEST_CASE("what is no timestamp in UTC is not taken for one") {
  for (const std::string_view text : {"", "Z", "2026-11-22", "2026-11-22T12:00:00", "2026-11-22 12:00:00Z",
                                      "2026-11-22T12:00:00+00:00", "2026-13-22T12:00:00Z", "2026-02-30T12:00:00Z",
                                      "2026-11-22T12:00:00.Z", "2026-11-22T12:00:00.xZ", "2026-11-22T1x:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(readTimestamp(text));
  }
}

}  // namespace
}  // namespace switchboard
