#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "examine.h"
#include "json/scanner.h"
#include "protocol/changes/change.h"
#include "protocol/changes/change_frame.h"
#include "protocol/frames/frame.h"
#include "strict_json.h"
#include "subscription/delivery/conflator.h"
#include "support/fake_text.h"

namespace switchboard::fuzz {

namespace {

using testing::FakeText;

bool isRef(const Json& value) {
  return value.is_string() || value.is_null();
}

/// join_ref, ref, topic, event, payload; nothing when the value is no frame.
std::optional<std::array<Json, 5>> partsOf(Version version, const Json& value) {
  std::array<Json, 5> parts;
  if (version == Version::V2) {
    if (!value.is_array() || value.size() != parts.size()) return std::nullopt;
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = value[i];
  } else {
    if (!value.is_object() || !value.contains("payload")) return std::nullopt;
    constexpr std::array kNames = {"join_ref", "ref", "topic", "event", "payload"};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (const Json* part = member(value, kNames[i])) parts[i] = *part;
    }
  }
  if (!isRef(parts[0]) || !isRef(parts[1]) || !parts[2].is_string() || !parts[3].is_string()) return std::nullopt;
  return parts;
}

bool sameText(std::string_view scanned, const Json& parsed) {
  if (parsed.is_null()) return scanned.data() == nullptr;
  return scanned.data() != nullptr && parsed.get_ref<const std::string&>() == scanned;
}

/// What "checked as far as its end has to be found" comes to.
bool isDelimited(std::string_view value) {
  std::size_t depth = 0;
  bool inString = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && (inString || depth > 0)) {
      // Outside of a string it makes no sense, but keeps a quote from opening one all the same.
      const char next = i + 1 < value.size() ? value[i + 1] : '\0';
      if (inString || next == '"' || next == '\\') ++i;
    } else if (inString) {
      if (c == '"') inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (depth-- == 0) return false;
    } else if (depth == 0 && (c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
      return false;
    }
  }
  return depth == 0 && !inString && !value.empty();
}

/// The frame with `null` for whatever the scanner is free to leave unread.
std::string withoutUnread(Version version, std::string_view text, std::string_view payload) {
  std::vector<std::string_view> unread = {payload};
  if (version == Version::V1) {
    constexpr std::array kRead = {"join_ref", "ref", "topic", "event"};
    std::array<std::string_view, kRead.size()> last{};  // of members with one name only the last is read
    unread.clear();
    forEachMember(text, [&](std::string_view name, std::string_view value) {
      for (std::size_t i = 0; i < kRead.size(); ++i) {
        if (spells(name, kRead[i])) std::swap(value, last[i]);
      }
      if (value.data() != nullptr) unread.push_back(value);
      return true;
    });
    std::sort(unread.begin(), unread.end(), [](auto a, auto b) { return a.data() < b.data(); });
  }
  std::string rest(text);
  for (auto it = unread.rbegin(); it != unread.rend(); ++it)
    rest.replace(static_cast<std::size_t>(it->data() - text.data()), it->size(), "null");
  return rest;
}

/// The strings' letters are taken as they come: control characters, what is no UTF-8 and half surrogate pairs too. Here
/// they become harmless.
std::string withPlainLetters(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' || c == '\r' || c == '\t') {
      text[i] = ' ';
    } else if (c < 0x20 || c >= 0x80) {
      text[i] = '?';
    } else if (c == '\\' && ++i + 2 < text.size() && text[i] == 'u' && (text[i + 1] == 'd' || text[i + 1] == 'D')) {
      text[i + 1] = '0';
    }
  }
  return text;
}

/// Malformed escapes in names that nobody asks for go unread as well.
std::string withPlainNames(std::string_view text, std::string rest) {
  std::vector<std::string_view> names;
  forEachMember(text, [&](std::string_view name, std::string_view) {
    if (name.find('\\') != std::string_view::npos && !unescape(name)) names.push_back(name);
    return true;
  });
  for (const auto name : names) {
    const std::string quoted = '"' + std::string(name) + '"';  // by itself it may be the beginning of another
    if (const auto at = rest.find(quoted); at != std::string::npos) rest.replace(at, quoted.size(), R"("x")");
  }
  return rest;
}

