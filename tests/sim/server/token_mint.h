#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace switchboard::sim {

/// Issues access tokens and judges them.
class TokenMint {
 public:
  enum class Verdict : unsigned char { Good, Expired, Refused };

  /// A JWT in form, good until `expires` of the world's time. `wallExpiry` is what it says of itself.
  std::string issue(Duration expires, WallTime wallExpiry) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wallExpiry.time_since_epoch()).count();
    const std::string claims =
        R"({"role":"authenticated","exp":)" + std::to_string(seconds) + R"(,"n":)" + std::to_string(++issued_) + "}";
    std::string token = "header." + base64Url(claims) + ".signature";
    expiries_[token] = expires;
    return token;
  }

  Verdict judge(const std::string& token, Duration now) const {
    if (token.empty()) return Verdict::Good;  // the api key speaks for itself
    const auto it = expiries_.find(token);
    if (it == expiries_.end()) return Verdict::Refused;
    return it->second <= now ? Verdict::Expired : Verdict::Good;
  }
  /// Zero for a token that was never good or was revoked.
  Duration expiry(const std::string& token) const {
    const auto it = expiries_.find(token);
    return it == expiries_.end() ? Duration{0} : it->second;
  }
  /// From now on it is refused.
  void revoke(const std::string& token) { expiries_.erase(token); }

 private:
  static std::string base64Url(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned bits = 0;
    int count = 0;
    for (const char c : bytes) {
      bits = (bits << 8) | static_cast<unsigned char>(c);
      count += 8;
      while (count >= 6) {
        count -= 6;
        text += kDigits[(bits >> count) & 63];
      }
    }
    if (count > 0) text += kDigits[(bits << (6 - count)) & 63];
    return text;
  }

  std::map<std::string, Duration> expiries_;
  unsigned issued_ = 0;
};

}  // namespace switchboard::sim
