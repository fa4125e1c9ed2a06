#include <string>
#include <vector>

#include "boundary/options_json.h"
#include "boundary/spec_json.h"
#include "examine.h"
#include "protocol/endpoint.h"
#include "protocol/filter.h"
#include "protocol/join.h"
#include "protocol/token.h"
#include "strict_json.h"

namespace switchboard::fuzz {

namespace {

bool isPartOf(std::string_view part, std::string_view text) {
  return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

/// The pieces between line feeds, `count` of them.
std::vector<std::string> fieldsOf(std::string_view text, std::size_t count) {
  std::vector<std::string> fields(count);
  for (auto& field : fields) {
    const auto end = std::min(text.find('\n'), text.size());
    field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

/// As it arrives: what is not UTF-8 is replaced.
std::string arrived(const std::string& text) {
  return parseJson(toText(Json(text)))->get<std::string>();
}

bool sameText(const Json& object, const char* name, const std::string& text) {
  const Json* value = member(object, name);
  if (text.empty()) return value == nullptr || *value == "";
  if (value == nullptr || !value->is_string()) return false;
  const auto expected = arrived(text);
  return expected != text || *value == expected;  // how many letters replace a broken one is open
}

}  // namespace

Complaint examineToken(std::string_view token) {
  const auto claims = readClaims(token);
  const bool hasParts = token.find('.') != token.rfind('.');
  return claims && !hasParts ? Complaint("claims of what is no JWT") : std::nullopt;
}

Complaint examineFilter(std::string_view text) {
  const auto conditions = parseFilter(text);
  if (!conditions) return conditions.error().message.empty() ? Complaint("an error without words") : std::nullopt;
  for (const auto& condition : conditions.value()) {
    for (const auto part : {condition.column, condition.op, condition.value}) {
      if (!isPartOf(part, text)) return "a view out of the text";
    }
  }
  const auto canonical = canonicalFilter(conditions.value());
  const auto again = parseFilter(canonical);
  if (!again) return "the canonical text is refused";
  if (again.value().size() != conditions.value().size()) return "the canonical text has other conditions";
  return canonicalFilter(again.value()) == canonical ? std::nullopt : Complaint("the canonical text has another");
}

Complaint examineJoin(std::string_view text) {
  const auto fields = fieldsOf(text, 6);
  BindingConfig binding{fields[0], fields[1], fields[2], fields[3], {}};
  if (!fields[4].empty()) binding.select = {fields[4], "id"};
  const auto join = readStrictly(joinPayload({binding, binding}, fields[5]));
  const auto push = readStrictly(tokenPayload(fields[5]));
  if (join.verdict != Verdict::Json || push.verdict != Verdict::Json) return "no JSON";
  if (!sameText(join.value, "access_token", fields[5]) || !sameText(push.value, "access_token", fields[5]))
    return "token differs";
  const Json& entries = join.value["config"]["postgres_changes"];
  if (entries.size() != 2 || entries[0] != entries[1]) return "bindings differ";
  const bool same = sameText(entries[0], "event", fields[0]) && sameText(entries[0], "schema", fields[1]) &&
                    sameText(entries[0], "table", fields[2]) && sameText(entries[0], "filter", fields[3]);
  return same ? std::nullopt : Complaint("a binding's text differs");
}

Complaint examineEndpoint(std::string_view text) {
  const auto fields = fieldsOf(text, 4);
  const Endpoint endpoint{fields[0], fields[1], {{fields[2], fields[3]}}, Version::V2};
  const auto url = socketUrl(endpoint);
  if (!url) return url.error().message.empty() ? Complaint("an error without words") : std::nullopt;
  if (!url.value().starts_with("ws://") && !url.value().starts_with("wss://")) return "no socket's url";
  if (url.value().find('#') != std::string::npos) return "a fragment";
  return url.value().ends_with("&vsn=2.0.0") ? std::nullopt : Complaint("vsn is not last");
}

Complaint examineOptions(std::string_view json) {
  const auto options = readOptions(json);
  const auto value = JsonValue::parse(json);
  const auto spec = readSpec(value);
  const auto delivery = readDelivery(value);
  const auto strict = readStrictly(json);
  const bool isObject = strict.verdict == Verdict::Json && strict.value.is_object();
  if (strict.verdict != Verdict::NumberTooLarge && !isObject && (options || spec)) return "what is no object is taken";
  if (isObject && spec && spec.value().table != textMember(strict.value, "table")) return "table differs";
  if (isObject && options && options.value().endpoint.url != textMember(strict.value, "url")) return "url differs";
  if (!delivery && delivery.error().option != "delivery") return "a nameless option";
  return std::nullopt;
}

}  // namespace switchboard::fuzz
