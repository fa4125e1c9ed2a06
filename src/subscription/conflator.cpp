#include "subscription/conflator.h"

#include <utility>

#include "protocol/scanner.h"
#include "protocol/structure.h"
#include "subscription/batch_text.h"

namespace switchboard {

namespace {

std::string_view toText(ChangeType type) {
  switch (type) {
    case ChangeType::Insert:
      return "INSERT";
    case ChangeType::Update:
      return "UPDATE";
    case ChangeType::Delete:
      return "DELETE";
  }
  return "UPDATE";
}

/// What two changes of one row come to; nothing when they cancel out.
std::optional<ChangeType> netEffect(ChangeType first, ChangeType second, bool keepDeletes) {
  if (second == ChangeType::Delete) {
    if (first == ChangeType::Insert && !keepDeletes) return std::nullopt;
    return ChangeType::Delete;
  }
  if (first == ChangeType::Insert) return ChangeType::Insert;
  return ChangeType::Update;
}

/// A member of a change's `data`; empty when it has none or it is null.
std::string_view memberOf(std::string_view data, std::string_view name) {
  std::string_view found;
  forEachMember(data, [&](std::string_view key, std::string_view value) {
    if (!spells(key, name)) return true;
    if (value != "null") found = value;
    return false;
  });
  return found;
}

std::string_view textOf(const List<char>& list) {
  return {list.data(), list.size()};
}

List<char> copyOf(std::string_view text) {
  List<char> copy;
  append(copy, text);
  return copy;
}

/// The container that `text` begins with; nothing when it is none.
std::string_view containerIn(std::string_view text) {
  if (text.empty() || text.front() != '{') return {};
  const std::size_t end = containerEnd(text);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

/// `newer` with those members of `older` that it lacks.
List<char> mergedRecord(std::string_view older, std::string_view newer) {
  List<std::string_view> names;
  forEachMember(newer, [&](std::string_view name, std::string_view) {
    names.push_back(name);
    return true;
  });
  List<char> merged = copyOf(newer.substr(0, newer.rfind('}')));
  bool any = !names.empty();
  std::size_t next = 0;  // the server writes columns in the same order each time
  forEachMember(older, [&](std::string_view name, std::string_view value) {
    if (next < names.size() && names[next] == name) {
      ++next;
      return true;
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != name) continue;
      next = i + 1;
      return true;
    }
    append(merged, any ? ",\"" : "\"");
    append(merged, name);
    append(merged, "\":");
    append(merged, value);
    any = true;
    return true;
  });
  merged.push_back('}');
  return merged;
}

/// Of two members with one name, JSON.parse takes the last.
void appendMember(List<char>& out, std::string_view name, const List<char>& value) {
  if (value.empty()) return;
  append(out, ",\"");
  append(out, name);
  append(out, "\":");
  append(out, textOf(value));
}

}  // namespace

/// The values of the key columns as they are written, in `scratch` where there are several; nothing when one is missing
/// or null, which rows may have in common. What follows the record is not looked at.
std::optional<std::string_view> Conflator::keyOf(std::string_view record, std::string& scratch) const {
  std::size_t found = 0;
  values_.clear();
  values_.resize(key_.size());
  forEachMember(record, [&](std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < key_.size(); ++i) {
      if (name != key_[i] || values_[i].data() != nullptr || value == "null") continue;
      values_[i] = value;
      ++found;
    }
    return found < key_.size();
  });
  if (found < key_.size() || key_.empty()) return std::nullopt;
  if (key_.size() == 1) return values_.front();
  scratch.clear();
  for (const auto value : values_) {
    scratch += value;
    scratch += '\n';
  }
  return scratch;
}

void Conflator::push(std::string_view data) {
  const ChangeParts parts = lists_.read(data);
  const auto key = keyOf(parts.type == ChangeType::Delete ? parts.oldRecord : parts.record, keyText_);
  const auto before = parts.type == ChangeType::Update ? keyOf(parts.oldRecord, oldKeyText_) : key;
  if (!parts.type || !key || !before) {
    append(data, parts);
    byKey_.clear();  // it may be of any of these rows
    return;
  }
  const bool moves = *before != *key;
  Row* known = byKey_.find(*before);
  const bool folds = known != nullptr && known->key == *before && !(moves && byKey_.find(*key) != nullptr) &&
                     mayTake(*known, *parts.type, moves);
  if (folds) {
    fold(*known, data, parts);
    if (known->gone) end(*known);
    if (!moves) return;
    byKey_.erase(known->key);
  }
  Row& row = folds ? *known : append(data, parts);
  bytes_ -= bytesOf(row);
  if (moves) {
    moved_ = true;
    row.formerKey = *before;
    byKey_.insert(row.formerKey, row);
  }
  row.key = *key;
  byKey_.insert(row.key, row);
  bytes_ += bytesOf(row);
}

