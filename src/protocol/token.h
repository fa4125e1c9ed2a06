#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace switchboard {

/// The claims of a JWT that the client uses. Its signature is not checked.
struct TokenClaims {
  std::optional<WallTime> expiresAt;  ///< `exp`
  std::optional<WallTime> issuedAt;   ///< `iat`
  std::string role;                   ///< `role`, empty when absent
};

/// Reads a JWT's claims. Nothing when `token` is not a JWT, such as the keys that start with "sb_".
std::optional<TokenClaims> readClaims(std::string_view token);

}  // namespace switchboard
