#include "numbered/answer_reader.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

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

TEST_CASE("an answer that can't be used says why") {
  for (const auto* text : {
           "",
           "null",
           "[]",
           "{",
           R"({"state":"ok"})",
           R"({"v":2,"state":"refused"})",
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
