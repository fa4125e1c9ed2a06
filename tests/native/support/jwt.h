#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace switchboard::testing {

inline std::string base64Url(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kDigits[(bits >> (count - 6)) & 63];
  }
  if (count > 0) out += kDigits[(bits << (6 - count)) & 63];
  return out;
}

/// A JWT with these claims, given as JSON, and no signature worth the name.
inline std::string jwt(std::string_view claims) {
  return base64Url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64Url(claims) + ".c2lnbmF0dXJl";
}

/// A token of the role "authenticated". `name` tells tokens of one expiry apart.
inline std::string tokenUntil(WallTime expiry, std::string_view name = "a") {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expiry.time_since_epoch()).count();
  return jwt(R"({"role":"authenticated","sub":")" + std::string(name) + R"(","exp":)" + std::to_string(seconds) + "}");
}

}  // namespace switchboard::testing
