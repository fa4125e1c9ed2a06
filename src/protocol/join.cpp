#include "protocol/join.h"

#include "json/json_writer.h"

namespace switchboard {

namespace {

/// In the order of the reference client.
void writeBinding(JsonWriter& json, const BindingConfig& binding) {
  json.beginObject();
  json.text("event", binding.event);
  json.text("schema", binding.schema);
  if (!binding.table.empty()) json.text("table", binding.table);
  if (!binding.filter.empty()) json.text("filter", binding.filter);
  if (!binding.select.empty()) {
    json.beginArray("select");
    for (const auto& column : binding.select) json.text(nullptr, column);
    json.endArray();
  }
  json.endObject();
}

/// In the order of the reference client, too.
std::string writeJoin(bool ack, const UserJoin& join, const Vector<BindingConfig>& bindings,
                      std::string_view accessToken) {
  JsonWriter json;
  json.beginObject();
  json.beginObject("config");
  json.beginObject("broadcast");
  json.flag("ack", ack);
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
  json.beginArray("postgres_changes");
  for (const auto& binding : bindings) writeBinding(json, binding);
  json.endArray();
  json.flag("private", join.isPrivate);
  json.endObject();
  if (!accessToken.empty()) json.text("access_token", accessToken);
  json.endObject();
  return json.take();
}

std::optional<AcceptedBinding> readAccepted(JsonValue entry) {
  const auto id = entry.member("id").unsignedInteger();
  if (!id) return std::nullopt;
  return AcceptedBinding{readBinding(entry), BindingId{*id}};
}

}  // namespace

std::string joinPayload(const Vector<BindingConfig>& bindings, std::string_view accessToken) {
  return writeJoin(false, {}, bindings, accessToken);
}

std::string joinPayload(const UserJoin& join, std::string_view accessToken) {
  return writeJoin(true, join, {}, accessToken);
}

std::string tokenPayload(std::string_view accessToken) {
  std::string payload = R"({"access_token":)";
  appendJsonString(payload, accessToken);
  payload += '}';
  return payload;
}

BindingConfig readBinding(JsonValue json) {
  BindingConfig binding{json.string("event"), json.string("schema"), json.string("table"), json.string("filter"), {}};
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
  auto reason = response.string("reason");
  if (!reason.empty()) return reason;
  return response.isString() ? response.string() : std::string(response.text());
}

std::optional<SystemMessage> readSystemMessage(std::string_view payload) {
  const auto json = JsonValue::parse(payload);
  if (!json.isObject()) return std::nullopt;
  return SystemMessage{json.string("extension"), json.string("message"), json.string("status") == "ok"};
}

std::optional<Reply> readReply(std::string_view payload) {
  const auto json = JsonValue::parse(payload);
  if (!json.isObject()) return std::nullopt;
  return Reply{json.string("status") == "ok", json.member("response")};
}

}  // namespace switchboard
