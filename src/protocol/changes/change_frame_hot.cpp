#include "protocol/changes/change_frame.h"

#include "base/containers/block.h"
#include "json/structure.h"
#include "protocol/frames/names.h"

namespace switchboard {

namespace {

/// The text that the server writes around topic, data and ids.
struct Form {
  std::string_view beforeTopic;
  std::string_view beforeData;
  std::string_view end;      ///< after the ids
  std::size_t afterPayload;  ///< how many characters of `end` follow the payload
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

std::optional<Envelope> scanChangeFrame(Version version, std::string_view front, std::string_view back) {
  const Form form = formOf(version);
  if (!take(front, form.beforeTopic)) return std::nullopt;
  const auto topic = front.substr(0, quoteOrBackslash(front));
  front.remove_prefix(topic.size());
  if (!take(front, form.beforeData) || front.empty() || front.front() != '{') return std::nullopt;
  const char* data = front.data();
  const char* payload = data - kData.size();

  const char* end = back.data() + back.size() - form.afterPayload;
  if (!takeEnd(back, form.end)) return std::nullopt;
  const char* idsEnd = back.data() + back.size();
  while (!back.empty() && isIdCharacter(back.back())) back.remove_suffix(1);
  const char* ids = back.data() + back.size();
  if (!takeEnd(back, "[") || !takeEnd(back, kBeforeIds) || back.empty() || back.back() != '}') return std::nullopt;
  const char* dataEnd = back.data() + back.size();
  if (dataEnd - data < 2) return std::nullopt;

  Envelope envelope{{}, {}, topic, names::kPostgresChanges, {}, {}, {}};
  envelope.payload = {payload, static_cast<std::size_t>(end - payload)};
  envelope.data = {data, static_cast<std::size_t>(dataEnd - data)};
  envelope.ids = {ids - 1, static_cast<std::size_t>(idsEnd - ids) + 2};
  return envelope;
}

}  // namespace switchboard
