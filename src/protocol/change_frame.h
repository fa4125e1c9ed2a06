#pragma once

#include <optional>
#include <string_view>

#include "protocol/frame.h"

namespace switchboard {

/// Reads the frame of a database change from its two ends, if it is written as the server writes it (protocol.md §14):
/// the envelope without blanks or escapes, `data` first in the payload and `ids` last. `front` and `back` are of one
/// buffer as long as the text, or both all of it; nothing else is looked at, so that the time does not depend on the
/// row's size. Nothing for any other frame, and where the ends are too short, which is no judgement: `scanWholeFrame`
/// has to look at it.
///
/// What it finds is what `scanWholeFrame` finds in the same text. In a text that the server could not have sent (no
/// JSON, or more than a frame's members) it may find something where that finds nothing or something else; the payload
/// is then not JSON and fails where it is parsed. `data` is what stands between
/// `"data":` and `,"ids"`: with further members in between, which the server does not write, it takes them in.
std::optional<Envelope> scanChangeFrame(Version version, std::string_view front, std::string_view back);

}  // namespace switchboard
