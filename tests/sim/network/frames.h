#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "oracle/json.h"
#include "protocol/frames/binary_frame.h"
#include "protocol/frames/frame.h"

namespace switchboard::sim {

/// What a frame from the server means to a channel, for those who watch the wire.
enum class Mark : unsigned char {
  Other,         ///< nothing that matters to them
  JoinAccepted,  ///< ok reply
  JoinRefused,   ///< error reply
  Subscribed,    ///< `Subscribed to PostgreSQL`
  BindingError,  ///< `system` error of the extension postgres_changes
  Ended,         ///< phx_close, phx_error
  Change,        ///< postgres_changes
};

/// A while in which the server sends a channel nothing of what it reads, because it has dropped the subscription.
struct LossSpan {
  Duration from{0};
  Duration to{0};
};

/// One thing that comes down a socket.
struct DownFrame {
  enum class Kind : unsigned char { Open, Text, Binary, Close };

  Kind kind = Kind::Text;
  std::string text;  ///< the frame, or the reason of a close
  int code = 0;      ///< of a close
  Mark mark = Mark::Other;
  std::string topic;    ///< of a marked frame
  std::string joinRef;  ///< likewise, but not of changes, which carry none
  /// Of an announcement: the while that it ends. Of a change that comes ahead of such an announcement: from there until
  /// the change.
  std::optional<LossSpan> loss{};
};

/// Empty refs are sent as null; version 1 has no join_ref in what the server sends (protocol.md §2.1, §2.2).
inline std::string frameText(Version version, const std::string& joinRef, const std::string& ref,
                             const std::string& topic, std::string_view event, const Json& payload) {
  const auto orNull = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  if (version == Version::V2) return toText(Json::array({orNull(joinRef), orNull(ref), topic, event, payload}));
  return toText(Json{{"topic", topic}, {"event", event}, {"payload", payload}, {"ref", orNull(ref)}});
}

/// A client's frame as version 2 would have it.
inline Json readFrame(std::string_view text) {
  Json frame = *parseJson(text);
  if (frame.is_array()) return frame;
  return Json::array({frame["join_ref"], frame["ref"], frame["topic"], frame["event"], frame["payload"]});
}

/// A client's binary frame as version 1 would have it. Bytes are JSON here, too.
inline Json readBinary(std::string_view bytes) {
  const BinaryFrame frame = decodeBinaryFrame(Sender::Client, bytes).value();
  const Json payload = {{"type", "broadcast"}, {"event", frame.event}, {"payload", *parseJson(frame.payload)}};
  return Json::array({frame.joinRef, frame.ref, frame.topic, "broadcast", payload});
}

}  // namespace switchboard::sim
