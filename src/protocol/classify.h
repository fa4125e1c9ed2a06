#pragma once

#include <string_view>

#include "base/error.h"

namespace switchboard {

/// The cause of a closed socket. `opened`: the handshake had succeeded (protocol.md §1.2, §1.3). `refusedForLimit`: a
/// join was refused because of a limit just before; the server then closes with 1001, but proxies use 1001 for other
/// reasons.
Cause classifyClose(int code, std::string_view reason, bool opened, bool refusedForLimit);

/// The cause of a refused join, from its `response.reason` (protocol.md §12.2).
Cause classifyJoinError(std::string_view reason);

/// The cause in a `system` message with status "error" of the extension "system"; `phx_close` follows it (protocol.md
/// §12.3).
Cause classifyShutdown(std::string_view message);

/// The cause in a `system` message with status "error" of the extension "postgres_changes" (protocol.md §3.5, §14):
/// BadBinding when the parameters of some binding are wrong, which silences the channel permanently; RoleInvalid when
/// the token's role is, with the same message and effect (transcripts: `tokens`, refresh_unknown_role);
/// DatabaseUnavailable for anything else. The server uses the message about wrong parameters for every SQL error, also
/// while the database is read-only or restarts, so the SQLSTATE decides.
Cause classifyBindingError(std::string_view message);

}  // namespace switchboard