/// What is read from a frame's ends is what a look at all of it finds, or its payload is not JSON.
Complaint examineEnds(Version version, std::string_view text) {
  const auto ends = scanChangeFrame(version, text, text);
  if (!ends || readStrictly(ends->payload).verdict != Verdict::Json) return std::nullopt;
  std::string scratch;
  const auto whole = scanWholeFrame(version, text, scratch);
  if (!whole || whole->payload != ends->payload) return "the ends are of another frame";
  if (whole->topic != ends->topic || whole->event != ends->event) return "the ends have another topic or event";
  if (whole->hasRef() || whole->hasJoinRef()) return "the ends have no refs";
  Vector<BindingId> ids;
  Vector<BindingId> wholeIds;
  const auto change = scanChange(*ends, ids);
  const auto wholeChange = scanChange(*whole, wholeIds);
  if (change.has_value() != wholeChange.has_value()) return "the ends alone make a change, or none";
  if (!change) return std::nullopt;
  if (ids != wholeIds) return "the ends have other ids";
  const auto data = parseJson(R"({"data":)" + std::string(*change) + "}");
  if (!data || (*data)["data"] != parseJson(*wholeChange)) return "the ends have other data";
  return std::nullopt;
}

/// A text of which only the ends are there at first is read as one that is all there.
Complaint examineScant(Version version, std::string_view text) {
  std::string scratch;
  const FakeText all(text, text.size());
  const auto expected = scanEnvelope(version, all, scratch);
  for (const std::size_t ends : {16, 64, 96}) {
    std::string scantScratch;
    const FakeText scant(text, ends);
    const auto found = scanEnvelope(version, scant, scantScratch);
    if (found.has_value() != expected.has_value()) return "with its ends only it is a frame, or none";
    if (!found) continue;
    if (found->topic != expected->topic || found->event != expected->event)
      return "its ends tell another topic or event";
    Vector<BindingId> ids;
    Vector<BindingId> expectedIds;
    const auto data = scanChange(*found, ids);
    const auto expectedData = scanChange(*expected, expectedIds);
    if (data.has_value() != expectedData.has_value() || ids != expectedIds) return "its ends tell other ids";
    if (!data) continue;
    const auto payload = scant.span(found->payload);
    const auto span = scant.span(*data);
    if (payload.read() != expected->payload || span.read() != *expectedData) return "its ends tell another place";
    std::unique_ptr<RetainedText> kept;
    if (!scant.retain(kept)) return "its text is not kept";
    const std::string copy = kept->text();
    const std::string_view again(copy.data() + span.start, copy.size() - span.start - span.trailing);
    if (again != *expectedData) return "what is kept of it is another change";
  }
  return std::nullopt;
}

Complaint examineFrame(Version version, std::string_view text) {
  if (auto complaint = examineEnds(version, text)) return complaint;
  if (auto complaint = examineScant(version, text)) return complaint;
  std::string scratch;
  const auto scanned = scanWholeFrame(version, text, scratch);
  const auto strict = readStrictly(text);
  if (strict.verdict == Verdict::Json) {
    const auto parts = partsOf(version, strict.value);
    if (scanned.has_value() != parts.has_value()) return parts ? "a frame is refused" : "what is no frame is accepted";
    if (!scanned) return std::nullopt;
    if (!sameText(scanned->joinRef, (*parts)[0])) return "join_ref differs";
    if (!sameText(scanned->ref, (*parts)[1])) return "ref differs";
    if (!sameText(scanned->topic, (*parts)[2])) return "topic differs";
    if (!sameText(scanned->event, (*parts)[3])) return "event differs";
    if (parseJson(scanned->payload) != (*parts)[4]) return "payload differs";
    return scanned->event == "postgres_changes" ? examineChange(scanned->payload) : std::nullopt;
  }
  if (!scanned) return std::nullopt;
  if (scanned->topic.data() == nullptr || scanned->event.data() == nullptr) return "no topic or no event";
  if (!isDelimited(scanned->payload)) return "the payload is no value";
  std::string rest = withoutUnread(version, text, scanned->payload);
  if (version == Version::V1) rest = withPlainNames(text, std::move(rest));
  const auto read = readStrictly(withPlainLetters(std::move(rest)));
  if (read.verdict != Verdict::Json || !partsOf(version, read.value)) return "a broken envelope is accepted";
  return std::nullopt;
}

/// Of what JSON.parse would make of the member; nothing where the scanner, which takes the first of two members with
/// one name and leaves escapes alone, may see it otherwise.
std::optional<std::string> plainMember(std::string_view text, const Json& object, const char* name) {
  if (text.find('\\') != std::string_view::npos || repeatsName(text)) return std::nullopt;
  return std::string(textMember(object, name));
}

Complaint examineData(std::string_view change, const Json& data) {
  const auto type = changeType(change);
  if (const auto expected = plainMember(change, data, "type")) {
    const bool known = *expected == "INSERT" || *expected == "UPDATE" || *expected == "DELETE";
    if (type.has_value() != known) return "the type is known to one only";
    if (type && (*type == ChangeType::Insert   ? "INSERT"
                 : *type == ChangeType::Update ? "UPDATE"
                                               : "DELETE") != *expected)
      return "type differs";
  }
  const auto expected = plainMember(change, data, "commit_timestamp");
  if (expected && commitTimestamp(change) != *expected) return "commit_timestamp differs";
  return std::nullopt;
}

}  // namespace

