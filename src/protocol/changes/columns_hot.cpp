#include "protocol/changes/columns.h"

#include "base/containers/block.h"
#include "json/scanner.h"

namespace switchboard {

namespace {

constexpr std::size_t kMaxLists = 64;
constexpr std::size_t kMaxBytes = 256 * 1024;

std::size_t countItems(std::string_view list) {
  std::size_t items = 0;
  JsonScanner scanner(list);
  for (scanner.advance(1); scanner.skipValue(); ++items) scanner.take(',');
  return items;
}

}  // namespace

/// `rest` begins with a list. Sets `length` to the list's length.
std::optional<std::uint32_t> ColumnLists::numberOf(std::string_view rest, std::size_t& length) {
  const auto isIt = [&](std::uint32_t number) { return beginsWith(rest, lists_[number]); };
  std::uint32_t number = last_;
  if (number >= lists_.size() || !isIt(number)) {
    for (number = 0; number < lists_.size() && !isIt(number);) ++number;
  }
  if (number < lists_.size()) {
    length = lists_[number].size();
    last_ = number;
    return number;
  }
  JsonScanner scanner(rest);
  const auto list = scanner.rawValue();
  if (!list) return std::nullopt;
  length = list->size();
  return add(*list);
}

std::optional<std::uint32_t> ColumnLists::add(std::string_view list) {
  if (list.front() != '[' || lists_.size() == kMaxLists || bytes_ + list.size() > kMaxBytes) return std::nullopt;
  lists_.reserve(kMaxLists);  // so that views already returned stay valid
  lists_.emplace_back(list);
  counts_.push_back(countItems(list));
  bytes_ += list.size();
  last_ = static_cast<std::uint32_t>(lists_.size() - 1);
  return last_;
}

std::optional<ColumnsCut> ColumnLists::find(std::string_view data) {
  return walk<false>(data).columns;
}

ChangeParts ColumnLists::read(std::string_view data) {
  return walk<true>(data);
}

template <bool kAll>
ChangeParts ColumnLists::walk(std::string_view data) {
  ChangeParts parts;
  JsonScanner scanner(data);
  if (!scanner.take('{')) return parts;
  const char* comma = nullptr;
  do {
    const auto key = scanner.rawString();
    if (!key || !scanner.take(':')) return parts;
    scanner.peek();
    const auto rest = scanner.rest();
    if (*key == "columns") {
      std::size_t length = 0;
      const auto number = numberOf(rest, length);
      if (length == 0) return parts;
      if (number && comma != nullptr) {
        const char* end = rest.data() + length;
        parts.columns = ColumnsCut{{comma, static_cast<std::size_t>(end - comma)}, *number, counts_[*number]};
      }
      if (!kAll) return parts;
      scanner.advance(length);
    } else if (kAll && *key == "type") {
      const auto raw = scanner.rawValue();
      if (!raw) return parts;
      if (raw->front() == '"') parts.type = typeNamed(raw->substr(1, raw->size() - 2));
    } else {
      if (kAll && *key == "record") parts.record = rest;
      if (kAll && *key == "old_record") {
        parts.oldRecord = rest;
        const bool hasRow = !parts.record.empty() || parts.type == ChangeType::Delete;
        if (hasRow && parts.type && parts.columns) return parts;  // nothing is missing
      }
      if (!scanner.skipValue()) return parts;
    }
    scanner.peek();
    comma = scanner.rest().data();
  } while (scanner.take(','));
  return parts;
}

Vector<std::string_view> ColumnLists::takeNew() {
  Vector<std::string_view> fresh;
  for (; taken_ < lists_.size(); ++taken_) fresh.emplace_back(lists_[taken_]);
  return fresh;
}

}  // namespace switchboard
