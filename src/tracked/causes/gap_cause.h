#pragma once

#include "base/error.h"
#include "numbered/message_reader.h"
#include "numbered/numbers_state.h"

namespace switchboard {

/// Why numbers are missing.
const Cause& causeOf(NumbersGapReason reason);

/// Why a change of this type does not say whether it concerns a subscription.
const Cause& causeOfUnknown(NumberedType type);

}  // namespace switchboard