Complaint examineFrameV1(std::string_view text) {
  return examineFrame(Version::V1, text);
}
Complaint examineFrameV2(std::string_view text) {
  return examineFrame(Version::V2, text);
}

Complaint examineChange(std::string_view payload) {
  Vector<BindingId> ids;
  const auto change = scanChange(payload, ids);
  const auto strict = readStrictly(payload);
  if (strict.verdict != Verdict::Json) {
    if (change && !isDelimited(*change)) return "data is no value";
    if (change) changeType(*change);
    if (change) commitTimestamp(*change);
    return std::nullopt;
  }
  const Json* data = member(strict.value, "data");
  const Json* list = member(strict.value, "ids");
  bool isChange = data != nullptr && list != nullptr && list->is_array();
  Vector<BindingId> expected;
  if (isChange) {
    for (const auto& id : *list) {
      isChange = isChange && id.is_number_unsigned() && id.get<std::uint64_t>() <= 0xFFFF'FFFF;
      if (isChange) expected.push_back(BindingId{id.get<std::uint32_t>()});
    }
  }
  if (change.has_value() != isChange) return isChange ? "a change is refused" : "what is no change is accepted";
  if (!isChange) return std::nullopt;
  if (ids != expected) return "ids differ";
  if (parseJson(*change) != *data) return "data differs";
  return examineData(*change, *data);
}

Complaint examineEscapes(std::string_view raw) {
  const auto plain = unescape(raw);
  const std::string quoted = '"' + std::string(raw) + '"';
  const auto strict = readStrictly(quoted);
  if (strict.verdict == Verdict::Json) {
    const auto& expected = strict.value.get_ref<const std::string&>();
    if (plain != expected) return "resolved otherwise";
    if (!spells(raw, expected) || spells(raw, expected + "x")) return "spells something else";
    JsonScanner scanner(quoted);
    if (scanner.rawString() != raw || !scanner.atEnd()) return "not taken as a string";
    return std::nullopt;
  }
  const auto harmless = readStrictly(withPlainLetters(quoted));
  const bool isString = harmless.verdict == Verdict::Json && harmless.value.is_string();
  JsonScanner scanner(quoted);
  const auto inside = scanner.rawString();
  if (isString && (inside != raw || !plain)) return "a string is refused";
  if (!isString && inside == raw && plain) return "a malformed string is accepted";
  return std::nullopt;
}

Complaint examineRows(std::string_view rows) {
  const auto middle = rows.find('\n');
  if (middle == std::string_view::npos) return std::nullopt;
  const std::array texts = {std::string(rows.substr(0, middle)), std::string(rows.substr(middle + 1))};
  const auto first = readStrictly(texts[0]);
  const auto second = readStrictly(texts[1]);
  if (first.verdict != Verdict::Json || second.verdict != Verdict::Json) return std::nullopt;
  const std::string came = R"({"type":"INSERT","record":)" + texts[0] + "}";
  const std::string went = R"({"type":"DELETE","old_record":)" + texts[1] + "}";
  ColumnLists lists;
  Conflator conflator({"id"}, lists, false);
  conflator.push(came);
  conflator.push(went);
  const bool cancelled = conflator.size() == 0;
  const Json* one = member(first.value, "id");
  const Json* other = member(second.value, "id");
  if (cancelled && (one == nullptr || other == nullptr)) return "rows without a key cancel out";
  const bool plain = rows.find('\\') == std::string_view::npos && !repeatsName(texts[0]) && !repeatsName(texts[1]);
  const bool isKey = one != nullptr && other != nullptr && (one->is_number_unsigned() || one->is_string());
  if (cancelled && plain && *one != *other) return "rows with different keys cancel out";
  if (!cancelled && plain && isKey && *one == *other && one->type() == other->type())
    return "rows with one key do not cancel out";
  const auto left = conflator.size();
  const auto taken = conflator.take();
  const auto array = parseJson({taken.data(), taken.size()});
  if (!array || !array->is_array() || array->size() != left) return "what is taken is not what is left";
  if (conflator.size() != 0 || conflator.bytes() != 0) return "something is left behind";
  if (left == 2 && ((*array)[0]["data"]["record"] != first.value || (*array)[1]["data"]["old_record"] != second.value))
    return "a row is changed";
  return std::nullopt;
}

}  // namespace switchboard::fuzz
