#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/containers/vector.h"

namespace switchboard {

/// The api key and the newest tokens, and how to cut them out of what is recorded.
class Secrets {
 public:
  /// The token's number, from 1 on; the same for the same token, as long as it is among the newest eight. `isNew`: it
  /// was not.
  std::uint32_t add(std::string_view token, bool& isNew);
  /// The text with `[token 1]` in place of the first token, `[jwt]` in place of what looks like a JWT and `[key]` in
  /// place of what looks like one of Supabase's keys.
  std::string redact(std::string_view text) const;

 private:
  struct Secret {
    std::string text;
    std::uint32_t number = 0;
  };

  const Secret* at(std::string_view text) const;

  Vector<std::unique_ptr<Secret>> secrets_;  ///< the oldest first, but the api key never goes
  std::uint32_t lastNumber_ = 0;
};

}  // namespace switchboard
