#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/error.h"

namespace switchboard {

enum class AnswerState : unsigned char {
  Ok,
  TooOld,        ///< the first message asked for is not kept any more, or there was none with this number
  Refused,       ///< the reader may not read the topic
  NotTracked,    ///< there is no such topic
  OtherVersion,  ///< the function is of another version than this client knows
};

/// What the database knows of a topic's messages after a number.
struct ChangesAnswer {
  AnswerState state = AnswerState::Ok;
  std::string topic;             ///< ok only
  std::string epoch;             ///< ok and too old
  std::uint64_t first = 0;       ///< the lowest number that is kept, `last` + 1 when none is; ok and too old
  std::uint64_t last = 0;        ///< the highest number given; ok and too old
  Vector<std::string> messages;  ///< ok only; not read, see `readNumberedMessage`
  bool more = false;             ///< messages were left out at the end
  std::string tables;  ///< that share the topic's name: JSON list of `{"schema":…,"table":…,"by":…}`; empty:
                       ///< the database did not say
  std::string reason;  ///< of refused, not tracked and other version; for people
};

/// Reads the answer of the function `switchboard_changes`. A message in it is a JSON text in a string, which JSON.parse
/// does not change, or an object.
Result<ChangesAnswer> readChangesAnswer(std::string_view text);

}  // namespace switchboard
