#pragma once

#include <optional>
#include <string_view>

#include "protocol/frames/frame.h"

namespace switchboard {

/// Reads the frame of a database change from its two ends, if it is written as the server writes it (protocol.md §14):
/// the envelope without white space or escapes, `data` first in the payload and `ids` last. `front` and `back` lie in
/// one buffer as long as the text, or are both the whole text. Nothing else is read, so the time does not depend on the
/// row's size. Nothing for any other frame, and when the ends are too short: such a frame may still be valid, and
/// `scanWholeFrame` decides.
///
/// The result is what `scanWholeFrame` finds in the same text. For a text that the server could not have sent (not
/// JSON, or with members that a frame does not have) the results may differ; the payload is then not JSON, and parsing
/// it fails. `data` is the text between `"data":` and `,"ids"`, including any further members between them, which the
/// server does not write.
std::optional<Envelope> scanChangeFrame(Version version, std::string_view front, std::string_view back);

}  // namespace switchboard
