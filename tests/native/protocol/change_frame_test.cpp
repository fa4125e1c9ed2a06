#include "protocol/change_frame.h"

#include <doctest/doctest.h>

#include "protocol/change.h"

namespace switchboard {
namespace {

constexpr std::string_view kV2 =
    R"([null,null,"realtime:a","postgres_changes",{"data":{"type":"INSERT","record":{"id": 1}},"ids":[7,8]}])";

TEST_CASE("a change frame is read from its ends") {
  const auto envelope = scanChangeFrame(Version::V2, kV2);
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
  const auto envelope = scanChangeFrame(
      Version::V1,
      R"({"ref":null,"event":"postgres_changes","topic":"realtime:a","payload":{"data":{"x":1},"ids":[]}})");
  REQUIRE(envelope);
  CHECK(envelope->topic == "realtime:a");
  CHECK(envelope->payload == R"({"data":{"x":1},"ids":[]})");
  CHECK(envelope->data == R"({"x":1})");
  std::vector<BindingId> ids = {BindingId{1}};
  CHECK(scanChange(*envelope, ids));
  CHECK(ids.empty());
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
    CHECK_FALSE(scanChangeFrame(Version::V2, text));
    const auto envelope = scanEnvelope(Version::V2, text, scratch);
    REQUIRE(envelope);
    CHECK(envelope->topic == "realtime:a");
    std::vector<BindingId> ids;
    CHECK(scanChange(*envelope, ids));
  }
}

TEST_CASE("every piece of a frame is no frame") {
  for (std::size_t length = 0; length < kV2.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(scanChangeFrame(Version::V2, kV2.substr(0, length)));
    if (length > 0) CHECK_FALSE(scanChangeFrame(Version::V2, kV2.substr(length)));
  }
}

TEST_CASE("ids that are none make no change, however they were found") {
  std::string scratch;
  for (const std::string_view ids : {"[1,]", "[,]", "[4294967296]"}) {
    const std::string text =
        R"([null,null,"realtime:a","postgres_changes",{"data":{"x":1},"ids":)" + std::string(ids) + "}]";
    CAPTURE(text);
    std::vector<BindingId> found;
    const auto fast = scanChangeFrame(Version::V2, text);
    REQUIRE(fast);
    CHECK_FALSE(scanChange(*fast, found));
    const auto whole = scanWholeFrame(Version::V2, text, scratch);
    REQUIRE(whole);
    CHECK_FALSE(scanChange(*whole, found));
  }
}

}  // namespace
}  // namespace switchboard
