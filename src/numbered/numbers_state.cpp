#include "numbered/numbers_state.h"

#include "base/enum_names.h"

namespace switchboard {

namespace {

const auto& tableOf(NumbersState /*any*/) {
  using S = NumbersState;
  static constexpr StateTable<S, 6> kTable({
      {S::Idle, "idle", {S::Starting}},
      {S::Starting, "starting", {S::Live, S::Filling, S::Idle, S::FellBack}},
      {S::Live, "live", {S::Filling, S::Interrupted, S::FellBack}},
      {S::Filling, "filling", {S::Live, S::Interrupted, S::FellBack}},
      {S::Interrupted, "interrupted", {S::Filling}},
      {S::FellBack, "fellBack", {}},
  });
  return kTable;
}

}  // namespace

std::string_view toString(NumbersState state) {
  return tableOf(state).nameOf(state);
}

bool isLegal(NumbersState from, NumbersState to) {
  return tableOf(from).allows(from, to);
}

std::string_view toString(NumbersGapReason reason) {
  static constexpr EnumNames<NumbersGapReason, 6> kNames({
      {NumbersGapReason::TooOld, "TOO_OLD"},
      {NumbersGapReason::OtherEpoch, "OTHER_EPOCH"},
      {NumbersGapReason::Bulk, "BULK"},
      {NumbersGapReason::Unanswered, "UNANSWERED"},
      {NumbersGapReason::WentBack, "WENT_BACK"},
      {NumbersGapReason::FellBack, "FELL_BACK"},
  });
  return kNames[reason];
}

std::string_view toString(FallBackReason reason) {
  static constexpr EnumNames<FallBackReason, 4> kNames({
      {FallBackReason::Refused, "TRACK_REFUSED"},
      {FallBackReason::NotTracked, "NOT_TRACKED"},
      {FallBackReason::OtherVersion, "OTHER_VERSION"},
      {FallBackReason::NoAnswer, "NO_ANSWER"},
  });
  return kNames[reason];
}

}  // namespace switchboard
