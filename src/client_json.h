#pragma once

#include <string>
#include <string_view>

#include "client.h"

/// The JSON of the boundary to JavaScript: options and specs in, control and statistics out.
namespace switchboard {

/// Durations are members named `…Ms`, in milliseconds; what is absent keeps its default. Unknown members are ignored:
/// the caller has refused them already. The pulse is the member `pulse`: `{periodMs, schema, table}`.
Result<ClientOptions> readOptions(std::string_view json);

/// `{schema, table, event, filter, select}`; only `table` must be there.
Result<BindingConfig> readSpec(std::string_view json);

/// The member `delivery` of a spec: `{mode, payload, waitMs, maxWaitMs, everyMs, leading, max, key}`; absent, every
/// change at once.
Result<DeliverySpec> readDelivery(std::string_view json);

std::string errorJson(const Error& error);

/// Everything of a flush but its deliveries.
std::string controlJson(const Flush& flush);

/// What is alive at this moment, and the counters.
std::string statsJson(const Client& client);

}  // namespace switchboard
