#pragma once

#include <string_view>

#include "base/error.h"

namespace switchboard {

/// What a closed socket means. `opened`: the handshake had succeeded (protocol.md §1.2, §1.3). `refusedForLimit`: a
/// join was refused for a limit just before; the server closes with 1001 then, but so do proxies, for reasons of their
/// own.
Cause classifyClose(int code, std::string_view reason, bool opened, bool refusedForLimit);

/// What the `response.reason` of a refused join means (protocol.md §12.2).
Cause classifyJoinError(std::string_view reason);

/// What a `system` message with status "error" of the extension "system" means; `phx_close` follows it (protocol.md
/// §12.3).
Cause classifyShutdown(std::string_view message);

/// What a `system` message with status "error" of the extension "postgres_changes" means (protocol.md §3.5, §14):
/// BadBinding when the parameters of some binding are at fault, which silences the channel for good; RoleInvalid when
/// it is the token's role, in the same words and with the same effect (transcripts: `tokens`, refresh_unknown_role);
/// DatabaseUnavailable for anything else. The server quotes every SQL error in the words that blame the parameters,
/// also one of a database that is read-only or restarts, so the SQLSTATE decides.
Cause classifyBindingError(std::string_view message);

}  // namespace switchboard
