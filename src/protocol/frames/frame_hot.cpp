#include "protocol/frames/frame.h"

#include <array>

#include "json/json_writer.h"
#include "json/scanner.h"
#include "protocol/changes/change_frame.h"

namespace switchboard {

namespace {

void appendRef(std::string& out, std::string_view ref) {
  if (ref.empty()) {
    out += "null";
  } else {
    appendJsonString(out, ref);
  }
}

/// The envelope's strings; version 2 has the refs first, in this order.
struct RawEnvelope {
  std::array<std::string_view, 4> fields;  // joinRef, ref, topic, event: insides of strings, null data() for null
  std::string_view payload;
};

/// A string or null. False when it is something else.
bool takeOptionalString(JsonScanner& scanner, std::string_view& out) {
  out = {};
  if (scanner.takeNull()) return true;
  const auto raw = scanner.rawString();
  if (!raw) return false;
  out = *raw;
  return true;
}

std::optional<RawEnvelope> scanArray(std::string_view text) {
  JsonScanner scanner(text);
  RawEnvelope raw;
  if (!scanner.take('[')) return std::nullopt;
  for (auto& field : raw.fields) {
    if (!takeOptionalString(scanner, field) || !scanner.take(',')) return std::nullopt;
  }
  const auto payload = scanner.rawValue();
  if (!payload || !scanner.take(']') || !scanner.atEnd()) return std::nullopt;
  raw.payload = *payload;
  return raw;
}

/// The last of several members with the same name counts, as in JSON.parse.
std::optional<RawEnvelope> scanObject(std::string_view text) {
  constexpr std::array<std::string_view, 4> kKeys = {"join_ref", "ref", "topic", "event"};
  RawEnvelope raw;
  std::array<std::string_view, 4> values;
  const bool isObject = forEachMember(text, [&](std::string_view key, std::string_view value) {
    if (spells(key, "payload")) {
      raw.payload = value;
      return true;
    }
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      if (spells(key, kKeys[i])) values[i] = value;
    }
    return true;
  });
  if (!isObject || raw.payload.empty()) return std::nullopt;
  for (std::size_t i = 0; i < values.size(); ++i) {
    JsonScanner scanner(values[i]);
    if (!values[i].empty() && !(takeOptionalString(scanner, raw.fields[i]) && scanner.atEnd())) return std::nullopt;
  }
  return raw;
}

/// Replaces the fields that have escapes by views into `scratch`.
bool resolveEscapes(std::array<std::string_view, 4>& fields, std::string& scratch) {
  scratch.clear();
  std::array<std::size_t, 4> ends{};
  std::array<bool, 4> moved{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].find('\\') != std::string_view::npos) {
      const auto plain = unescape(fields[i]);
      if (!plain) return false;
      scratch += *plain;
      moved[i] = true;
    }
    ends[i] = scratch.size();
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {  // from here on scratch is not reallocated
    if (!moved[i]) continue;
    const std::size_t start = i == 0 ? 0 : ends[i - 1];
    fields[i] = std::string_view(scratch).substr(start, ends[i] - start);
  }
  return true;
}

}  // namespace

std::optional<Version> versionFromText(std::string_view text) {
  if (text == "1.0.0") return Version::V1;
  if (text == "2.0.0") return Version::V2;
  return std::nullopt;
}

std::string_view toString(Version version) {
  return version == Version::V1 ? "1.0.0" : "2.0.0";
}

std::string encodeFrame(Version version, const OutgoingFrame& frame) {
  std::string out;
  out.reserve(frame.payload.size() + frame.topic.size() + 64);
  if (version == Version::V2) {
    out += '[';
    appendRef(out, frame.joinRef);
    out += ',';
    appendRef(out, frame.ref);
    out += ',';
    appendJsonString(out, frame.topic);
    out += ',';
    appendJsonString(out, frame.event);
    out += ',';
    out += frame.payload;
    out += ']';
    return out;
  }
  out += R"({"topic":)";
  appendJsonString(out, frame.topic);
  out += R"(,"event":)";
  appendJsonString(out, frame.event);
  out += R"(,"payload":)";
  out += frame.payload;
  out += R"(,"ref":)";
  appendRef(out, frame.ref);
  if (!frame.joinRef.empty()) {
    out += R"(,"join_ref":)";
    appendRef(out, frame.joinRef);
  }
  out += '}';
  return out;
}

std::optional<Envelope> scanWholeFrame(Version version, std::string_view text, std::string& scratch) {
  auto raw = version == Version::V2 ? scanArray(text) : scanObject(text);
  if (!raw) return std::nullopt;
  const auto& [joinRef, ref, topic, event] = raw->fields;
  if (topic.data() == nullptr || event.data() == nullptr) return std::nullopt;
  if (!resolveEscapes(raw->fields, scratch)) return std::nullopt;
  return Envelope{joinRef, ref, topic, event, raw->payload, {}, {}};
}

std::optional<Envelope> scanEnvelope(Version version, const InboundText& text, std::string& scratch) {
  auto envelope = scanChangeFrame(version, text.front(), text.back());
  if (!envelope) envelope = scanChangeFrame(version, text.whole(), text.whole());
  if (!envelope) envelope = scanWholeFrame(version, text.whole(), scratch);
  if (envelope) envelope->text = &text;
  return envelope;
}

}  // namespace switchboard
