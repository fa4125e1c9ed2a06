#include "protocol/join.h"

namespace switchboard {

namespace {

/// Text from the application; what is not UTF-8 is replaced.
void appendText(std::string& out, std::string_view text) {
  out += toText(Json(text));
}

void appendMember(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  appendJsonString(out, name);
  out += ':';
  appendText(out, value);
}

/// Written by hand, because the order of the keys is to be the reference client's.
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
      appendText(out, binding.select[i]);
    }
    out += ']';
  }
  out += '}';
}

std::optional<AcceptedBinding> readAccepted(const Json& entry) {
  const Json* id = member(entry, "id");
  constexpr std::uint64_t kLargest = 0xFFFF'FFFF;
  if (id == nullptr || !id->is_number_unsigned() || id->get<std::uint64_t>() > kLargest) return std::nullopt;
  AcceptedBinding accepted;
  accepted.id = BindingId{id->get<std::uint32_t>()};
  accepted.config.event = textMember(entry, "event");
  accepted.config.schema = textMember(entry, "schema");
  accepted.config.table = textMember(entry, "table");
  accepted.config.filter = textMember(entry, "filter");
  if (const Json* select = member(entry, "select"); select != nullptr && select->is_array()) {
    for (const auto& column : *select) {
      if (column.is_string()) accepted.config.select.push_back(column.get_ref<const std::string&>());
    }
  }
  return accepted;
}

}  // namespace

std::string joinPayload(const std::vector<BindingConfig>& bindings, std::string_view accessToken) {
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

std::string tokenPayload(std::string_view accessToken) {
  std::string payload = R"({"access_token":)";
  appendJsonString(payload, accessToken);
  payload += '}';
  return payload;
}

std::vector<AcceptedBinding> acceptedBindings(const Json& response) {
  std::vector<AcceptedBinding> accepted;
  const Json* entries = member(response, "postgres_changes");
  if (entries == nullptr || !entries->is_array()) return accepted;
  for (const auto& entry : *entries) {
    if (auto binding = readAccepted(entry)) accepted.push_back(std::move(*binding));
  }
  return accepted;
}

std::string refusalText(const Json& response) {
  const auto reason = textMember(response, "reason");
  if (!reason.empty()) return std::string(reason);
  if (response.is_string()) return response.get<std::string>();
  return toText(response);
}

std::optional<SystemMessage> readSystemMessage(std::string_view payload) {
  const auto json = parseJson(payload);
  if (!json || !json->is_object()) return std::nullopt;
  return SystemMessage{std::string(textMember(*json, "extension")), std::string(textMember(*json, "message")),
                       textMember(*json, "status") == "ok"};
}

std::optional<Reply> readReply(std::string_view payload) {
  auto json = parseJson(payload);
  if (!json || !json->is_object()) return std::nullopt;
  const Json* response = member(*json, "response");
  return Reply{textMember(*json, "status") == "ok", response == nullptr ? Json::object() : *response};
}

}  // namespace switchboard
