#include "subscription/delivery/conflator.h"

#include <algorithm>
#include <array>
#include <utility>

#include "json/scanner.h"
#include "subscription/delivery/batch_text.h"

namespace switchboard {

namespace {

/// As JSON.
std::string_view nameOf(ChangeType type) {
  constexpr std::array<std::string_view, 3> kNames = {R"("INSERT")", R"("UPDATE")", R"("DELETE")"};
  return kNames[static_cast<std::size_t>(type)];
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

/// Of a member `errors`.
bool isError(std::string_view errors) {
  return !errors.empty() && errors != "[]";
}

std::string_view textOf(const Vector<char>& list) {
  return {list.data(), list.size()};
}

void assign(Vector<char>& list, std::string_view text) {
  list = {};
  append(list, text);
}

/// Of two members with one name, JSON.parse takes the last.
void appendMember(Vector<char>& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append(out, ",\"");
  append(out, name);
  append(out, "\":");
  append(out, value);
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
  row.net = parts.type;
  hold(row, data, parts);
  bytes_ += bytesOf(row);
  ++live_;
  return row;
}

std::size_t Conflator::bytesOf(const Row& row) {
  constexpr std::size_t kEach = sizeof(Row) + 4 * sizeof(void*);  // with its places in the list and the map
  return kEach + row.key.size() + row.formerKey.size() + row.data.capacity() + row.record.size() +
         row.oldRecord.size() + row.errors.size();
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
  row.data = {};
  assign(row.record, {});
  assign(row.oldRecord, {});
  assign(row.errors, {});
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
    assign(row.oldRecord, {});  // there is none before it
  } else if (row.oldRecord.empty()) {
    assign(row.oldRecord, memberOf(textOf(row.data), "old_record"));
  }
  if (*parts.type == ChangeType::Update && held != ChangeType::Delete) {
    mergeRecord(row, data, parts);
  } else {
    assign(row.record, {});
    assign(row.errors, {});
  }
  hold(row, data, parts);
  bytes_ += bytesOf(row);
}

/// In a room that fits, since the room is what counts.
void Conflator::hold(Row& row, std::string_view data, const ChangeParts& parts) {
  if (data.size() > row.data.capacity() || data.size() < row.data.capacity() / 2) row.data = {};
  row.data.clear();
  row.data.reserve(data.size());
  appendData(row.data, data, parts.columns);
  row.written = parts.type;
}

/// An UPDATE leaves out large columns that it has not changed. One whose values the server could not send (error 413)
/// leaves out what may have changed: those columns stay unknown, and the error stays until they come.
void Conflator::mergeRecord(Row& row, std::string_view data, const ChangeParts& parts) {
  values_.clear();  // here the names of its columns
  const char* end = parts.record.data();
  forEachMember(parts.record, [&](std::string_view name, std::string_view value) {
    values_.push_back(name);
    end = value.data() + value.size();
    return true;
  });
  std::size_t count = values_.size();
  const auto isWhole = [&] { return parts.columns && parts.columns->count > 0 && count >= parts.columns->count; };
  if (isWhole() || isError(memberOf(data, "errors"))) {
    assign(row.record, {});
    assign(row.errors, {});
    return;
  }
  Vector<char> merged;
  merged.append(parts.record.data(), end);
  std::size_t next = 0;  // the server writes columns in the same order each time
  const auto held = row.record.empty() ? memberOf(textOf(row.data), "record") : textOf(row.record);
  forEachMember(held, [&](std::string_view name, std::string_view value) {
    if (next < values_.size() && values_[next] == name) {
      ++next;
    } else if (std::find(values_.begin(), values_.end(), name) == values_.end()) {
      ++count;
      appendMember(merged, name, value);
    }
    return true;
  });
  merged.push_back('}');
  row.record = std::move(merged);
  if (row.errors.empty()) assign(row.errors, memberOf(textOf(row.data), "errors"));
  if (isWhole() || !isError(textOf(row.errors))) assign(row.errors, {});
}

Vector<char> Conflator::take() {
  Vector<char> out;
  out.reserve(bytes_ + live_ * 32 + 2);
  out.push_back('[');
  for (const auto& row : rows_) {
    if (row->gone) continue;
    switchboard::append(out, out.size() > 1 ? R"(,{"data":)" : R"({"data":)");
    const auto data = textOf(row->data);
    const auto end = std::min(data.size(), data.rfind('}'));
    switchboard::append(out, data.substr(0, end));
    if (row->net != row->written) appendMember(out, "type", nameOf(*row->net));
    appendMember(out, "record", textOf(row->record));
    appendMember(out, "old_record", textOf(row->oldRecord));
    appendMember(out, "errors", textOf(row->errors));
    switchboard::append(out, data.substr(end));
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
