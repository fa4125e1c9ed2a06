#include "numbered/message_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "oracle/json.h"
#include "protocol/changes/change.h"
#include "protocol/changes/columns.h"
#include "support/damage.h"

namespace switchboard {
namespace {

const std::string kMessage =
    R"({"v":1,"epoch":"9f3c01ab77e2","number":41,"committed":"2026-11-27T18:00:00.123999Z",)"
    R"("tables":[{"schema":"public","table":"bookings","columns":[{"name":"id","type":"int8"}]},)"
    R"({"schema":"s\"q","table":"t\u00e9","columns":[],"bases":{"mood":"enum"}}],)"
    R"("changes":[{"t":0,"type":"INSERT","record":{"id":9007199254740993,"price":150.00}},)"
    R"({"t":0,"type":"UPDATE","record":{"id":1},"old_record":{"id":2},"errors":["Error 413: Payload Too Large"]},)"
    R"({"t":1,"type":"DELETE","old_record":{"id":3}},{"t":0,"type":"TRUNCATE"}]})";

std::string with(std::string_view from, std::string_view to) {
  std::string text = kMessage;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("a message is read") {
  const auto read = readNumberedMessage(kMessage);
  REQUIRE(read);
  const NumberedMessage& message = read.value();
  CHECK(message.epoch == "9f3c01ab77e2");
  CHECK(message.number == 41);
  CHECK(message.committed == "2026-11-27T18:00:00.123999Z");
  REQUIRE(message.tables.size() == 2);
  CHECK(message.tables[0].columns == R"([{"name":"id","type":"int8"}])");
  CHECK(message.tables[0].bases.empty());
  CHECK(message.tables[1].bases == R"({"mood":"enum"})");
  REQUIRE(message.changes.size() == 4);
  CHECK(message.changes[0].type == NumberedType::Insert);
  CHECK(message.changes[0].record == R"({"id":9007199254740993,"price":150.00})");
  CHECK(message.changes[1].oldRecord == R"({"id":2})");
  CHECK(message.changes[1].errors == R"(["Error 413: Payload Too Large"])");
  CHECK(message.changes[2].table == 1);
  CHECK(message.changes[2].record.empty());
  CHECK(message.changes[3].type == NumberedType::Truncate);
  CHECK(message.bulk.empty());
}

TEST_CASE("the order of keys does not matter, and keys may have escapes and white space") {
  const auto read = readNumberedMessage(
      R"( { "fetch" : null, "changes":[{"old_record":{"id":1},"type":"DELETE","t":0}], "number":7,)"
      R"("tables":[{"columns":[],"table":"t","schema":"public"}], "\u0065poch":"e","committed":"2026-11-27T18:00:00Z","v":1 } )");
  REQUIRE(read);
  CHECK(read.value().epoch == "e");
  CHECK(read.value().number == 7);
  CHECK(read.value().changes[0].oldRecord == R"({"id":1})");
}

TEST_CASE("rows that have to be fetched are counted by table") {
  const auto read = readNumberedMessage(
      R"({"v":1,"epoch":"e","number":8,"committed":"2026-11-27T18:00:00Z","tables":[{"schema":"a","table":"b","columns":[]}],)"
      R"("changes":[],"fetch":[{"t":0,"rows":40000}]})");
  REQUIRE(read);
  REQUIRE(read.value().bulk.size() == 1);
  CHECK(read.value().bulk[0].rows == 40'000);
}

TEST_CASE("a change becomes the payload that postgres_changes has") {
  const auto read = readNumberedMessage(kMessage);
  REQUIRE(read);
  const auto& message = read.value();
  CHECK(
      changePayload(message, message.changes[0]) ==
      R"({"data":{"table":"bookings","schema":"public","type":"INSERT","columns":[{"name":"id","type":"int8"}],)"
      R"("commit_timestamp":"2026-11-27T18:00:00.123Z","number":41,"epoch":"9f3c01ab77e2","record":{"id":9007199254740993,"price":150.00},"errors":null},"ids":[]})");
  CHECK(
      changePayload(message, message.changes[1]) ==
      R"({"data":{"table":"bookings","schema":"public","type":"UPDATE","columns":[{"name":"id","type":"int8"}],)"
      R"("commit_timestamp":"2026-11-27T18:00:00.123Z","number":41,"epoch":"9f3c01ab77e2","record":{"id":1},"old_record":{"id":2},)"
      R"("errors":["Error 413: Payload Too Large"]},"ids":[]})");
  CHECK(
      changePayload(message, message.changes[2]) ==
      R"({"data":{"table":"t\u00e9","schema":"s\"q","type":"DELETE","columns":[],)"
      R"("commit_timestamp":"2026-11-27T18:00:00.123Z","number":41,"epoch":"9f3c01ab77e2","old_record":{"id":3},"errors":null},"ids":[]})");
}

TEST_CASE("what reads changes of postgres_changes reads the payload") {
  const auto read = readNumberedMessage(kMessage);
  REQUIRE(read);
  const auto payload = changePayload(read.value(), read.value().changes[1]);
  Vector<BindingId> ids;
  const auto data = scanChange(payload, ids);
  REQUIRE(data);
  CHECK(changeType(*data) == ChangeType::Update);
  CHECK(commitTimestamp(*data) == "2026-11-27T18:00:00.123Z");
  ColumnLists lists;
  const auto parts = lists.read(*data);
  CHECK(parts.columns);
  CHECK(parts.record.starts_with(R"({"id":1})"));
  CHECK(parts.oldRecord.starts_with(R"({"id":2})"));
}

TEST_CASE("the commit time has three digits after the point") {
  const auto timeOf = [](std::string_view committed) {
    const auto text = with("2026-11-27T18:00:00.123999Z", committed);
    const auto read = readNumberedMessage(text);
    REQUIRE(read);
    const auto payload = changePayload(read.value(), read.value().changes[0]);
    Vector<BindingId> ids;
    return std::string(commitTimestamp(*scanChange(payload, ids)));
  };
  CHECK(timeOf("2026-11-27T18:00:00Z") == "2026-11-27T18:00:00.000Z");
  CHECK(timeOf("2026-11-27T18:00:00.5Z") == "2026-11-27T18:00:00.500Z");
  CHECK(timeOf("2026-11-27T18:00:00.1239Z") == "2026-11-27T18:00:00.123Z");
}

TEST_CASE("errors may be null") {
  const auto text = with(R"(["Error 413: Payload Too Large"])", "null");
  const auto read = readNumberedMessage(text);
  REQUIRE(read);
  CHECK(read.value().changes[1].errors.empty());
}

TEST_CASE("an UPDATE without its old row has null for it") {
  const auto text = with(R"("old_record":{"id":2},)", "");
  const auto read = readNumberedMessage(text);
  REQUIRE(read);
  CHECK(read.value().changes[1].oldRecord.empty());
  CHECK(changePayload(read.value(), read.value().changes[1]).find(R"("old_record":null)") != std::string::npos);
}

TEST_CASE("what is no message is an error that says what is wrong") {
  const auto problem = [](const std::string& text) {
    const auto read = readNumberedMessage(text);
    if (read) return std::string("read");
    CHECK(read.error().code == ReasonCode::PayloadInvalid);
    return read.error().message.substr(std::string("A message of a tracked table can't be read: ").size());
  };
  CHECK(problem("") == "it is no JSON object.");
  CHECK(problem("[]") == "it is no JSON object.");
  CHECK(problem(kMessage + "x") == "it is no JSON object.");
  const std::string version = "it is of another version of the SQL than this client knows.";
  CHECK(problem("{}") == version);
  CHECK(problem(with(R"("v":1)", R"("v":2)")) == version);
  CHECK(problem(with(R"("v":1)", R"("v":"1")")) == version);
  for (const auto* epoch : {"1", R"("")", R"("a\n")", "null"}) {
    CHECK(problem(with(R"("9f3c01ab77e2")", epoch)) == "it has no epoch.");
  }
  for (const auto* number : {"0", "-1", "4.0", "1e3", "041", "\"41\"", "null", "1000000000000000000"}) {
    CHECK(problem(with("41", number)) == "it has no number.");
  }
  for (const auto* time : {"2026-11-27", "2026-13-27T18:00:00Z", "2026-11-27T18:00:00", "2026-11-27T18:00:00+00:00"}) {
    CHECK(problem(with("2026-11-27T18:00:00.123999Z", time)) == "it has no commit time.");
  }
  for (const auto* table :
       {R"({"schema":"public"})", R"({"schema":"public","table":1,"columns":[]})",
        R"({"schema":"a","table":"b","columns":{}})", "1", R"({"schema":"a","table":"b","columns":[],"bases":[]})"}) {
    CHECK(problem(with(R"({"schema":"public","table":"bookings","columns":[{"name":"id","type":"int8"}]})", table)) ==
          "its tables are wrong.");
  }
  for (const auto* change :
       {R"({"t":2,"type":"DELETE","old_record":{}})", R"({"type":"DELETE","old_record":{}})",
        R"({"t":-1,"type":"DELETE","old_record":{}})", R"({"t":0,"type":"delete","old_record":{}})",
        R"({"t":0,"type":"DELETE"})", R"({"t":0,"type":"INSERT"})", R"({"t":0,"type":"UPDATE","old_record":{}})",
        R"({"t":0,"type":"INSERT","record":[]})", R"({"t":0,"type":"UPDATE","record":{},"old_record":1})",
        R"({"t":0,"type":"INSERT","record":{},"errors":"none"})", "null", "[]"}) {
    CHECK(problem(with(R"({"t":0,"type":"TRUNCATE"})", change)) == "one of its changes is wrong.");
  }
  for (const auto* bulk : {R"([{"t":5,"rows":1}])", R"([{"t":0}])", "[1]", "{}", R"([{"t":0,"rows":-1}])"}) {
    CHECK(problem(with(R"("v":1)", R"("v":1,"fetch":)" + std::string(bulk))) ==
          "what it says of rows to fetch is wrong.");
  }
}

TEST_CASE("a damaged message is refused or read, and what is read of it is in the text") {
  testing::FakeRandom random(7);
  const auto isPartOf = [](std::string_view part, std::string_view text) {
    return part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
  };
  int readable = 0;
  for (int round = 0; round < 4'000; ++round) {
    const auto text = random.below(2) == 0 ? testing::damaged(kMessage, random) : testing::reshaped(kMessage, random);
    const auto read = readNumberedMessage(text);
    readNumberedPosition(text);
    readNumberedBeat(text);
    if (!read) continue;
    ++readable;
    for (const auto& change : read.value().changes) {
      CHECK(change.table < read.value().tables.size());
      CHECK(isPartOf(change.record, text));
      CHECK(isPartOf(change.oldRecord, text));
      const auto original = parseJson(text);
      if (original) CHECK(parseJson(changePayload(read.value(), change)));
    }
  }
  CHECK(readable > 1'000);
}

TEST_CASE("a position names an epoch and its last number") {
  const auto read = readNumberedPosition(R"({"last":41,"v":1,"epoch":"e"})");
  REQUIRE(read);
  CHECK(read.value().epoch == "e");
  CHECK(read.value().number == 41);
  CHECK(readNumberedPosition(R"({"last":0,"v":1,"epoch":"e"})"));
  for (const auto* text : {"", "{}", R"({"v":1,"epoch":"e"})", R"({"v":1,"last":1})",
                           R"({"v":1,"epoch":"e","last":-1})", R"({"epoch":"e","last":1})"}) {
    CHECK_FALSE(readNumberedPosition(text));
  }
}

TEST_CASE("a beat has a number and says when the next one comes") {
  const auto read = readNumberedBeat(R"({"v":1,"seq":17,"every_ms":5000})");
  REQUIRE(read);
  CHECK(read.value().seq == 17);
  CHECK(read.value().every == Duration{5'000});
  for (const auto* text :
       {"", R"({"v":1,"seq":17})", R"({"v":1,"seq":17,"every_ms":0})", R"({"v":1,"seq":17,"every_ms":86400001})",
        R"({"v":1,"every_ms":5000})", R"({"v":2,"seq":17,"every_ms":5000})"}) {
    CHECK_FALSE(readNumberedBeat(text));
  }
}

}  // namespace
}  // namespace switchboard
