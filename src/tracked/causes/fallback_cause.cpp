#include "tracked/causes/fallback_cause.h"

#include <utility>

#include "base/text.h"

namespace switchboard {

Cause causeOf(FallBackReason reason, std::string_view message) {
  const auto cause = [&](ReasonCode code, Retry retry, std::string_view what) {
    return Cause{code, retry, message.empty() ? std::string(what) : concat({what, " ", message})};
  };
  switch (reason) {
    case FallBackReason::Refused:
      return cause(ReasonCode::TrackRefused, Retry::NewToken, "The database refuses the topic.");
    case FallBackReason::NotTracked:
      return cause(ReasonCode::NotTracked, Retry::Parked, "The database does not track the table like this.");
    case FallBackReason::OtherVersion:
      return cause(ReasonCode::NoRpc, Retry::Parked, "Run the track.sql of this package in the database.");
    case FallBackReason::NoAnswer:
      break;
  }
  return cause(ReasonCode::NoRpc, Retry::Parked, "`switchboard_changes` does not answer.");
}

std::optional<Cause> causeOf(const ChangesAnswer& answer) {
  switch (answer.state) {
    case AnswerState::Refused:
      return causeOf(FallBackReason::Refused, answer.reason);
    case AnswerState::NotTracked:
      return causeOf(FallBackReason::NotTracked, answer.reason);
    case AnswerState::OtherVersion:
      return causeOf(FallBackReason::OtherVersion, answer.reason);
    case AnswerState::Ok:
    case AnswerState::TooOld:
      break;
  }
  return std::nullopt;
}

Cause withHint(Cause cause, const TrackedTable* table) {
  if (cause.code != ReasonCode::NotTracked || table == nullptr) return cause;
  cause.message += " To track it: `npx switchboard-realtime doctor --track ";
  if (table->schema != "public") cause.message += concat({table->schema, "."});
  cause.message += table->table;
  if (!table->by.empty()) cause.message += concat({" --by ", table->by});
  cause.message += "`.";
  return cause;
}

}  // namespace switchboard
