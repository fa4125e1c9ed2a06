#include "protocol/frames/broadcast.h"

#include "json/json_reader.h"
#include "json/json_writer.h"
#include "json/scanner.h"

namespace switchboard {

namespace {

/// The plain text of a string as it is written; nothing when it is none.
std::optional<std::string> plainString(std::string_view written) {
  JsonScanner scanner(written);
  const auto raw = scanner.rawString();
  return raw ? unescape(*raw) : std::nullopt;
}

}  // namespace

/// Finds the members without checking what is inside them: payloads are read where they are of use.
std::optional<Broadcast> readBroadcast(std::string_view payload) {
  Broadcast broadcast;
  broadcast.payload = "null";
  std::optional<std::string> event;
  const bool isObject = forEachMember(payload, [&](std::string_view name, std::string_view value) {
    if (spells(name, "event")) event = plainString(value);
    if (spells(name, "payload")) broadcast.payload = value;
    if (spells(name, "meta")) broadcast.meta = value;
    return true;
  });
  if (!isObject || !event) return std::nullopt;
  if (!readBroadcastMeta(broadcast.meta)) broadcast.meta = {};
  broadcast.event = std::move(*event);
  return broadcast;
}

Broadcast broadcastOf(const BinaryFrame& frame) {
  return {std::string(frame.event), frame.encoding, frame.payload, frame.metadata};
}

std::optional<BroadcastMeta> readBroadcastMeta(std::string_view meta) {
  BroadcastMeta read;
  const bool isObject = forEachMember(meta, [&](std::string_view name, std::string_view value) {
    if (spells(name, "id")) read.id = plainString(value).value_or(std::string());
    if (spells(name, "replayed")) read.replayed = value == "true";
    return true;
  });
  if (!isObject && !meta.empty()) return std::nullopt;
  return read;
}

std::string broadcastPayload(std::string_view event, std::string_view payload) {
  JsonWriter json;
  json.beginObject();
  json.text("type", "broadcast");
  json.text("event", event);
  json.verbatim("payload", payload);
  json.endObject();
  return json.take();
}

}  // namespace switchboard
