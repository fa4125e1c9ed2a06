#pragma once

#include <string_view>

#include "client.h"
#include "json/json_reader.h"

namespace switchboard {

/// `{schema, table, event, filter, select}`; only `table` must be there.
Result<BindingConfig> readSpec(const JsonValue& json);

/// The member `delivery` of a spec: `{mode, payload, waitMs, maxWaitMs, everyMs, leading, max, key}`; absent, every
/// change at once.
Result<DeliverySpec> readDelivery(const JsonValue& json);

/// `{via, from: {epoch, number}, leaving}` of a spec; what is not known is as if it were absent.
RoadOptions readRoad(const JsonValue& json);

/// `{name, presenceKey, private, replay: {since, limit}}` of a handle's spec.
UserChannelSpec readChannelSpec(const JsonValue& json);

/// `{self, presence}` of a handle's spec.
HandleOptions readHandleOptions(const JsonValue& json);

}  // namespace switchboard
