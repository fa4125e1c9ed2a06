#include <algorithm>
#include <string>

#include "examine.h"
#include "protocol/classify.h"
#include "protocol/join.h"
#include "protocol/token.h"
#include "strict_json.h"

namespace switchboard::fuzz {

namespace {

/// An object that the reader has to take; null for all else.
const Json* takenObject(const Strict& strict) {
  const bool taken = strict.verdict == Verdict::Json && strict.depth <= JsonValue::kMaxDepth;
  return taken && strict.value.is_object() ? &strict.value : nullptr;
}

bool sameBinding(const BindingConfig& binding, const Json& entry) {
  if (binding.event != textMember(entry, "event") || binding.schema != textMember(entry, "schema")) return false;
  if (binding.table != textMember(entry, "table") || binding.filter != textMember(entry, "filter")) return false;
  Vector<std::string> select;
  if (const Json* columns = member(entry, "select"); columns != nullptr && columns->is_array()) {
    for (const auto& column : *columns) {
      if (column.is_string()) select.push_back(column.get<std::string>());
    }
  }
  return binding.select == select;
}

bool sameAccepted(const Vector<AcceptedBinding>& accepted, const Json& response) {
  const Json* entries = member(response, "postgres_changes");
  std::size_t at = 0;
  if (entries != nullptr && entries->is_array()) {
    for (const auto& entry : *entries) {
      const Json* id = member(entry, "id");
      if (id == nullptr || !id->is_number_unsigned() || id->get<std::uint64_t>() > 0xFFFF'FFFF) continue;
      if (at == accepted.size() || accepted[at].id.value != id->get<std::uint32_t>()) return false;
      if (!sameBinding(accepted[at].config, entry)) return false;
      ++at;
    }
  }
  return at == accepted.size();
}

std::string base64Url(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kDigits[(bits >> (count - 6)) & 63];
  }
  if (count > 0) text += kDigits[(bits << (6 - count)) & 63];
  return text;
}

bool hasName(const Cause& cause) {
  return !toString(cause.code).empty();
}

}  // namespace

Complaint examineReply(std::string_view payload) {
  const auto reply = readReply(payload);
  const auto strict = readStrictly(payload);
  if (strict.verdict == Verdict::NumberTooLarge) return std::nullopt;
  const Json* object = takenObject(strict);
  if (reply.has_value() != (object != nullptr)) return "a reply to one only";
  if (!reply) return std::nullopt;
  if (reply->ok != (textMember(*object, "status") == "ok")) return "status differs";
  const Json* response = member(*object, "response");
  if ((response != nullptr) != static_cast<bool>(reply->response)) return "response differs";
  const auto refusal = refusalText(reply->response);
  if (response == nullptr) return std::nullopt;
  if (parseJson(reply->response.text()) != *response) return "response differs";
  const auto reason = textMember(*response, "reason");
  if (!reason.empty() && refusal != reason) return "reason differs";
  if (response->is_string() && refusal != response->get_ref<const std::string&>()) return "the bare reason differs";
  return sameAccepted(acceptedBindings(reply->response), *response) ? std::nullopt : Complaint("bindings differ");
}

Complaint examineSystem(std::string_view payload) {
  const auto message = readSystemMessage(payload);
  const auto strict = readStrictly(payload);
  if (strict.verdict == Verdict::NumberTooLarge) return std::nullopt;
  const Json* object = takenObject(strict);
  if (message.has_value() != (object != nullptr)) return "a message to one only";
  if (!message) return std::nullopt;
  if (message->extension != textMember(*object, "extension")) return "extension differs";
  if (message->message != textMember(*object, "message")) return "message differs";
  if (message->ok != (textMember(*object, "status") == "ok")) return "status differs";
  return std::nullopt;
}

/// Whole, or for a role that the database does not know, what the server quotes of the database.
bool keepsWords(const Cause& cause, std::string_view words) {
  if (cause.code != ReasonCode::RoleInvalid) return cause.message == words;
  const auto quote = cause.message.find(": ");
  return quote != std::string::npos && words.ends_with(std::string_view(cause.message).substr(quote + 2));
}

Complaint examineWords(std::string_view words) {
  const int code = words.empty() ? 0 : 1'000 + static_cast<unsigned char>(words.front()) % 20;
  for (const unsigned known : {0u, 1u, 2u, 3u}) {
    const auto close = classifyClose(code, words, (known & 1) != 0, (known & 2) != 0);
    if (!hasName(close) || close.message.find(words) == std::string::npos) return "a close loses its words";
  }
  for (const auto& cause : {classifyJoinError(words), classifyShutdown(words), classifyBindingError(words)}) {
    if (!hasName(cause) || !keepsWords(cause, words)) return "an error loses its words";
  }
  return std::nullopt;
}

Complaint examineClaims(std::string_view claims) {
  constexpr std::int64_t kLatestMs = 8'640'000'000'000'000;
  const auto read = readClaims("e30." + base64Url(claims) + ".c2ln");
  const auto strict = readStrictly(claims);
  if (strict.verdict == Verdict::NumberTooLarge) return std::nullopt;
  const Json* object = takenObject(strict);
  if (read.has_value() != (object != nullptr)) return "claims to one only";
  if (!read) return std::nullopt;
  if (read->role != textMember(*object, "role")) return "role differs";
  const Json* exp = member(*object, "exp");
  const bool isNumber = exp != nullptr && exp->is_number();
  if (read->expiresAt.has_value() != isNumber) return "exp to one only";
  if (!isNumber) return std::nullopt;
  const double expected = std::clamp(exp->get<double>() * 1e3, -double{kLatestMs}, double{kLatestMs});
  const auto ms = static_cast<double>(read->expiresAt->time_since_epoch().count());
  return std::abs(ms - expected) <= 2 ? std::nullopt : Complaint("exp differs");
}

}  // namespace switchboard::fuzz
