#pragma once

#include <optional>
#include <string_view>

#include "oracle/json.h"

namespace switchboard::fuzz {

enum class Verdict : unsigned char {
  Json,
  NoJson,
  NumberTooLarge,  ///< JSON, but a number is beyond what the oracle can hold
};

struct Strict {
  Verdict verdict = Verdict::NoJson;
  Json value;             ///< with verdict Json
  std::size_t depth = 0;  ///< how deep lists are nested
};

/// nlohmann's reading, but for its taking a NUL for the end of the text and stepping over a byte order mark: RFC 8259
/// knows no NUL, and JSON.parse no mark.
Strict readStrictly(std::string_view text);

/// Whether two members of one object have the same name, anywhere in the value.
bool repeatsName(std::string_view text);

}  // namespace switchboard::fuzz
