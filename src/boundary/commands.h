#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "client.h"
#include "platform/clock.h"

namespace switchboard {

/// Does what `Command` in web/core/engine/engine.ts says: one JSON object `{kind, …}`. What comes of it goes to the
/// client's sink; what the command itself answers (a refused subscription, statistics, a log line for a command or
/// event that is not known) is returned, as the JSON of a control message, empty for nothing. `payload`: of the
/// command, which is not in its JSON.
///
/// `client`: or why there is none. Then each subscription and channel is refused for that, a flush is answered at once,
/// and everything else does nothing.
std::string runCommand(Result<std::unique_ptr<Client>>& client, std::string_view json, std::string_view payload,
                       const Clock& clock);

/// The command `push`, of which there are many: without JSON. Returns whether it was sent, see `Client::push`.
/// `answer`: as what `runCommand` returns.
bool runPush(Result<std::unique_ptr<Client>>& client, Push&& push, std::string& answer);

}  // namespace switchboard
