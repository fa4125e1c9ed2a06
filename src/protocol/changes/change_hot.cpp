#include "protocol/changes/change.h"

#include "base/containers/block.h"
#include "json/scanner.h"
#include "json/structure.h"

namespace switchboard {

namespace {

bool readIds(std::string_view text, Vector<BindingId>& ids) {
  ids.clear();
  JsonScanner scanner(text);
  if (!scanner.take('[')) return false;
  if (scanner.take(']')) return true;
  do {
    const auto id = scanner.unsignedInteger();
    if (!id) return false;
    ids.push_back(BindingId{*id});
  } while (scanner.take(','));
  return scanner.take(']');
}

/// The content of the string member `key` of `object`, escapes not resolved.
std::string_view findString(std::string_view object, std::string_view key) {
  std::string_view found;
  forEachMember(object, [&](std::string_view name, std::string_view value) {
    if (!spells(name, key)) return true;
    JsonScanner scanner(value);
    if (const auto raw = scanner.rawString()) found = *raw;
    return false;
  });
  return found;
}

/// The table's name, if it is the first member, lies in the loaded part of the text and has no escapes.
std::optional<std::string_view> tableAtFront(const Change& change) {
  constexpr std::string_view kStart = R"({"table":")";
  auto front = change.text().front();
  if (change.data.start >= front.size()) return std::nullopt;
  front.remove_prefix(change.data.start);
  if (!beginsWith(front, kStart)) return std::nullopt;
  front.remove_prefix(kStart.size());
  const std::size_t end = quoteOrBackslash(front);
  if (end >= front.size() || front[end] != '"') return std::nullopt;
  return front.substr(0, end);
}

}  // namespace

std::optional<std::string_view> scanChange(std::string_view payload, Vector<BindingId>& ids) {
  ids.clear();
  std::string_view data;
  bool hasIds = false;
  const bool isObject = forEachMember(payload, [&](std::string_view key, std::string_view value) {
    if (spells(key, "data")) data = value;
    if (spells(key, "ids")) hasIds = readIds(value, ids);
    return true;
  });
  if (!isObject || !hasIds || data.empty()) return std::nullopt;
  return data;
}

std::optional<std::string_view> scanChange(const Envelope& envelope, Vector<BindingId>& ids) {
  if (!envelope.isChange()) return scanChange(envelope.payload, ids);
  if (!readIds(envelope.ids, ids)) return std::nullopt;
  return envelope.data;
}

std::optional<ChangeType> typeNamed(std::string_view name) {
  if (name == "INSERT") return ChangeType::Insert;
  if (name == "UPDATE") return ChangeType::Update;
  if (name == "DELETE") return ChangeType::Delete;
  return std::nullopt;
}

std::optional<ChangeType> changeType(std::string_view data) {
  return typeNamed(findString(data, "type"));
}

bool isPattern(std::string_view name) {
  return name != "*" && name.find_first_of("_%") != std::string_view::npos;
}

bool isOf(const Change& change, std::string_view schema, std::string_view table) {
  if (table != "*") {
    const auto first = tableAtFront(change);
    if (first && *first != table) return false;
    if (first && schema == "*") return true;
  }
  bool differs = false;
  forEachMember(change.data.read(), [&](std::string_view key, std::string_view value) {
    const bool isSchema = spells(key, "schema");
    if (!isSchema && !spells(key, "table")) return true;
    const auto wanted = isSchema ? schema : table;
    JsonScanner scanner(value);
    const auto name = scanner.rawString();
    differs = wanted != "*" && name && !spells(*name, wanted);
    return !differs;
  });
  return !differs;
}

std::string_view commitTimestamp(std::string_view data) {
  return findString(data, "commit_timestamp");
}

}  // namespace switchboard
