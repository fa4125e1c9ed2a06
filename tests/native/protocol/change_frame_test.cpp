#include "protocol/changes/change_frame.h"

#include <doctest/doctest.h>

#include "protocol/changes/change.h"
#include "support/fake_text.h"

namespace switchboard {
namespace {

using testing::FakeText;

constexpr std::string_view kV2 =
    R"([null,null,"realtime:a","postgres_changes",{"data":{"type":"INSERT","record":{"id": 1}},"ids":[7,8]}])";

/// With all of the text at hand.
std::optional<Envelope> scan(Version version, std::string_view text) {
  return scanChangeFrame(version, text, text);
}

TEST_CASE("a change frame is read from its ends") {
  const auto envelope = scan(Version::V2, kV2);
  REQUIRE(envelope);
  CHECK(envelope->isChange());
  CHECK_FALSE(envelope->hasRef());
  CHECK_FALSE(envelope->hasJoinRef());
  CHECK(envelope->topic == "realtime:a");
  CHECK(envelope->event == "postgres_changes");
  CHECK(envelope->payload == R"({"data":{"type":"INSERT","record":{"id": 1}},"ids":[7,8]})");
  CHECK(envelope->data == R"({"type":"INSERT","record":{"id": 1}})");
  CHECK(envelope->ids == "[7,8]");
}

TEST_CASE("of version 1 too") {
  const auto envelope =
      scan(Version::V1,
           R"({"ref":null,"event":"postgres_changes","topic":"realtime:a","payload":{"data":{"x":1},"ids":[]}})");
  REQUIRE(envelope);
  CHECK(envelope->topic == "realtime:a");
  CHECK(envelope->payload == R"({"data":{"x":1},"ids":[]})");
  CHECK(envelope->data == R"({"x":1})");
  Vector<BindingId> ids = {BindingId{1}};
  CHECK(scanChange(*envelope, ids));
  CHECK(ids.empty());
}

TEST_CASE("however much of the ends is there, what is found in them is what is in the whole") {
  const auto whole = scan(Version::V2, kV2);
  REQUIRE(whole);
  std::string scant(kV2.size(), '#');
  int found = 0;
  for (std::size_t front = 0; front <= kV2.size(); ++front) {
    for (std::size_t back = 0; front + back <= kV2.size(); ++back) {
      CAPTURE(front);
      CAPTURE(back);
      scant.assign(kV2.size(), '#');
      scant.replace(0, front, kV2.substr(0, front));
      scant.replace(kV2.size() - back, back, kV2.substr(kV2.size() - back));
      const std::string_view view = scant;
      const auto envelope = scanChangeFrame(Version::V2, view.substr(0, front), view.substr(view.size() - back));
      if (!envelope) continue;
      ++found;
      CHECK(envelope->topic == whole->topic);
      CHECK(envelope->ids == whole->ids);
      CHECK(envelope->data.data() - view.data() == whole->data.data() - kV2.data());
      CHECK(envelope->data.size() == whole->data.size());
      CHECK(envelope->payload.data() - view.data() == whole->payload.data() - kV2.data());
      CHECK(envelope->payload.size() == whole->payload.size());
    }
  }
  CHECK(found > 0);
}

TEST_CASE("a frame is brought in only for what its ends do not tell") {
  const std::string row = R"({"type":"INSERT","record":{"text": ")" + std::string(300, 'x') + R"("}})";
  const auto frame = [](std::string_view topic, std::string_view data, std::string_view ids) {
    return R"([null,null,")" + std::string(topic) + R"(","postgres_changes",{"data":)" + std::string(data) +
           R"(,"ids":[)" + std::string(ids) + "]}]";
  };
  const auto loaded = [](const std::string& written, std::string_view data) {
    const FakeText text(written);
    std::string scratch;
    Vector<BindingId> ids;
    const auto envelope = scanEnvelope(Version::V2, text, scratch);
    REQUIRE(envelope);
    const auto seen = scanChange(*envelope, ids);
    REQUIRE(seen);
    const bool before = text.loaded();
    const auto span = text.span(*seen);
    CHECK(span.read() == data);
    return before;
  };
  CHECK_FALSE(loaded(frame("realtime:a", row, "7,8"), row));
  std::string ids = "1";
  for (int id = 2; id < 60; ++id) ids += "," + std::to_string(id);
  CHECK(loaded(frame("realtime:a", row, ids), row));
  CHECK(loaded(frame("realtime:" + std::string(100, 'a'), row, "7"), row));
  CHECK(loaded(R"([null,null,"realtime:a","postgres_changes",{"ids":[7],"data":)" + row + "}]", row));

  const std::string beyond = R"({"type":"INSERT","record":{"text": ")" + std::string(300, 'x') +
                             R"(Zoë 😀 30 €"},"more":")" + std::string(100, 'x') + R"("})";
  CHECK_FALSE(loaded(frame("realtime:a", beyond, "7"), beyond));
  CHECK(loaded(frame("realtime:a", beyond, ids), beyond));
}

TEST_CASE("what is written in any other way is left to the look at all of it") {
  std::string scratch;
  for (const std::string_view text :
       {R"([null,null,"realtime:a","postgres_changes",{"ids":[7],"data":{"x":1}}])",
        R"([null,null,"realtime:a","postgres_changes",{"data":{"x":1},"ids":[7]} ])",
        R"([null, null,"realtime:a","postgres_changes",{"data":{"x":1},"ids":[7]}])",
        R"([null,null,"realtime:\u0061","postgres_changes",{"data":{"x":1},"ids":[7]}])",
        R"([null,null,"realtime:a","postgres_changes",{"data":{"x":1},"ids":[7, 8]}])",
        R"([null,null,"realtime:a","postgres_changes",{"data":{"x":1},"more":0,"ids":[7]}])"}) {
    CAPTURE(text);
    CHECK_FALSE(scan(Version::V2, text));
    const FakeText whole(text);
    const auto envelope = scanEnvelope(Version::V2, whole, scratch);
    REQUIRE(envelope);
    CHECK(envelope->topic == "realtime:a");
    Vector<BindingId> ids;
    CHECK(scanChange(*envelope, ids));
  }
}

TEST_CASE("every piece of a frame is no frame") {
  for (std::size_t length = 0; length < kV2.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(scan(Version::V2, kV2.substr(0, length)));
    if (length > 0) CHECK_FALSE(scan(Version::V2, kV2.substr(length)));
  }
}

TEST_CASE("ids that are none make no change, however they were found") {
  std::string scratch;
  for (const std::string_view ids : {"[1,]", "[,]", "[4294967296]"}) {
    const std::string text =
        R"([null,null,"realtime:a","postgres_changes",{"data":{"x":1},"ids":)" + std::string(ids) + "}]";
    CAPTURE(text);
    Vector<BindingId> found;
    const auto fast = scan(Version::V2, text);
    REQUIRE(fast);
    CHECK_FALSE(scanChange(*fast, found));
    const auto whole = scanWholeFrame(Version::V2, text, scratch);
    REQUIRE(whole);
    CHECK_FALSE(scanChange(*whole, found));
  }
}

}  // namespace
}  // namespace switchboard
