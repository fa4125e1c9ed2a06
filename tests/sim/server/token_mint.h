#pragma once

#include <map>
#include <string>
#include <string_view>

#include "world/machine.h"

namespace switchboard::sim {

/// Issues access tokens and judges them.
class TokenMint {
 public:
  enum class Verdict : unsigned char { Good, Expired, Refused };

  /// A JWT in form, good for so long; what it says of itself is by the true calendar.
  std::string issue(std::string_view role, Duration life, Duration now) {
    const auto seconds = [](Duration time) {
      const auto since = (kWallStart + time).time_since_epoch();
      return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(since).count());
    };
    const std::string claims = R"({"role":")" + std::string(role) + R"(","iat":)" + seconds(now) + R"(,"exp":)" +
                               seconds(now + life) + R"(,"n":)" + std::to_string(++issued_) + "}";
    std::string token = "header." + base64Url(claims) + ".signature";
    tokens_[token] = {now + life, std::string(role)};
    return token;
  }

  Verdict judge(const std::string& token, Duration now) const {
    if (token.empty()) return Verdict::Good;  // the api key speaks for itself
    const auto it = tokens_.find(token);
    if (it == tokens_.end()) return Verdict::Refused;
    return it->second.expires <= now ? Verdict::Expired : Verdict::Good;
  }
  /// Zero for a token that was never good or was revoked.
  Duration expiry(const std::string& token) const {
    const auto it = tokens_.find(token);
    return it == tokens_.end() ? Duration{0} : it->second.expires;
  }
  /// Whose it is.
  std::string_view role(const std::string& token) const {
    const auto it = tokens_.find(token);
    return it == tokens_.end() ? std::string_view("anon") : it->second.role;
  }
  /// From now on it is refused.
  void revoke(const std::string& token) { tokens_.erase(token); }

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

  struct Issued {
    Duration expires{0};
    std::string role;
  };

  std::map<std::string, Issued> tokens_;
  unsigned issued_ = 0;
};

}  // namespace switchboard::sim
