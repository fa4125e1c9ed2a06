#include "protocol/change_frame.h"

#include "base/block.h"
#include "protocol/names.h"
#include "protocol/structure.h"

namespace switchboard {

namespace {

/// What the server writes around topic, data and ids.
struct Form {
  std::string_view beforeTopic;
  std::string_view beforeData;
  std::string_view end;      ///< behind the ids
  std::size_t afterPayload;  ///< of the end, what is no longer payload
};

constexpr std::string_view kData = R"({"data":)";
constexpr std::string_view kBeforeIds = R"(,"ids":)";

constexpr Form formOf(Version version) {
  if (version == Version::V2) return {R"([null,null,")", R"(","postgres_changes",{"data":)", "]}]", 1};
  return {R"({"ref":null,"event":"postgres_changes","topic":")", R"(","payload":{"data":)", "]}}", 1};
}

bool take(std::string_view& rest, std::string_view start) {
  if (!beginsWith(rest, start)) return false;
  rest.remove_prefix(start.size());
  return true;
}

bool takeEnd(std::string_view& rest, std::string_view end) {
  if (!endsWith(rest, end)) return false;
  rest.remove_suffix(end.size());
  return true;
}

bool isIdCharacter(char c) {
  return c == ',' || (c >= '0' && c <= '9');
}

}  // namespace

std::optional<Envelope> scanChangeFrame(Version version, std::string_view text) {
  const Form form = formOf(version);
  std::string_view rest = text;
  if (!take(rest, form.beforeTopic)) return std::nullopt;
  const auto topic = rest.substr(0, quoteOrBackslash(rest));
  rest.remove_prefix(topic.size());
  if (!take(rest, form.beforeData)) return std::nullopt;
  const char* payload = rest.data() - kData.size();

  if (!takeEnd(rest, form.end)) return std::nullopt;
  const char* idsEnd = rest.data() + rest.size();
  while (!rest.empty() && isIdCharacter(rest.back())) rest.remove_suffix(1);
  const char* idsStart = rest.data() + rest.size();
  if (!takeEnd(rest, "[") || !takeEnd(rest, kBeforeIds)) return std::nullopt;
  if (rest.size() < 2 || rest.front() != '{' || rest.back() != '}') return std::nullopt;

  Envelope envelope{{}, {}, topic, names::kPostgresChanges, {}, rest, {}};
  const char* end = text.data() + text.size() - form.afterPayload;
  envelope.payload = {payload, static_cast<std::size_t>(end - payload)};
  envelope.ids = {idsStart - 1, static_cast<std::size_t>(idsEnd - idsStart) + 2};
  return envelope;
}

}  // namespace switchboard
