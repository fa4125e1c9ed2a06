#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace switchboard {

/// What a client may know of a JWT without checking its signature.
struct TokenClaims {
  std::optional<WallTime> expiresAt;  ///< `exp`
  std::optional<WallTime> issuedAt;   ///< `iat`
  std::string role;                   ///< `role`, empty when absent
};

/// Reads a JWT's claims. Nothing when `token` is no JWT, as the keys that start with "sb_" aren't.
std::optional<TokenClaims> readClaims(std::string_view token);

}  // namespace switchboard