/// A row moves once. With `keepDeletes` somebody may have it under each of its keys.
bool Conflator::mayTake(const Row& row, ChangeType change, bool moves) const {
  const bool hasMoved = !row.formerKey.empty();
  if (keepDeletes_) return !moves && !(hasMoved && change == ChangeType::Delete);
  return !(moves && hasMoved);
}

Conflator::Row& Conflator::append(std::string_view data, const ChangeParts& parts) {
  compact();
  Row& row = *rows_.emplace_back(std::make_unique<Row>());
  row.net = row.written = parts.type;
  appendData(row.data, data, parts.columns);
  bytes_ += bytesOf(row);
  ++live_;
  return row;
}

std::size_t Conflator::bytesOf(const Row& row) {
  constexpr std::size_t kEach = sizeof(Row) + 4 * sizeof(void*);  // with its places in the list and the map
  return kEach + row.key.size() + row.formerKey.size() + row.data.size() + row.record.size() + row.oldRecord.size() +
         row.errors.size();
}

/// The row is nothing any more. If rows have moved, an earlier one may mention its key too; then nothing that follows
/// is folded into what is held, so that the order stays right.
void Conflator::end(Row& row) {
  if (moved_) {
    byKey_.clear();
  } else {
    byKey_.erase(row.key);
  }
  bytes_ -= bytesOf(row);
  --live_;
  for (auto* text : {&row.data, &row.record, &row.oldRecord, &row.errors}) *text = {};
}

/// Rows that are nothing any more go once they are more than the others.
void Conflator::compact() {
  constexpr std::size_t kFew = 64;
  if (rows_.size() < kFew || rows_.size() < 2 * live_) return;
  rows_.removeIf([](const std::unique_ptr<Row>& row) { return row->gone; });
}

void Conflator::fold(Row& row, std::string_view data, const ChangeParts& parts) {
  bytes_ -= bytesOf(row);
  const auto held = *row.net;
  row.net = netEffect(held, *parts.type, keepDeletes_);
  row.gone = !row.net;
  if (held == ChangeType::Insert) {
    row.oldRecord.clear();  // there is none before it
  } else if (row.oldRecord.empty()) {
    row.oldRecord = copyOf(memberOf(textOf(row.data), "old_record"));
  }
  if (*parts.type == ChangeType::Update && held != ChangeType::Delete) {
    mergeRecord(row, data, parts);
  } else {
    row.record.clear();
    row.errors.clear();
  }
  row.written = parts.type;
  row.data.clear();
  appendData(row.data, data, parts.columns);
  bytes_ += bytesOf(row);
}

/// An UPDATE leaves out large columns that it has not changed. One whose values the server could not send (error 413)
/// leaves out what may have changed: those columns stay unknown, and the error stays until they come.
void Conflator::mergeRecord(Row& row, std::string_view data, const ChangeParts& parts) {
  const auto newer = containerIn(parts.record);
  const std::size_t columns = parts.columns ? parts.columns->count : 0;
  if (columns > 0 && countItems(newer) >= columns) {
    row.record.clear();
    row.errors.clear();
    return;
  }
  const auto errors = memberOf(data, "errors");
  if (!errors.empty() && errors != "[]") {
    row.record.clear();
    row.errors.clear();
    return;
  }
  const auto older = row.record.empty() ? memberOf(textOf(row.data), "record") : textOf(row.record);
  auto heldErrors = row.errors.empty() ? copyOf(memberOf(textOf(row.data), "errors")) : std::move(row.errors);
  if (!newer.empty() && !older.empty()) row.record = mergedRecord(older, newer);
  const bool complete = columns > 0 && countItems(textOf(row.record)) >= columns;
  if (complete || textOf(heldErrors) == "[]") heldErrors.clear();
  row.errors = std::move(heldErrors);
}

List<char> Conflator::take() {
  List<char> out;
  out.reserve(bytes_ + live_ * 32 + 2);
  out.push_back('[');
  for (const auto& item : rows_) {
    const Row& row = *item;
    if (row.gone) continue;
    if (out.size() > 1) out.push_back(',');
    switchboard::append(out, R"({"data":)");
    const auto data = textOf(row.data);
    const bool differs = row.net != row.written || !row.record.empty() || !row.oldRecord.empty() || !row.errors.empty();
    if (!differs) {
      switchboard::append(out, data);
    } else {
      switchboard::append(out, data.substr(0, data.rfind('}')));
      if (row.net != row.written) {
        switchboard::append(out, R"(,"type":")");
        switchboard::append(out, toText(*row.net));
        out.push_back('"');
      }
      appendMember(out, "record", row.record);
      appendMember(out, "old_record", row.oldRecord);
      appendMember(out, "errors", row.errors);
      out.push_back('}');
    }
    out.push_back('}');
  }
  out.push_back(']');
  clear();
  return out;
}

void Conflator::clear() {
  byKey_.clear();
  moved_ = false;
  rows_.clear();
  live_ = 0;
  bytes_ = 0;
}

}  // namespace switchboard
