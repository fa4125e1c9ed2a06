#include "tracked/causes/gap_cause.h"

namespace switchboard {

namespace {

const Cause kTooLarge{ReasonCode::PayloadTooLarge, Retry::Backoff,
                      "A change came without values that are too large to send."};
const Cause kBulk{ReasonCode::PayloadTooLarge, Retry::Backoff, "A statement changed too many rows to send them."};
const Cause kTruncated{ReasonCode::Truncated, Retry::Backoff, "The table was emptied by TRUNCATE."};
const Cause kTooOld{ReasonCode::NotKept, Retry::Backoff, "The database does not keep the missing changes any more."};
const Cause kOtherEpoch{ReasonCode::TrackedAgain, Retry::Backoff,
                        "The table was tracked again meanwhile: its numbers begin again."};
const Cause kWentBack{ReasonCode::WentBack, Retry::Backoff,
                      "The database knows fewer changes than have come, as after a restore."};
const Cause kUnanswered{ReasonCode::NoRpc, Retry::Backoff, "`switchboard_changes` did not give the missing changes."};

}  // namespace

const Cause& causeOf(NumbersGapReason reason) {
  switch (reason) {
    case NumbersGapReason::TooOld:
      return kTooOld;
    case NumbersGapReason::OtherEpoch:
      return kOtherEpoch;
    case NumbersGapReason::Bulk:
      return kBulk;
    case NumbersGapReason::WentBack:
      return kWentBack;
    case NumbersGapReason::Unanswered:
    case NumbersGapReason::FellBack:
      break;
  }
  return kUnanswered;
}

const Cause& causeOfUnknown(NumberedType type) {
  return type == NumberedType::Truncate ? kTruncated : kTooLarge;
}

}  // namespace switchboard
