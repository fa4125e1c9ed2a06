#include "tracked/topic_key.h"

#include <algorithm>

#include "base/text.h"
#include "json/scanner.h"
#include "numbered/members.h"
#include "protocol/filter.h"

namespace switchboard {

namespace {

bool lists(std::string_view list, std::string_view rawName) {
  return !forEachItem(list, [&](std::string_view item) { return stringContent(item) != rawName; });
}

ChangeType typeOf(NumberedType type) {
  return type == NumberedType::Insert   ? ChangeType::Insert
         : type == NumberedType::Update ? ChangeType::Update
                                        : ChangeType::Delete;
}

/// Of a row that changed its topic: the image that is not of this topic has the primary key alone, so that it never
/// matches.
RowMove moveBetween(RowMatch before, RowMatch after) {
  if (before == RowMatch::Yes) return RowMove::Leaves;
  return before == RowMatch::No || after == RowMatch::No ? RowMove::Outside : RowMove::Unknown;
}

/// Whether an UPDATE that can't be decided may be one that the subscription asked for. Of a row that changed its topic
/// the image that is not of this one is the shorter.
bool mayConcern(const Spec& spec, const NumberedChange& change, RowMatch before, RowMatch after) {
  const bool isGone = change.moved && change.record.size() < change.oldRecord.size();
  const bool isNew = change.moved && !isGone;
  const bool leavesAsUpdate = spec.roadOptions.leaving == RoadOptions::Leaving::Update;
  const bool mayBeIn = !isGone && after != RowMatch::No && spec.wants(ChangeType::Update);
  const bool mayLeave = !isNew && before != RowMatch::No;
  return mayBeIn || (mayLeave && spec.wants(leavesAsUpdate ? ChangeType::Update : ChangeType::Delete));
}

}  // namespace

bool ColumnSelection::has(std::string_view rawName) const {
  return std::any_of(names_.begin(), names_.end(), [&](const auto& name) { return spells(rawName, name); }) ||
         lists(key_, rawName);
}

std::optional<Error> ColumnSelection::bind(const NumberedTable& table) {
  if (isAll()) return std::nullopt;
  const auto refuse = [](std::string message) { return Error{ReasonCode::FilterNotExact, {}, std::move(message)}; };
  if (!isJsonList(table.key)) return refuse("`select`: the changes do not say which columns are the primary key.");
  key_ = table.key;
  columns_ = "[";
  for (const auto& name : names_) {
    const auto isOther = [&](std::string_view column) {
      const auto content = stringContent(memberOf(column, "name"));
      return !content || !spells(*content, name);
    };
    if (forEachItem(table.columns, isOther)) {
      return refuse(concat({"`select` names a column that the changes do not have: ", name}));
    }
  }
  forEachItem(table.columns, [&](std::string_view column) {
    const auto content = stringContent(memberOf(column, "name"));
    if (!content || !has(*content)) return true;
    if (columns_.size() > 1) columns_ += ',';
    columns_ += column;
    return true;
  });
  columns_ += ']';
  return std::nullopt;
}

std::string ColumnSelection::selected(std::string_view row) const {
  if (row.empty()) return {};
  std::string out = "{";
  forEachMember(row, [&](std::string_view name, std::string_view value) {
    if (!has(name)) return true;
    out += out.size() > 1 ? ",\"" : "\"";
    out += name;
    out += "\":";
    out += value;
    return true;
  });
  return out + '}';
}

std::string ColumnSelection::payload(const NumberedMessage& message, const NumberedChange& change) const {
  const auto record = selected(change.record);
  const auto oldRecord = selected(change.oldRecord);
  NumberedTable table = message.tables[change.table];
  table.columns = columns_;
  NumberedChange part = change;
  part.record = record;
  part.oldRecord = oldRecord;
  return changePayload(message, table, part);
}

TopicKey::TopicKey(KeyEntry& entry)
    : entry_(entry),
      filter_(RowFilter::of(parseFilter(entry.spec.binding.filter).value()).value()),
      selection_(entry.spec.binding.select) {}

bool TopicKey::isOf(const NumberedTable& table) const {
  const auto& binding = entry_.spec.binding;
  return spells(table.table, binding.table) && spells(table.schema, binding.schema);
}

std::optional<Error> TopicKey::bind(const NumberedTable& table) {
  if (columns_ == table.columns && bases_ == table.bases && primaryKey_ == table.key) return std::nullopt;
  columns_ = table.columns;
  bases_ = table.bases;
  primaryKey_ = table.key;
  auto error = filter_.bind(table.columns, table.bases);
  return error ? error : selection_.bind(table);
}

Fate TopicKey::fateOf(const NumberedChange& change) const {
  const Spec& spec = entry_.spec;
  if (change.type == NumberedType::Truncate) {
    // Concerns every row, whatever the filter. Who listens to DELETE alone expects no other type.
    if (spec.binding.event == "*") return Fate::AsIs;
    return spec.wants(ChangeType::Delete) ? Fate::Unknown : Fate::Ignored;
  }
  const auto asIs = spec.wants(typeOf(change.type)) ? Fate::AsIs : Fate::Ignored;
  if (change.type != NumberedType::Update) {
    if (asIs == Fate::Ignored) return asIs;
    const auto match = filter_.match(change.type == NumberedType::Insert ? change.record : change.oldRecord);
    return match == RowMatch::Yes ? asIs : match == RowMatch::No ? Fate::Ignored : Fate::Unknown;
  }
  const auto after = filter_.match(change.record);
  if (after == RowMatch::Yes) return asIs;
  const auto before = change.oldRecord.empty() ? RowMatch::Unknown : filter_.match(change.oldRecord);
  switch (change.moved ? moveBetween(before, after) : moveOf(before, after)) {
    case RowMove::Outside:
      return Fate::Ignored;
    case RowMove::Enters:
    case RowMove::Stays:
      return asIs;
    case RowMove::Unknown:
      return mayConcern(spec, change, before, after) ? Fate::Unknown : Fate::Ignored;
    case RowMove::Leaves:
      break;
  }
  using Leaving = RoadOptions::Leaving;
  if (spec.roadOptions.leaving == Leaving::Update) return asIs;
  if (!spec.wants(ChangeType::Delete)) return Fate::Ignored;
  return spec.roadOptions.leaving == Leaving::Both ? Fate::AsDeleteWithRow : Fate::AsDelete;
}

NumberedChange inForm(const NumberedChange& change, Fate fate) {
  NumberedChange form = change;
  if (fate != Fate::AsIs) form.type = NumberedType::Delete;
  if (fate == Fate::AsDelete) form.record = {};
  return form;
}

}  // namespace switchboard
