#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/frames/binary_frame.h"

namespace switchboard {

/// A broadcast as it comes from the server, in a text frame or a binary one (protocol.md §9).
struct Broadcast {
  std::string event;  ///< the user's
  PayloadEncoding encoding = PayloadEncoding::JsonText;
  std::string_view payload;  ///< a JSON value or bytes; not looked into, as in BinaryFrame
  std::string_view meta;     ///< a JSON object or empty; of binary frames not checked
};

/// The payload of a text frame with the event `broadcast`; nothing when it is no broadcast. A missing payload is null.
std::optional<Broadcast> readBroadcast(std::string_view payload);

/// A frame of the kind UserBroadcast.
Broadcast broadcastOf(const BinaryFrame& frame);

/// What the server says of a broadcast that it keeps.
struct BroadcastMeta {
  std::string id;         ///< empty when the server does not keep it
  bool replayed = false;  ///< sent again because a join asked for it
};
/// `meta`: of a Broadcast. Nothing when it is neither an object nor empty; what is inside it is not checked.
std::optional<BroadcastMeta> readBroadcastMeta(std::string_view meta);

/// The payload of a text frame that sends a broadcast; `payload` is a JSON value.
std::string broadcastPayload(std::string_view event, std::string_view payload);

}  // namespace switchboard
