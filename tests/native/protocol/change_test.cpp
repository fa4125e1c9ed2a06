#include "protocol/change.h"

#include <doctest/doctest.h>

#include "protocol/frame.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using Ids = List<BindingId>;

TEST_CASE("a change gives its ids, repeats included, and its data verbatim") {
  Ids ids = {BindingId{99}};
  const auto change = scanChange(R"({"data":{"type":"INSERT","record":{"id": 1}},"ids":[7, 8 ,7]})", ids);
  REQUIRE(change);
  CHECK(*change == R"({"type":"INSERT","record":{"id": 1}})");
  CHECK(ids == Ids{BindingId{7}, BindingId{8}, BindingId{7}});
}

TEST_CASE("ids may stand before data, and may be none") {
  Ids ids;
  REQUIRE(scanChange(R"({"ids":[],"x":[{}],"data":{}})", ids));
  CHECK(ids.empty());
}

TEST_CASE("of ids that come twice the last count") {
  Ids ids;
  REQUIRE(scanChange(R"({"ids":[1,2],"data":{},"ids":[3]})", ids));
  CHECK(ids == Ids{BindingId{3}});
}

TEST_CASE("what has no data, no ids or other ids than integers is no change") {
  Ids ids;
  for (const std::string_view payload :
       {"", "[]", "{}", R"({"data":{}})", R"({"ids":[1]})", R"({"data":{},"ids":1})", R"({"data":{},"ids":[1.5]})",
        R"({"data":{},"ids":["1"]})", R"({"data":{},"ids":[-1]})", R"({"data":{},"ids":[1,]})",
        R"({"data":{},"ids":[4294967296]})", R"({"data":{},"ids":[1})", R"({"data":{},"ids":[1]} x)"}) {
    CAPTURE(payload);
    CHECK_FALSE(scanChange(payload, ids));
  }
}

TEST_CASE("the type of a change is one of three, or unreadable") {
  const auto typeOf = [](std::string_view data) { return changeType(data); };
  CHECK(typeOf(R"({"table":"t","type":"INSERT"})") == ChangeType::Insert);
  CHECK(typeOf(R"({"type" : "UPDATE"})") == ChangeType::Update);
  CHECK(typeOf(R"({"record":{"type":"INSERT"},"type":"DELETE"})") == ChangeType::Delete);
  CHECK_FALSE(typeOf(R"({"type":"TRUNCATE"})"));
  CHECK_FALSE(typeOf(R"({"type":null})"));
  CHECK_FALSE(typeOf(R"({"record":{"type":"INSERT"}})"));
  CHECK_FALSE(typeOf("[]"));
}

TEST_CASE("the commit timestamp is the server's own text") {
  CHECK(commitTimestamp(R"({"commit_timestamp":"2026-11-22T13:36:19.725Z","type":"INSERT"})") ==
        "2026-11-22T13:36:19.725Z");
  CHECK(commitTimestamp("{}").empty());
  CHECK(commitTimestamp(R"({"commit_timestamp":null})").empty());
}

TEST_CASE("every recorded change has ids, a type and a commit timestamp") {
  for (const Version version : {Version::V1, Version::V2}) {
    int changes = 0;
    std::string scratch;
    Ids ids;
    for (const auto text : testing::recordedTexts(version, "in")) {
      const auto envelope = scanWholeFrame(version, text, scratch);
      if (!envelope || envelope->event != "postgres_changes") continue;
      ++changes;
      const auto change = scanChange(envelope->payload, ids);
      REQUIRE(change);
      CHECK_FALSE(ids.empty());
      CHECK(changeType(*change));
      CHECK(commitTimestamp(*change).size() == std::string_view("2026-11-22T13:36:19.725Z").size());
    }
    CHECK(changes > 540);
  }
}

}  // namespace
}  // namespace switchboard
