#pragma once

#include <string_view>

#include "client.h"

namespace switchboard {

/// Durations are members named `…Ms`, in milliseconds; what is absent keeps its default. Unknown members are ignored:
/// the caller has refused them already. The pulse is the member `pulse`: `{periodMs, schema, table}`.
Result<ClientOptions> readOptions(std::string_view json);

}  // namespace switchboard
