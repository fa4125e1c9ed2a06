#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "numbered/answer_reader.h"
#include "numbered/numbers_state.h"
#include "tracked/tracked_tables.h"

namespace switchboard {

/// `message`: what the database says; may be empty.
Cause causeOf(FallBackReason reason, std::string_view message);

/// Nothing when the topic can be followed.
std::optional<Cause> causeOf(const ChangesAnswer& answer);

/// With what to do about a table that is not tracked. `table`: as the application named it.
Cause withHint(Cause cause, const TrackedTable* table);

}  // namespace switchboard
