#include <vector>

#include "examine.h"
#include "oracle/json.h"
#include "protocol/frames/binary_frame.h"
#include "protocol/frames/broadcast.h"
#include "strict_json.h"

namespace switchboard::fuzz {

namespace {

/// Reads as the protocol's table says it, without regard to what else must hold of the fields.
struct Columns {
  std::string joinRef, ref, topic, event, metadata, payload;
  int encoding = -1;
};

std::optional<Columns> readByTable(Sender sender, std::string_view bytes) {
  Columns columns;
  std::vector<std::string*> fields;
  const int kind = bytes.empty() ? -1 : static_cast<unsigned char>(bytes[0]);
  bool hasEncoding = false;
  if (sender == Sender::Client && kind == 0) {
    fields = {&columns.joinRef, &columns.ref, &columns.topic, &columns.event};
  } else if (sender == Sender::Client && kind == 3) {
    fields = {&columns.joinRef, &columns.ref, &columns.topic, &columns.event, &columns.metadata};
    hasEncoding = true;
  } else if (sender == Sender::Server && kind == 0) {
    fields = {&columns.joinRef, &columns.topic, &columns.event};
  } else if (sender == Sender::Server && kind == 1) {
    fields = {&columns.joinRef, &columns.ref, &columns.topic, &columns.event};
  } else if (sender == Sender::Server && kind == 2) {
    fields = {&columns.topic, &columns.event};
  } else if (sender == Sender::Server && kind == 4) {
    fields = {&columns.topic, &columns.event, &columns.metadata};
    hasEncoding = true;
  } else {
    return std::nullopt;
  }
  std::size_t at = 1 + fields.size() + (hasEncoding ? 1 : 0);
  if (at > bytes.size()) return std::nullopt;
  if (hasEncoding) columns.encoding = static_cast<unsigned char>(bytes[at - 1]);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t length = static_cast<unsigned char>(bytes[1 + i]);
    if (length > bytes.size() - at) return std::nullopt;
    *fields[i] = bytes.substr(at, length);
    at += length;
  }
  columns.payload = bytes.substr(at);
  return columns;
}

bool isText(const std::string& bytes) {
  return parseJson(toText(Json(bytes))) == Json(bytes);
}

bool isSound(const Columns& columns) {
  for (const auto* field : {&columns.joinRef, &columns.ref, &columns.topic, &columns.event, &columns.metadata}) {
    if (!isText(*field)) return false;
  }
  return columns.encoding <= 1;
}

Complaint examineBinary(Sender sender, std::string_view input) {
  const std::string bytes(input);  // a buffer that ends where the frame does
  const auto read = decodeBinaryFrame(sender, bytes);
  const auto columns = readByTable(sender, bytes);
  if (!columns || !isSound(*columns)) {
    if (!read) return std::nullopt;
    return "what is no frame is accepted";
  }
  if (!read) return "a frame is refused";
  const BinaryFrame& frame = read.value();
  if (frame.joinRef != columns->joinRef || frame.ref != columns->ref) return "refs differ";
  if (frame.topic != columns->topic || frame.event != columns->event) return "names differ";
  if (frame.metadata != columns->metadata || frame.payload != columns->payload) return "payload or metadata differ";
  if (columns->encoding >= 0 && static_cast<int>(frame.encoding) != columns->encoding) return "encoding differs";
  const auto written = encodeBinaryFrame(sender, frame);
  if (!written || written.value() != bytes) return "written differently";
  return std::nullopt;
}

}  // namespace

Complaint examineBinaryFrame(std::string_view bytes) {
  if (auto complaint = examineBinary(Sender::Server, bytes)) return "from the server: " + *complaint;
  if (auto complaint = examineBinary(Sender::Client, bytes)) return "from the client: " + *complaint;
  return std::nullopt;
}

Complaint examineBroadcast(std::string_view payload) {
  const auto read = readBroadcast(payload);
  const auto strict = readStrictly(payload);
  if (strict.verdict != Verdict::Json) {
    if (read) readBroadcastMeta(read->meta);
    return std::nullopt;
  }
  if (repeatsName(payload)) return std::nullopt;
  const Json* event = member(strict.value, "event");
  const bool isBroadcast = event != nullptr && event->is_string();
  if (read.has_value() != isBroadcast) return isBroadcast ? "a broadcast is refused" : "what is none is accepted";
  if (!read) return std::nullopt;
  if (read->event != event->get<std::string>()) return "event differs";
  const Json* inside = member(strict.value, "payload");
  if (parseJson(read->payload) != (inside == nullptr ? Json() : *inside)) return "payload differs";
  const Json* meta = member(strict.value, "meta");
  const auto said = readBroadcastMeta(read->meta).value();
  if (said.id != (meta == nullptr ? "" : textMember(*meta, "id"))) return "id differs";
  const Json* replayed = meta == nullptr ? nullptr : member(*meta, "replayed");
  if (said.replayed != (replayed != nullptr && *replayed == true)) return "replayed differs";
  return std::nullopt;
}

}  // namespace switchboard::fuzz
