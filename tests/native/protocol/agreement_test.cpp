#include <doctest/doctest.h>

#include "oracle/json.h"
#include "protocol/changes/change.h"
#include "protocol/changes/change_frame.h"
#include "protocol/frames/frame.h"
#include "support/damage.h"
#include "support/transcripts.h"

/// The scanners beside a full parser, on all that the real server has sent and on damaged copies of it: whatever
/// nlohmann accepts as JSON, both must read the same. (The scanners look at no more than they need, so they may accept
/// what nlohmann refuses.)
namespace switchboard {
namespace {

using testing::damaged;
using testing::FakeRandom;
using testing::recordedTexts;
using testing::reshaped;

struct Tally {
  int compared = 0;  ///< frames that nlohmann accepts as such
  int changes = 0;   ///< of these, changes
  int refused = 0;   ///< JSON, but no frame
};

bool isText(const Json& value) {
  return value.is_string();
}
bool isRef(const Json& value) {
  return value.is_string() || value.is_null();
}

/// The five parts, or nothing when the value is no frame.
std::optional<std::array<Json, 5>> partsOf(Version version, const Json& value) {
  if (version == Version::V2) {
    if (!value.is_array() || value.size() != 5) return std::nullopt;
    if (!isRef(value[0]) || !isRef(value[1]) || !isText(value[2]) || !isText(value[3])) return std::nullopt;
    return std::array{value[0], value[1], value[2], value[3], value[4]};
  }
  if (!value.is_object()) return std::nullopt;
  const auto get = [&](const char* key) { return value.contains(key) ? value[key] : Json(); };
  if (!isRef(get("join_ref")) || !isRef(get("ref")) || !isText(get("topic")) || !isText(get("event"))) {
    return std::nullopt;
  }
  if (!value.contains("payload")) return std::nullopt;
  return std::array{get("join_ref"), get("ref"), get("topic"), get("event"), value["payload"]};
}

bool sameRef(std::string_view scanned, const Json& parsed) {
  if (parsed.is_null()) return scanned.data() == nullptr;
  return scanned.data() != nullptr && parsed.get_ref<const std::string&>() == scanned;
}

bool sameChange(std::string_view payload, const Json& parsed) {
  Vector<BindingId> ids;
  const auto change = scanChange(payload, ids);
  bool isChange = parsed.is_object() && parsed.contains("data") && parsed.contains("ids") && parsed["ids"].is_array();
  Vector<BindingId> expected;
  if (isChange) {
    for (const auto& id : parsed["ids"]) {
      isChange = isChange && id.is_number_unsigned() && id.get<std::uint64_t>() <= 0xFFFF'FFFF;
      if (isChange) expected.push_back(BindingId{id.get<std::uint32_t>()});
    }
  }
  if (change.has_value() != isChange) return false;
  return !isChange || (ids == expected && parseJson(*change) == parsed["data"]);
}

/// Whether what was read from the frame's ends, if it could be, is what a look at all of it finds. Otherwise its
/// payload must not be JSON.
bool endsAgree(Version version, const std::string& text) {
  const auto fast = scanChangeFrame(version, text, text);
  if (!fast) return true;
  std::string scratch;
  const auto whole = scanWholeFrame(version, text, scratch);
  if (!whole || whole->payload != fast->payload) return !parseJson(fast->payload);
  if (whole->hasJoinRef() || whole->hasRef() || fast->hasJoinRef() || fast->hasRef()) return false;
  if (whole->topic != fast->topic || whole->event != fast->event || whole->payload != fast->payload) return false;
  Vector<BindingId> ids;
  Vector<BindingId> wholeIds;
  const auto change = scanChange(*fast, ids);
  const auto wholeChange = scanChange(*whole, wholeIds);
  if (change.has_value() != wholeChange.has_value()) return false;
  if (!change) return true;
  if (ids != wholeIds) return false;
  const auto payload = parseJson(whole->payload);
  const auto data = parseJson(R"({"data":)" + std::string(*change) + "}");
  return payload.has_value() == data.has_value() && (!payload || (*payload)["data"] == (*data)["data"]);
}

/// Whether scanner and parser agree on this text.
bool agrees(Version version, const std::string& text, Tally& tally) {
  std::string scratch;
  if (!endsAgree(version, text)) return false;
  const auto scanned = scanWholeFrame(version, text, scratch);
  const auto parsed = parseJson(text);
  if (!parsed) return true;
  const auto parts = partsOf(version, *parsed);
  if (!parts) {
    ++tally.refused;
    return !scanned;
  }
  if (!scanned) return false;
  ++tally.compared;
  const auto& [joinRef, ref, topic, event, payload] = *parts;
  if (!sameRef(scanned->joinRef, joinRef) || !sameRef(scanned->ref, ref)) return false;
  if (scanned->topic != topic.get_ref<const std::string&>()) return false;
  if (scanned->event != event.get_ref<const std::string&>()) return false;
  if (parseJson(scanned->payload) != payload) return false;
  if (event != "postgres_changes") return true;
  ++tally.changes;
  return sameChange(scanned->payload, payload);
}

TEST_CASE("scanner and parser read every recorded frame of the server alike") {
  for (const Version version : {Version::V1, Version::V2}) {
    Tally tally;
    for (const auto text : recordedTexts(version, "in")) {
      const std::string copy(text);
      CAPTURE(copy);
      CHECK(agrees(version, copy, tally));
    }
    CHECK(tally.compared > 1'350);
    CHECK(tally.changes > 540);
  }
}

TEST_CASE("every change that was recorded can be read from its ends") {
  for (const Version version : {Version::V1, Version::V2}) {
    int changes = 0;
    for (const auto text : recordedTexts(version, "in")) {
      std::string scratch;
      const auto whole = scanWholeFrame(version, text, scratch);
      const bool isChange = whole && whole->event == "postgres_changes";
      CAPTURE(text);
      CHECK(scanChangeFrame(version, text, text).has_value() == isChange);
      if (isChange) ++changes;
    }
    CHECK(changes > 540);
  }
}

TEST_CASE("scanner and parser read damaged and rewritten frames alike") {
  FakeRandom random;
  for (const Version version : {Version::V1, Version::V2}) {
    Tally tally;
    int rows = 0;
    for (const auto text : recordedTexts(version, "in")) {
      const bool hasRow = text.find("commit_timestamp") != std::string_view::npos;
      if (hasRow && ++rows % 6 != 0) continue;  // there are hundreds, all alike
      const std::string original(text);
      for (const std::string& copy : {damaged(original, random), damaged(original, random), reshaped(original, random),
                                      damaged(reshaped(original, random), random)}) {
        CAPTURE(copy);
        CHECK(agrees(version, copy, tally));
      }
    }
    CHECK(tally.compared > 1'500);
    CHECK(tally.changes > 150);
    CHECK(tally.refused > 20);
  }
}

}  // namespace
}  // namespace switchboard
