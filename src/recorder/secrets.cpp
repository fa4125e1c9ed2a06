#include "recorder/secrets.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace switchboard {

namespace {

constexpr std::size_t kMost = 8;
/// Shorter ones would garble what is recorded.
constexpr std::size_t kShortest = 6;

bool isTokenLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::size_t lettersAt(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isTokenLetter) - text.begin());
}

/// How many bytes look like a JWT: three parts, the first of which is an object. 0: none.
std::size_t jwtAt(std::string_view text) {
  if (!text.starts_with("eyJ")) return 0;
  const std::size_t head = lettersAt(text);
  if (head < 8 || head == text.size() || text[head] != '.') return 0;
  const std::size_t body = lettersAt(text.substr(head + 1));
  const std::size_t end = head + 1 + body;
  if (body == 0 || end == text.size() || text[end] != '.') return 0;
  return end + 1 + lettersAt(text.substr(end + 1));
}

std::size_t keyAt(std::string_view text) {
  for (const std::string_view start : {"sb_secret_", "sb_publishable_"}) {
    if (text.starts_with(start)) return start.size() + lettersAt(text.substr(start.size()));
  }
  return 0;
}

}  // namespace

std::uint32_t Secrets::add(std::string_view token, bool& isNew) {
  for (std::size_t i = 0; i < secrets_.size(); ++i) {
    if (secrets_[i]->text != token) continue;
    isNew = false;
    const std::uint32_t number = secrets_[i]->number;
    if (i > 0) std::rotate(secrets_.begin() + i, secrets_.begin() + i + 1, secrets_.end());
    return number;
  }
  isNew = true;
  if (secrets_.size() == kMost) secrets_.erase(secrets_.begin() + 1);
  secrets_.push_back(std::make_unique<Secret>(Secret{std::string(token), ++lastNumber_}));
  return lastNumber_;
}

/// The longest that the text begins with, since one may begin with another.
const Secrets::Secret* Secrets::at(std::string_view text) const {
  const Secret* longest = nullptr;
  for (const auto& secret : secrets_) {
    if (secret->text.size() < kShortest || !text.starts_with(secret->text)) continue;
    if (longest == nullptr || longest->text.size() < secret->text.size()) longest = secret.get();
  }
  return longest;
}

std::string Secrets::redact(std::string_view text) const {
  std::string out;
  std::size_t done = 0;
  const auto cut = [&](std::size_t at, std::size_t size, std::string_view mark) {
    out += text.substr(done, at - done);
    out += mark;
    done = at + size;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (const Secret* secret = at(rest)) {
      cut(i, secret->text.size(), concat({"[token ", decimal(secret->number), "]"}));
    } else if (const std::size_t jwt = jwtAt(rest); jwt > 0) {
      cut(i, jwt, "[jwt]");
    } else if (const std::size_t key = keyAt(rest); key > 0) {
      cut(i, key, "[key]");
    }
    i = std::max(i + 1, done);
  }
  out += text.substr(done);
  return out;
}

}  // namespace switchboard
