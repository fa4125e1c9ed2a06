#include "protocol/token.h"

#include <algorithm>

#include "json/json_reader.h"

namespace switchboard {

namespace {

/// The last time of a JavaScript Date. Later than any token's, and sums with it do not overflow.
constexpr std::int64_t kLatestMs = 8'640'000'000'000'000;

int base64UrlDigit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-' || c == '+') return 62;
  if (c == '_' || c == '/') return 63;
  return -1;
}

std::optional<std::string> decodeBase64Url(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int digit = base64UrlDigit(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<unsigned>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFF);
    }
  }
  return out;
}

/// A claim with a time in seconds.
std::optional<WallTime> timeClaim(const JsonValue& claims, const char* name) {
  const auto ms = claims.member(name).integer(3);
  if (!ms) return std::nullopt;
  return WallTime(Duration(std::clamp(*ms, -kLatestMs, kLatestMs)));
}

}  // namespace

std::optional<TokenClaims> readClaims(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto body = decodeBase64Url(token.substr(first + 1, second - first - 1));
  const auto json = body ? JsonValue::parse(*body) : JsonValue();
  if (!json.isObject()) return std::nullopt;
  TokenClaims claims;
  claims.role = json.string("role");
  claims.expiresAt = timeClaim(json, "exp");
  claims.issuedAt = timeClaim(json, "iat");
  return claims;
}

}  // namespace switchboard
