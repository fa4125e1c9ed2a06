#include "protocol/join.h"

#include "json/json_writer.h"

namespace switchboard {

namespace {

void appendMember(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  appendJsonString(out, name);
  out += ':';
  appendJsonString(out, value);
}

/// Written by hand to keep the key order of the reference client.
void appendBinding(std::string& out, const BindingConfig& binding) {
  out += '{';
  appendMember(out, "event", binding.event);
  appendMember(out, "schema", binding.schema);
  if (!binding.table.empty()) appendMember(out, "table", binding.table);
  if (!binding.filter.empty()) appendMember(out, "filter", binding.filter);
  if (!binding.select.empty()) {
    out += R"(,"select":[)";
    for (std::size_t i = 0; i < binding.select.size(); ++i) {
      if (i > 0) out += ',';
      appendJsonString(out, binding.select[i]);
    }
    out += ']';
  }
  out += '}';
}

std::optional<AcceptedBinding> readAccepted(JsonValue entry) {
  const auto id = entry.member("id").unsignedInteger();
  if (!id) return std::nullopt;
  return AcceptedBinding{readBinding(entry), BindingId{*id}};
}

}  // namespace

std::string joinPayload(const Vector<BindingConfig>& bindings, std::string_view accessToken) {
  std::string payload =
      R"({"config":{"broadcast":{"ack":false,"self":false},"presence":{"key":"","enabled":false},"postgres_changes":[)";
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (i > 0) payload += ',';
    appendBinding(payload, bindings[i]);
  }
  payload += R"(],"private":false})";
  if (!accessToken.empty()) appendMember(payload, "access_token", accessToken);
  payload += '}';
  return payload;
}

std::string joinPayload(const UserJoin& join, std::string_view accessToken) {
  JsonWriter json;
  json.beginObject();
  json.beginObject("config");
  json.beginObject("broadcast");
  json.flag("ack", true);
  json.flag("self", false);
  if (join.replaySince) {
    json.beginObject("replay");
    json.number("since", join.replaySince->time_since_epoch().count());
    json.number("limit", join.replayLimit);
    json.endObject();
  }
  json.endObject();
  json.beginObject("presence");
  json.text("key", join.presenceKey);
  json.flag("enabled", join.presenceEnabled);
  json.endObject();
  json.verbatim("postgres_changes", "[]");
  json.flag("private", join.isPrivate);
  json.endObject();
  if (!accessToken.empty()) json.text("access_token", accessToken);
  json.endObject();
  return json.take();
}

std::string tokenPayload(std::string_view accessToken) {
  std::string payload = R"({"access_token":)";
  appendJsonString(payload, accessToken);
  payload += '}';
  return payload;
}

BindingConfig readBinding(JsonValue json) {
  BindingConfig binding;
  binding.event = json.member("event").string();
  binding.schema = json.member("schema").string();
  binding.table = json.member("table").string();
  binding.filter = json.member("filter").string();
  json.member("select").forEachItem([&](JsonValue column) {
    if (column.isString()) binding.select.push_back(column.string());
  });
  return binding;
}

Vector<AcceptedBinding> acceptedBindings(JsonValue response) {
  Vector<AcceptedBinding> accepted;
  response.member("postgres_changes").forEachItem([&](JsonValue entry) {
    if (auto binding = readAccepted(entry)) accepted.push_back(std::move(*binding));
  });
  return accepted;
}

std::string refusalText(JsonValue response) {
  auto reason = response.member("reason").string();
  if (!reason.empty()) return reason;
  return response.isString() ? response.string() : std::string(response.text());
}

std::optional<SystemMessage> readSystemMessage(std::string_view payload) {
  const auto json = JsonValue::parse(payload);
  if (!json.isObject()) return std::nullopt;
  return SystemMessage{json.member("extension").string(), json.member("message").string(),
                       json.member("status").string() == "ok"};
}

std::optional<Reply> readReply(std::string_view payload) {
  const auto json = JsonValue::parse(payload);
  if (!json.isObject()) return std::nullopt;
  return Reply{json.member("status").string() == "ok", json.member("response")};
}

}  // namespace switchboard
