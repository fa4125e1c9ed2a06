#pragma once

#include "base/time.h"
#include "json/json_reader.h"

/// Members of a JSON object read into what has its default already: one that is absent, or of another type, changes
/// nothing.
namespace switchboard {

inline void readDuration(const JsonValue& json, const char* key, Duration& out) {
  if (const auto value = json.member(key).integer()) out = Duration{*value};
}

inline void readFlag(const JsonValue& json, const char* key, bool& out) {
  out = json.member(key).boolean().value_or(out);
}

template <class Unsigned>
void readCount(const JsonValue& json, const char* key, Unsigned& out) {
  if (const auto value = json.member(key).unsignedInteger()) out = *value;
}

}  // namespace switchboard
