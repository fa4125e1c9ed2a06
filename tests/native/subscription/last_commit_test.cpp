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
  last.note(changeIn(text, frame, data), TimePoint{Duration{7}});
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
    last.note(changeIn(text, data, data), {});
  }
  CHECK_FALSE(last.read());
}

TEST_CASE("a NUL in a text that is kept ends nothing, and a text that came back shorter is not read beyond its end") {
  const std::string data = std::string(R"({"a)") + '\0' + R"(":1,"commit_timestamp":"2026-11-22T12:00:00.250Z"})";
  const FakeText text(data);
  LastCommit last;
  last.note(changeIn(text, data, data), {});
  const auto commit = last.read();
  REQUIRE(commit);
  CHECK(commit->stamp == "2026-11-22T12:00:00.250Z");
  last.note({{&text, 400, 0}, {&text, 400, 0}}, {});
  CHECK_FALSE(last.read());
}

}  // namespace
}  // namespace switchboard
