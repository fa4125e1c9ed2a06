#include "numbered/message_reader.h"

#include <optional>

#include "base/enum_names.h"
#include "base/text.h"
#include "numbered/members.h"
#include "protocol/beat.h"

namespace switchboard {

namespace {

constexpr std::string_view kVersion = "1";

constexpr EnumNames<NumberedType, 4> kTypes({
    {NumberedType::Insert, "INSERT"},
    {NumberedType::Update, "UPDATE"},
    {NumberedType::Delete, "DELETE"},
    {NumberedType::Truncate, "TRUNCATE"},
});

Error unreadable(std::string_view what) {
  return {ReasonCode::PayloadInvalid, {}, concat({"A message of a tracked table can't be read: ", what})};
}

/// The members of a message, verbatim. Empty when missing.
struct Members {
  std::string_view version, epoch, number, committed, tables, changes, bulk, last, seq, every;
};

std::string_view* place(Members& members, std::string_view key) {
  struct Row {
    std::string_view name;
    std::string_view Members::*member;
  };
  static constexpr Row kRows[] = {
      {"v", &Members::version},       {"epoch", &Members::epoch},   {"number", &Members::number},
      {"changes", &Members::changes}, {"tables", &Members::tables}, {"committed", &Members::committed},
      {"fetch", &Members::bulk},      {"last", &Members::last},     {"seq", &Members::seq},
      {"every_ms", &Members::every},
  };
  for (const auto& row : kRows) {
    if (spells(key, row.name)) return &(members.*row.member);
  }
  return nullptr;
}

/// Nothing when it is no message of this version.
std::optional<Members> readMembers(std::string_view text) {
  Members members;
  const bool isObject = forEachMember(text, [&](std::string_view key, std::string_view value) {
    if (std::string_view* member = place(members, key)) *member = value;
    return true;
  });
  if (!isObject) return std::nullopt;
  return members;
}

/// Empty when all is well.
std::string_view checkVersion(const std::optional<Members>& members) {
  if (!members) return "it is no JSON object.";
  if (members->version != kVersion) return "it is of another version of the SQL than this client knows.";
  return {};
}

bool readTable(std::string_view text, NumberedTable& table) {
  std::optional<std::string_view> schema;
  std::optional<std::string_view> name;
  const bool isObject = forEachMember(text, [&](std::string_view key, std::string_view value) {
    if (spells(key, "schema")) schema = stringContent(value);
    if (spells(key, "table")) name = stringContent(value);
    if (spells(key, "columns")) table.columns = value;
    if (spells(key, "bases")) table.bases = value;
    if (spells(key, "key")) table.key = value;
    return true;
  });
  if (!isObject || !schema || !name || !isJsonList(table.columns)) return false;
  if (!table.bases.empty() && !isJsonObject(table.bases)) return false;
  if (!table.key.empty() && !isJsonList(table.key)) return false;
  table.schema = *schema;
  table.table = *name;
  return true;
}

/// A row, or null in place of one.
bool takeRow(std::string_view value, std::string_view& row) {
  if (value.empty() || value == "null") return true;
  row = value;
  return isJsonObject(value);
}

/// The index of a table.
bool takeTable(std::string_view value, std::size_t count, std::size_t& table) {
  const auto index = wholeNumber(value);
  if (!index || *index >= count) return false;
  table = static_cast<std::size_t>(*index);
  return true;
}

bool readChange(std::string_view text, std::size_t tables, NumberedChange& change) {
  std::string_view table;
  std::string_view type;
  std::string_view record;
  std::string_view oldRecord;
  std::string_view errors;
  const bool isObject = forEachMember(text, [&](std::string_view key, std::string_view value) {
    if (spells(key, "t")) table = value;
    if (spells(key, "type")) type = value;
    if (spells(key, "record")) record = value;
    if (spells(key, "old_record")) oldRecord = value;
    if (spells(key, "errors")) errors = value;
    if (spells(key, "moved")) change.moved = value == "true";
    return true;
  });
  const auto name = stringContent(type);
  const auto known = isObject && name ? kTypes.find(*name) : std::nullopt;
  if (!known || !takeTable(table, tables, change.table)) return false;
  change.type = *known;
  if (errors != "null") change.errors = errors;
  if (!change.errors.empty() && !isJsonList(change.errors)) return false;
  const bool hasNew = change.type == NumberedType::Insert || change.type == NumberedType::Update;
  const bool hasOld = change.type == NumberedType::Delete || change.type == NumberedType::Update;
  if (hasNew && (!takeRow(record, change.record) || change.record.empty())) return false;
  if (hasOld && !takeRow(oldRecord, change.oldRecord)) return false;
  return change.type != NumberedType::Delete || !change.oldRecord.empty();
}

bool readBulk(std::string_view text, std::size_t tables, BulkChange& bulk) {
  std::string_view table;
  std::optional<std::uint64_t> rows;
  const bool isObject = forEachMember(text, [&](std::string_view key, std::string_view value) {
    if (spells(key, "t")) table = value;
    if (spells(key, "rows")) rows = wholeNumber(value);
    return true;
  });
  if (!isObject || !rows || !takeTable(table, tables, bulk.table)) return false;
  bulk.rows = *rows;
  return true;
}

/// Empty when all is well.
std::string_view readLists(const Members& members, NumberedMessage& message) {
  const bool hasTables = forEachItem(
      members.tables, [&](std::string_view item) { return readTable(item, message.tables.emplace_back()); });
  if (!hasTables) return "its tables are wrong.";
  const bool hasChanges = forEachItem(members.changes, [&](std::string_view item) {
    return readChange(item, message.tables.size(), message.changes.emplace_back());
  });
  if (!hasChanges) return "one of its changes is wrong.";
  const bool hasBulk =
      members.bulk.empty() || members.bulk == "null" || forEachItem(members.bulk, [&](std::string_view item) {
        return readBulk(item, message.tables.size(), message.bulk.emplace_back());
      });
  return hasBulk ? std::string_view() : "what it says of rows to fetch is wrong.";
}

void appendMember(std::string& out, std::string_view name, std::string_view json) {
  out += name;
  out += json.empty() ? std::string_view("null") : json;
}

void appendText(std::string& out, std::string_view name, std::string_view content) {
  out += name;
  out += '"';
  out += content;
  out += '"';
}

/// The commit time as the server writes it. Its fraction has a digit more or less than it wants.
std::string shortTime(std::string_view committed) {
  constexpr std::size_t kSeconds = std::string_view("2026-11-27T18:00:00").size();
  std::string time(committed.substr(0, kSeconds));
  std::string_view fraction = committed.substr(kSeconds, committed.size() - kSeconds - 1);
  if (!fraction.empty()) fraction.remove_prefix(1);
  time += '.';
  for (std::size_t at = 0; at < 3; ++at) time += at < fraction.size() ? fraction[at] : '0';
  time += 'Z';
  return time;
}

}  // namespace

Result<NumberedMessage> readNumberedMessage(std::string_view text) {
  const auto members = readMembers(text);
  const auto problem = checkVersion(members);
  if (!problem.empty()) return unreadable(problem);
  NumberedMessage message;
  const auto epoch = plainText(members->epoch);
  if (!epoch) return unreadable("it has no epoch.");
  message.epoch = *epoch;
  message.number = wholeNumber(members->number).value_or(0);
  if (message.number == 0) return unreadable("it has no number.");
  const auto committed = plainText(members->committed);
  if (!committed || !readTimestamp(*committed)) return unreadable("it has no commit time.");
  message.committed = *committed;
  const auto wrong = readLists(*members, message);
  if (!wrong.empty()) return unreadable(wrong);
  return message;
}

std::string commitStamp(const NumberedMessage& message) {
  return shortTime(message.committed);
}

std::string changePayload(const NumberedMessage& message, const NumberedChange& change) {
  return changePayload(message, message.tables[change.table], change);
}

std::string changePayload(const NumberedMessage& message, const NumberedTable& table, const NumberedChange& change) {
  std::string out;
  constexpr std::size_t kNames = 220;
  out.reserve(kNames + table.table.size() + table.schema.size() + table.columns.size() + change.record.size() +
              change.oldRecord.size() + change.errors.size());
  // The table first: the core looks there for it without reading on.
  appendText(out, R"({"data":{"table":)", table.table);
  appendText(out, R"(,"schema":)", table.schema);
  appendText(out, R"(,"type":)", kTypes[change.type]);
  appendMember(out, R"(,"columns":)", table.columns);
  appendText(out, R"(,"commit_timestamp":)", commitStamp(message));
  appendMember(out, R"(,"number":)", decimal(message.number));
  appendText(out, R"(,"epoch":)", message.epoch);
  const auto hasRow = [&](NumberedType one) { return change.type == one || change.type == NumberedType::Update; };
  if (hasRow(NumberedType::Insert) || !change.record.empty()) appendMember(out, R"(,"record":)", change.record);
  if (hasRow(NumberedType::Delete)) appendMember(out, R"(,"old_record":)", change.oldRecord);
  appendMember(out, R"(,"errors":)", change.errors);
  out += R"(},"ids":[]})";
  return out;
}

Result<NumberedPosition> readNumberedPosition(std::string_view text) {
  const auto members = readMembers(text);
  const auto problem = checkVersion(members);
  if (!problem.empty()) return unreadable(problem);
  const auto epoch = plainText(members->epoch);
  const auto last = wholeNumber(members->last);
  if (!epoch || !last) return unreadable("it names no position.");
  return NumberedPosition{*epoch, *last};
}

Result<NumberedBeat> readNumberedBeat(std::string_view text) {
  constexpr std::uint64_t kDay = 24 * 3'600'000;
  const auto members = readMembers(text);
  const auto problem = checkVersion(members);
  if (!problem.empty()) return unreadable(problem);
  const auto seq = wholeNumber(members->seq);
  const auto every = wholeNumber(members->every).value_or(0);
  if (!seq || every == 0 || every > kDay) return unreadable("it is no beat.");
  return NumberedBeat{*seq, Duration{static_cast<Duration::rep>(every)}};
}

}  // namespace switchboard
