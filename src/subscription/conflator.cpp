#include "subscription/conflator.h"

#include "protocol/scanner.h"

namespace switchboard {

namespace {

struct Records {
  std::string_view after;   ///< `record`
  std::string_view before;  ///< `old_record`
};

Records findRecords(const Change& change) {
  Records records;
  forEachMember(change.data, [&](std::string_view key, std::string_view value) {
    if (key == "record") records.after = value;
    if (key == "old_record") records.before = value;
    return true;
  });
  return records;
}

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

void append(std::vector<char>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

/// The values of the key columns as they are written; nothing when one is missing.
std::optional<std::string> Conflator::keyOf(std::string_view record) const {
  std::vector<std::string_view> values(key_.size());
  std::size_t found = 0;
  forEachMember(record, [&](std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < key_.size(); ++i) {
      if (name != key_[i] || values[i].data() != nullptr) continue;
      values[i] = value;
      ++found;
    }
    return found < key_.size();
  });
  if (found < key_.size() || key_.empty()) return std::nullopt;
  std::string text;
  for (const auto value : values) {
    text += value;
    text += '\n';
  }
  return text;
}

void Conflator::push(const Change& change) {
  const auto type = changeType(change);
  const Records records = findRecords(change);
  const auto key = keyOf(type == ChangeType::Delete ? records.before : records.after);
  if (!type || !key) {
    append(change, type, std::nullopt);
    return;
  }
  if (type == ChangeType::Update) {
    const auto before = keyOf(records.before);
    if (before && *before != *key) {  // later changes of either key are not to be folded into earlier ones
      byKey_.erase(*before);
      byKey_.erase(*key);
      append(change, type, std::nullopt);
      return;
    }
  }
  const auto known = byKey_.find(*key);
  if (known == byKey_.end()) {
    append(change, type, key);
  } else {
    fold(known->second, change, *type);
    if (rows_[known->second].gone) byKey_.erase(known);
  }
}

void Conflator::append(const Change& change, std::optional<ChangeType> type, std::optional<std::string> key) {
  if (key) byKey_.emplace(std::move(*key), rows_.size());
  rows_.push_back({type, type, std::string(change.data), false});
  bytes_ += change.data.size();
  ++live_;
}

void Conflator::fold(std::size_t index, const Change& change, ChangeType type) {
  Row& row = rows_[index];
  bytes_ -= row.data.size();
  row.net = netEffect(*row.net, type, keepDeletes_);
  if (!row.net) {
    row.gone = true;
    row.data.clear();
    --live_;
    return;
  }
  row.written = type;
  row.data.assign(change.data);
  bytes_ += row.data.size();
}

std::vector<char> Conflator::take() {
  std::vector<char> out;
  out.reserve(bytes_ + live_ * 32 + 2);
  out.push_back('[');
  for (const auto& row : rows_) {
    if (row.gone) continue;
    if (out.size() > 1) out.push_back(',');
    switchboard::append(out, R"({"data":)");
    if (row.net == row.written) {
      switchboard::append(out, row.data);
    } else {  // of two members with one name, JSON.parse takes the last
      switchboard::append(out, std::string_view(row.data).substr(0, row.data.rfind('}')));
      switchboard::append(out, R"(,"type":")");
      switchboard::append(out, toText(*row.net));
      switchboard::append(out, "\"}");
    }
    out.push_back('}');
  }
  out.push_back(']');
  clear();
  return out;
}

void Conflator::clear() {
  rows_.clear();
  byKey_.clear();
  live_ = 0;
  bytes_ = 0;
}

}  // namespace switchboard
