#pragma once

#include <string>

#include "client.h"
#include "json/json_writer.h"

namespace switchboard {

/// The member `counters`.
void writeCounters(JsonWriter& out, const Counters& counters);

/// A control message with what is alive at this moment, and the counters.
std::string statsJson(const Client& client);

}  // namespace switchboard
