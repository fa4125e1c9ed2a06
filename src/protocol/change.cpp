#include "protocol/change.h"

#include "protocol/scanner.h"

namespace switchboard {

namespace {

bool readIds(std::string_view text, List<BindingId>& ids) {
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

/// The inside of the string member `key` of `object`; escapes are left alone.
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

}  // namespace

std::optional<std::string_view> scanChange(std::string_view payload, List<BindingId>& ids) {
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

std::optional<std::string_view> scanChange(const Envelope& envelope, List<BindingId>& ids) {
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

std::string_view commitTimestamp(std::string_view data) {
  return findString(data, "commit_timestamp");
}

}  // namespace switchboard
