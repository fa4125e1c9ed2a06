#include "protocol/changes/change.h"

#include <doctest/doctest.h>

#include "protocol/frames/frame.h"
#include "support/fake_text.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using Ids = Vector<BindingId>;

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

TEST_CASE("a name with characters of LIKE may bring changes of others") {
  for (const auto* name : {"order_items", "a%b", "_", "%"}) CHECK(isPattern(name));
  for (const auto* name : {"*", "bookings", "Büro", ""}) CHECK_FALSE(isPattern(name));
}

TEST_CASE("a change is of the table and schema that it names, wherever they stand and however they are written") {
  const auto check = [](const std::string& data, std::string_view schema, std::string_view table) {
    const std::string frame = R"([null,null,"realtime:x","postgres_changes",{"data":)" + data + R"(,"ids":[1]}])";
    const testing::FakeText text(frame);
    std::string scratch;
    const auto envelope = scanEnvelope(Version::V2, text, scratch);
    Ids ids;
    const auto found = scanChange(*envelope, ids);
    return isOf({text.span(envelope->payload), text.span(*found)}, schema, table);
  };
  const std::string row = R"("record":{"table":"orderxitems","t":")" + std::string(400, 'x') + "\"}";
  const std::string long1(90, 'n');
  for (const auto& data :
       std::initializer_list<std::string>{R"({"table":"order_items","type":"INSERT",)" + row + R"(,"schema":"my_app"})",
                                          R"({"schema":"my_app",)" + row + R"(,"table":"order_items"})",
                                          R"({ "table" : "order_items","schema":"my\u005fapp"})",
                                          R"({"table":"order\u005fitems","schema":"my_app"})"}) {
    CAPTURE(data);
    CHECK(check(data, "my_app", "order_items"));
    CHECK(check(data, "*", "order_items"));
    CHECK(check(data, "my_app", "*"));
    CHECK(check(data, "*", "*"));
    CHECK_FALSE(check(data, "my_app", "order%"));
    CHECK_FALSE(check(data, "my_app", "orderxitems"));
    CHECK_FALSE(check(data, "myxapp", "order_items"));
    CHECK_FALSE(check(data, "my_ap_", "*"));
  }
  CHECK(check(R"({"table":")" + long1 + R"(_","schema":"public"})", "public", long1 + "_"));
  CHECK_FALSE(check(R"({"table":")" + long1 + R"(x","schema":"public"})", "public", long1 + "_"));
  CHECK(check(R"({"type":"INSERT"})", "public", "a_b"));
}

TEST_CASE("the table that comes first is read without the rest of a long frame") {
  const std::string frame =
      R"([null,null,"realtime:x","postgres_changes",{"data":{"table":"order_items","record":{"t":")" +
      std::string(400, 'x') + R"("}},"ids":[1]}])";
  const testing::FakeText text(frame);
  std::string scratch;
  const auto envelope = scanEnvelope(Version::V2, text, scratch);
  const Change change{text.span(envelope->payload), text.span(envelope->data)};
  CHECK(isOf(change, "*", "order_items"));
  CHECK_FALSE(isOf(change, "my_app", "orderxitems"));
  CHECK_FALSE(text.loaded());
}

}  // namespace
}  // namespace switchboard
