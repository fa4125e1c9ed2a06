#pragma once

#include <string_view>

namespace switchboard {

/// The state of a topic's numbers.
enum class NumbersState : unsigned char {
  Idle,         ///< the channel is not joined, and no position is known
  Starting,     ///< the database is asked for the position; messages are held
  Live,         ///< each message is passed on as it comes
  Filling,      ///< messages are known to be missing, or may be since a rejoin; later ones are held
  Interrupted,  ///< the channel is not joined; with its next join it goes on at its position
  FellBack,     ///< over: this topic can't be followed
};
std::string_view toString(NumbersState state);
bool isLegal(NumbersState from, NumbersState to);

/// Why numbers are in a gap.
enum class NumbersGapReason : unsigned char {
  TooOld,      ///< the database does not keep them any more
  OtherEpoch,  ///< the table was untracked and tracked again
  Bulk,        ///< a statement changed too many rows to send them
  Unanswered,  ///< the database did not give them
  WentBack,    ///< the database knows fewer messages than have come, as after a restore
  FellBack,    ///< the topic can't be followed any more
};
std::string_view toString(NumbersGapReason reason);

/// Why a topic can't be followed.
enum class FallBackReason : unsigned char {
  Refused,       ///< the reader may not read it
  NotTracked,    ///< there is no such topic
  OtherVersion,  ///< the database has another version of the SQL
  NoAnswer,      ///< the database did not tell the position
};
std::string_view toString(FallBackReason reason);

}  // namespace switchboard
