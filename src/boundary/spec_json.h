#pragma once

#include "client.h"
#include "json/json_reader.h"

namespace switchboard {

/// `{schema, table, event, filter, select}`; only `table` must be there.
Result<BindingConfig> readSpec(const JsonValue& json);

/// The member `delivery` of a spec: `{mode, payload, waitMs, maxWaitMs, everyMs, leading, max, key}`; absent, every
/// change at once.
Result<DeliverySpec> readDelivery(const JsonValue& json);

}  // namespace switchboard
