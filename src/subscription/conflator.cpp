#include "subscription/conflator.h"

#include "protocol/scanner.h"
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

}  // namespace

/// The values of the key columns as they are written, in `scratch` where there are several; nothing when one is
/// missing. What follows the record is not looked at.
std::optional<std::string_view> Conflator::keyOf(std::string_view record, std::string& scratch) const {
  std::size_t found = 0;
  values_.clear();
  values_.resize(key_.size());
  forEachMember(record, [&](std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < key_.size(); ++i) {
      if (name != key_[i] || values_[i].data() != nullptr) continue;
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
  const auto type = parts.type;
  const auto key = keyOf(type == ChangeType::Delete ? parts.oldRecord : parts.record, keyText_);
  if (!type || !key) {
    append(data, parts, std::nullopt);
    return;
  }
  if (type == ChangeType::Update) {
    const auto before = keyOf(parts.oldRecord, oldKeyText_);
    if (before && *before != *key) {  // later changes of either key are not to be folded into earlier ones
      byKey_.erase(*before);
      byKey_.erase(*key);
      append(data, parts, std::nullopt);
      return;
    }
  }
  Row* known = byKey_.find(*key);
  if (known == nullptr) {
    append(data, parts, key);
  } else {
    fold(*known, data, parts);
    if (known->gone) byKey_.erase(*key);
  }
}

void Conflator::append(std::string_view data, const ChangeParts& parts, std::optional<std::string_view> key) {
  Row& row = *rows_.emplace_back(std::make_unique<Row>());
  if (key) {
    row.key = *key;
    byKey_.insert(row.key, row);
  }
  row.net = row.written = parts.type;
  appendData(row.data, data, parts.columns);
  bytes_ += row.data.size();
  ++live_;
}

void Conflator::fold(Row& row, std::string_view data, const ChangeParts& parts) {
  bytes_ -= row.data.size();
  row.net = netEffect(*row.net, *parts.type, keepDeletes_);
  row.data.clear();
  if (!row.net) {
    row.gone = true;
    row.data = List<char>();
    --live_;
    return;
  }
  row.written = parts.type;
  appendData(row.data, data, parts.columns);
  bytes_ += row.data.size();
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
    if (row.net == row.written) {
      switchboard::append(out, {row.data.data(), row.data.size()});
    } else {  // of two members with one name, JSON.parse takes the last
      const std::string_view data(row.data.data(), row.data.size());
      switchboard::append(out, data.substr(0, data.rfind('}')));
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
  byKey_.clear();
  rows_.clear();
  live_ = 0;
  bytes_ = 0;
}

}  // namespace switchboard
