#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// The tests' JSON: nlohmann's parser and writer, as an oracle for the core's own and for what the tests'
/// servers say and hear.
namespace switchboard {

using Json = nlohmann::json;

/// Nothing when `text` is not JSON.
inline std::optional<Json> parseJson(std::string_view text) {
  Json value = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

/// Invalid UTF-8 is replaced, never refused.
inline std::string toText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The member `key`, or null when `object` is no object or has no such member.
inline const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

/// The member's text; empty when it is absent or no string. Valid as long as `object`.
inline std::string_view textMember(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_ref<const std::string&>();
}

}  // namespace switchboard
