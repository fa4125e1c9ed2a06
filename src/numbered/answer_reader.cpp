#include "numbered/answer_reader.h"

#include <optional>

#include "base/enum_names.h"
#include "base/text.h"
#include "numbered/members.h"

namespace switchboard {

namespace {

constexpr EnumNames<AnswerState, 4> kStates({
    {AnswerState::Ok, "ok"},
    {AnswerState::TooOld, "too_old"},
    {AnswerState::Refused, "refused"},
    {AnswerState::NotTracked, "not_tracked"},
});

Error contradictory(std::string_view what) {
  return {ReasonCode::PayloadInvalid, {}, concat({"The answer of switchboard_changes can't be used: ", what})};
}

std::string resolved(std::string_view json) {
  const auto content = stringContent(json);
  return content ? unescape(*content).value_or(std::string()) : std::string();
}

bool readPosition(std::string_view text, ChangesAnswer& answer) {
  const auto epoch = plainText(memberOf(text, "epoch"));
  const auto first = wholeNumber(memberOf(text, "first"));
  const auto last = wholeNumber(memberOf(text, "last"));
  if (!epoch || !first || !last || *first > *last + 1) return false;
  answer.epoch = *epoch;
  answer.first = *first;
  answer.last = *last;
  return true;
}

bool takeMessage(std::string_view item, Vector<std::string>& messages) {
  if (isJsonObject(item)) {
    messages.emplace_back(item);
    return true;
  }
  const auto content = stringContent(item);
  auto message = content ? unescape(*content) : std::nullopt;
  if (!message) return false;
  messages.push_back(std::move(*message));
  return true;
}

void readReason(std::string_view text, ChangesAnswer& answer) {
  answer.reason = resolved(memberOf(text, "reason"));
  const auto canonical = resolved(memberOf(text, "canonical"));
  if (!canonical.empty()) answer.reason += concat({" Write the value as PostgreSQL does: ", canonical});
}

}  // namespace

Result<ChangesAnswer> readChangesAnswer(std::string_view text) {
  if (!forEachMember(text, [](std::string_view, std::string_view) { return true; })) {
    return contradictory("it is no JSON object.");
  }
  ChangesAnswer answer;
  const auto version = memberOf(text, "v");
  if (version != "1") {
    if (!wholeNumber(version)) return contradictory("it has no version.");
    answer.state = AnswerState::OtherVersion;
    answer.reason = concat({"It has version ", version, ", this client knows version 1."});
    return answer;
  }
  const auto name = stringContent(memberOf(text, "state"));
  const auto state = name ? kStates.find(*name) : std::nullopt;
  if (!state) return contradictory("its state is unknown.");
  answer.state = *state;
  if (answer.state == AnswerState::Refused || answer.state == AnswerState::NotTracked) {
    readReason(text, answer);
    return answer;
  }
  if (!readPosition(text, answer)) return contradictory("its epoch, first or last is wrong.");
  answer.tables = memberOf(text, "tables");
  if (answer.state == AnswerState::TooOld) return answer;
  answer.topic = resolved(memberOf(text, "topic"));
  const auto more = memberOf(text, "more");
  answer.more = more == "true";
  const bool hasMessages = forEachItem(memberOf(text, "messages"),
                                       [&](std::string_view item) { return takeMessage(item, answer.messages); });
  if (!hasMessages || (!answer.more && more != "false")) return contradictory("its messages are wrong.");
  return answer;
}

}  // namespace switchboard
