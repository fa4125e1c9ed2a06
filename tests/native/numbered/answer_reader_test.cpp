#include "numbered/answer_reader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "numbered/filter/row_filter.h"
#include "numbered/message_reader.h"
#include "oracle/json.h"
#include "protocol/changes/change.h"

namespace switchboard {
namespace {

/// What the database answers, by the name of the case (tests/node/track/answers.test.ts checks that it does).
std::map<std::string, ChangesAnswer> answersOfDatabase() {
  std::ifstream file(SWITCHBOARD_FIXTURES "/changesAnswers.jsonl");
  std::map<std::string, ChangesAnswer> answers;
  for (std::string line; std::getline(file, line);) {
    const auto json = parseJson(line);
    REQUIRE(json);
    const auto name = json->at("name").get<std::string>();
    CAPTURE(name);
    auto read = readChangesAnswer(json->at("answer").get<std::string>());
    REQUIRE(read);
    answers[name] = std::move(read.value());
  }
  return answers;
}

TEST_CASE("the answers of the database are read") {
  auto answers = answersOfDatabase();
  CHECK(answers.size() == 14);
  for (const std::string name : {"no message yet", "the position", "nothing new", "an empty log"}) {
    CAPTURE(name);
    CHECK(answers[name].state == AnswerState::Ok);
    CHECK(answers[name].topic == "switchboard:bookings:7");
    CHECK(answers[name].messages.empty());
    CHECK_FALSE(answers[name].more);
  }
  CHECK(answers["no message yet"].last == 0);
  CHECK(answers["an empty log"].first == 10);
  for (const std::string name : {"a number that was not given", "trimmed", "an empty log, asked for what it had"}) {
    CAPTURE(name);
    CHECK(answers[name].state == AnswerState::TooOld);
    CHECK(answers[name].epoch == "9f3c01ab77e2");
    CHECK(answers[name].last == 9);
  }
  CHECK(answers["trimmed"].first == 9);
  CHECK(answers["a page"].messages.size() == 2);
  CHECK(answers["a page"].more);
  CHECK(answers["another key"].reason.ends_with("Write the value as PostgreSQL does: 7"));
  CHECK(answers["no key"].reason == "the key is no integer");
  CHECK(answers["no table"].state == AnswerState::NotTracked);
  CHECK(answers["not allowed"].state == AnswerState::Refused);
  CHECK(answers["not granted"].state == AnswerState::Refused);
}

TEST_CASE("the messages in an answer of the database are read, and a filter is decided on them") {
  auto all = answersOfDatabase()["all"];
  REQUIRE(all.messages.size() == 9);
  const auto conditions = parseFilter("mood=eq.fine&owed=gt.1");
  REQUIRE(conditions);
  auto filter = RowFilter::of(conditions.value());
  REQUIRE(filter);
  std::string kinds;
  for (std::size_t at = 0; at < all.messages.size(); ++at) {
    CAPTURE(all.messages[at]);
    const auto read = readNumberedMessage(all.messages[at]);
    REQUIRE(read);
    const NumberedMessage& message = read.value();
    CHECK(message.number == at + 1);
    CHECK(message.epoch == all.epoch);
    REQUIRE(message.tables.size() == 1);
    CHECK_FALSE(filter.value().bind(message.tables[0].columns, message.tables[0].bases));
    for (const auto& bulk : message.bulk) kinds += 'f' + std::to_string(bulk.rows);
    for (const auto& change : message.changes) {
      kinds += "iudt"[static_cast<std::size_t>(change.type)];
      CHECK(parseJson(changePayload(message, change)));
      // What an UPDATE that moves a row to another topic has of the row there is its primary key.
      if (change.type == NumberedType::Insert) CHECK(filter.value().match(change.record) != RowMatch::Unknown);
    }
  }
  CHECK(kinds == "iiiuuudf4it");
  const auto first = readNumberedMessage(all.messages[0]);
  CHECK(first.value().changes[0].record.find("19007199254740993") != std::string_view::npos);
  CHECK(first.value().changes[0].record.find("150.00") != std::string_view::npos);
}

TEST_CASE("an answer is read, its messages from strings or objects") {
  const auto read = readChangesAnswer(
      R"({"v":1,"state":"ok","topic":"switchboard:caf\u00e9:\"1\"","epoch":"e","first":12,"last":57,"more":true,)"
      R"("messages":["{\"number\":9007199254740993,\"a\":\"\\u00e9\"}",{"number":2.50}]})");
  REQUIRE(read);
  const ChangesAnswer& answer = read.value();
  CHECK(answer.state == AnswerState::Ok);
  CHECK(answer.topic == "switchboard:caf\xC3\xA9:\"1\"");
  CHECK(answer.epoch == "e");
  CHECK(answer.first == 12);
  CHECK(answer.last == 57);
  CHECK(answer.more);
  REQUIRE(answer.messages.size() == 2);
  CHECK(answer.messages[0] == R"({"number":9007199254740993,"a":"\u00e9"})");
  CHECK(answer.messages[1] == R"({"number":2.50})");
}

TEST_CASE("an answer that is too old has the epoch and what is kept") {
  const auto read = readChangesAnswer(R"({"v":1,"state":"too_old","epoch":"e","first":12,"last":57})");
  REQUIRE(read);
  CHECK(read.value().state == AnswerState::TooOld);
  CHECK(read.value().first == 12);
  CHECK(read.value().last == 57);
  CHECK(readChangesAnswer(R"({"v":1,"state":"too_old","epoch":"e","first":58,"last":57})"));
  CHECK_FALSE(readChangesAnswer(R"({"v":1,"state":"too_old","epoch":"e","first":59,"last":57})"));
}

TEST_CASE("a refusal has a reason, and for a value in another form how to write it") {
  const auto refused = readChangesAnswer(R"({"v":1,"state":"refused","reason":"not a \"member\""})");
  REQUIRE(refused);
  CHECK(refused.value().state == AnswerState::Refused);
  CHECK(refused.value().reason == "not a \"member\"");
  const auto unknown = readChangesAnswer(R"({"v":1,"state":"not_tracked","reason":"No such topic.","canonical":"42"})");
  REQUIRE(unknown);
  CHECK(unknown.value().state == AnswerState::NotTracked);
  CHECK(unknown.value().reason == "No such topic. Write the value as PostgreSQL does: 42");
}

TEST_CASE("the function may be of another version") {
  const auto read = readChangesAnswer(R"({"v":2,"state":"fine"})");
  REQUIRE(read);
  CHECK(read.value().state == AnswerState::OtherVersion);
  CHECK(read.value().reason == "It has version 2, this client knows version 1.");
}

TEST_CASE("an answer that can't be used says why") {
  for (const auto* text : {
           "",
           "null",
           "[]",
           "{",
           R"({"state":"ok"})",
           R"({"v":"new","state":"refused"})",
           R"({"v":1,"state":"fine"})",
           R"({"v":1})",
           R"({"v":1,"state":"ok","topic":"t","first":1,"last":0,"more":false,"messages":[]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","last":0,"more":false,"messages":[]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"more":false,"messages":[]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":-1,"more":false,"messages":[]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":0,"messages":[]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":0,"more":"no","messages":[]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":0,"more":false})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":0,"more":false,"messages":[1]})",
           R"({"v":1,"state":"ok","topic":"t","epoch":"e","first":1,"last":0,"more":false,"messages":["\u12"]})",
       }) {
    CAPTURE(text);
    const auto read = readChangesAnswer(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.starts_with("The answer of switchboard_changes can't be used: "));
  }
}

}  // namespace
}  // namespace switchboard
