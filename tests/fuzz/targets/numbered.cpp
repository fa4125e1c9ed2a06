#include <algorithm>
#include <string>
#include <vector>

#include "examine.h"
#include "numbered/answer_reader.h"
#include "numbered/filter/row_filter.h"
#include "numbered/message_reader.h"
#include "numbered/topic_numbers.h"
#include "strict_json.h"
#include "support/workbench.h"

namespace switchboard::fuzz {

namespace {

bool isPartOf(std::string_view part, std::string_view text) {
  return part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

bool sameMember(const Json& built, const char* name, const Json& given, const char* givenName) {
  const Json* value = member(given, givenName);
  const Json* copy = member(built, name);
  const bool isNothing = value == nullptr || value->is_null();
  return isNothing ? copy == nullptr || copy->is_null() : copy != nullptr && *copy == *value;
}

/// What the payload of a change has, compared with what the message has.
Complaint compareChange(const NumberedMessage& message, const NumberedChange& change, const Json& given,
                        const Json& tables) {
  const auto payload = readStrictly(changePayload(message, change));
  if (payload.verdict != Verdict::Json) return "the payload of a change is no JSON";
  const Json& data = payload.value["data"];
  const Json& table = tables[change.table];
  if (!sameMember(data, "table", table, "table") || !sameMember(data, "schema", table, "schema") ||
      !sameMember(data, "columns", table, "columns"))
    return "another table";
  if (!sameMember(data, "type", given, "type") || !sameMember(data, "errors", given, "errors")) return "type differs";
  if (!change.record.empty() && !sameMember(data, "record", given, "record")) return "the row differs";
  if (!change.oldRecord.empty() && !sameMember(data, "old_record", given, "old_record")) return "the old row differs";
  return std::nullopt;
}

/// Counts what is passed on, and checks its order.
struct Follower : testing::Workbench, TopicNumbersDelegate {
  void onNumbered(TopicNumbers& /*topic*/, const NumberedMessage& message) override {
    step(message.epoch, message.number, message.number);
  }
  void onNumbersGap(TopicNumbers& /*topic*/, const NumbersGap& gap) override {
    if (gap.reason == NumbersGapReason::FellBack) return;
    if (gap.reason == NumbersGapReason::OtherEpoch) {
      epoch = gap.toEpoch;
      last = *gap.toNumber;
    } else {
      step(gap.epoch, gap.fromNumber, *gap.toNumber);
    }
  }
  void onChangesWanted(TopicNumbers& /*topic*/, const ChangesRequest& request) override { wanted = request.id; }
  void onChangesUnwanted(TopicNumbers& /*topic*/, std::uint32_t /*request*/) override { wanted = 0; }
  void onConfirmed(TopicNumbers& /*topic*/) override {}
  void onTables(TopicNumbers& /*topic*/, std::string_view /*tables*/) override {}
  void onNumbersState(TopicNumbers& topic) override {
    const bool follows = topic.state() == NumbersState::Live || topic.state() == NumbersState::Filling;
    if (!follows || !epoch.empty()) return;
    epoch = topic.epoch();
    last = topic.position();
  }
  void onFellBack(TopicNumbers& /*topic*/, FallBackReason /*reason*/, std::string_view /*message*/) override {}

  void step(std::string_view of, std::uint64_t from, std::uint64_t to) {
    isOrdered = isOrdered && of == epoch && from == last + 1 && to >= from;
    last = to;
  }

  NumbersOptions options;
  std::string epoch;
  std::uint64_t last = 0;
  std::uint32_t wanted = 0;
  bool isOrdered = true;
};

}  // namespace

Complaint examineNumbered(std::string_view text) {
  readNumberedPosition(text);
  readNumberedBeat(text);
  const auto read = readNumberedMessage(text);
  if (!read) return read.error().message.empty() ? Complaint("an error without words") : std::nullopt;
  const auto& message = read.value();
  if (message.number == 0 || message.epoch.empty()) return "no number or epoch";
  for (const auto& change : message.changes) {
    if (change.table >= message.tables.size()) return "a change of no table";
    if (!isPartOf(change.record, text) || !isPartOf(change.oldRecord, text)) return "a view out of the text";
    changePayload(message, change);
  }
  const auto strict = readStrictly(text);
  if (strict.verdict != Verdict::Json || repeatsName(text)) return std::nullopt;
  if (strict.value["changes"].size() != message.changes.size()) return "another number of changes";
  for (std::size_t at = 0; at < message.changes.size(); ++at) {
    auto complaint = compareChange(message, message.changes[at], strict.value["changes"][at], strict.value["tables"]);
    if (complaint) return complaint;
  }
  return std::nullopt;
}

Complaint examineAnswer(std::string_view text) {
  const auto read = readChangesAnswer(text);
  if (!read) return read.error().message.empty() ? Complaint("an error without words") : std::nullopt;
  const auto& answer = read.value();
  if (answer.first > answer.last + 1) return "begins after its end";
  const auto strict = readStrictly(text);
  if (strict.verdict != Verdict::Json || repeatsName(text) || answer.state != AnswerState::Ok) return std::nullopt;
  if (strict.value["messages"].size() != answer.messages.size()) return "another number of messages";
  return strict.value["more"] == answer.more ? std::nullopt : Complaint("more differs");
}

Complaint examineRowFilter(std::string_view text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto conditions = parseFilter(text.substr(0, end));
  if (!conditions) return std::nullopt;
  const auto row = text.substr(std::min(end + 1, text.size()));
  auto filter = RowFilter::of(conditions.value());
  if (!filter) return filter.error().message.empty() ? Complaint("an error without words") : std::nullopt;
  constexpr std::string_view kTypes[] = {"int2", "int8", "numeric",   "float8",      "bool",
                                         "uuid", "text", "timestamp", "timestamptz", "date"};
  for (const auto type : kTypes) {
    std::string columns = "[";
    for (const auto& condition : conditions.value()) {
      std::string name;
      for (const char c : condition.column) name += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
      columns +=
          (columns.size() > 1 ? ",{\"name\":\"" : "{\"name\":\"") + name + R"(","type":")" + std::string(type) + "\"}";
    }
    if (filter.value().bind(columns + "]", {})) continue;
    const auto match = filter.value().match(row);
    if (conditions.value().size() != 1) continue;
    Vector<Condition> opposite = {conditions.value()[0]};
    opposite[0].negated = !opposite[0].negated;
    auto other = RowFilter::of(opposite);
    if (!other || other.value().bind(columns + "]", {})) return "the opposite is refused";
    const auto not_ = other.value().match(row);
    if (match == RowMatch::Yes && not_ == RowMatch::Yes) return "matches, and does not";
    if ((match == RowMatch::Unknown) != (not_ == RowMatch::Unknown)) return "the opposite is known";
  }
  return std::nullopt;
}

/// Lines: `j` a join, `i` an interruption, `m` and a message, `p` and a position, `a` and an answer, `f` a failure,
/// `t` time passes.
Complaint examineTopic(std::string_view lines) {
  Follower follower;
  TopicNumbers numbers("t", std::nullopt, follower.options, follower.context, follower);
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const auto rest = line.substr(1);
    if (line[0] == 'j') numbers.onJoined();
    if (line[0] == 'i') numbers.onInterrupted();
    if (line[0] == 'm') numbers.onMessage(rest);
    if (line[0] == 'p') numbers.onPosition(rest);
    if (line[0] == 'a') numbers.onAnswer(follower.wanted, rest);
    if (line[0] == 'f') numbers.onRequestFailed(follower.wanted);
    if (line[0] == 't') follower.advance(Duration{5'000});
    if (numbers.state() == NumbersState::Live && numbers.behind() > 0) return "live with a hole";
    if (!follower.isOrdered) return "out of order";
  }
  numbers.stop();
  return std::nullopt;
}

}  // namespace switchboard::fuzz
