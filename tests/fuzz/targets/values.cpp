#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "examine.h"
#include "json/json_reader.h"
#include "json/json_writer.h"
#include "json/utf8.h"
#include "strict_json.h"

namespace switchboard::fuzz {

namespace {

using Int64 = std::numeric_limits<std::int64_t>;

bool sameNumber(JsonValue value, const Json& parsed) {
  const auto integer = value.integer();
  const auto small = value.unsignedInteger();
  if (parsed.is_number_unsigned()) {
    const auto number = parsed.get<std::uint64_t>();
    const bool fits = number <= 0xFFFF'FFFF;
    if (fits ? small != static_cast<std::uint32_t>(number) : small.has_value()) return false;
    return integer == static_cast<std::int64_t>(std::min<std::uint64_t>(number, Int64::max()));
  }
  if (small) return false;
  if (parsed.is_number_integer()) return integer == parsed.get<std::int64_t>();
  const auto number = parsed.get<double>();
  if (!integer) return false;
  constexpr double kLimit = 9223372036854775808.0;
  const double nearest = std::clamp(number, -kLimit, kLimit);
  // A double of that size has no digit of its own after the 15th.
  return std::abs(static_cast<double>(*integer) - nearest) <= std::max(1.0, std::abs(nearest) * 1e-15);
}

bool same(JsonValue value, const Json& parsed) {
  if (parsed.is_object()) {
    bool good = value.isObject();
    for (const auto& [name, item] : parsed.items()) good = good && same(value.member(name), item);
    value.forEachMember([&](const std::string& name, JsonValue) { good = good && parsed.contains(name); });
    return good;
  }
  if (parsed.is_array()) {
    std::size_t at = 0;
    bool good = value.isArray();
    value.forEachItem([&](JsonValue item) {
      good = good && at < parsed.size() && same(item, parsed[at]);
      ++at;
    });
    return good && at == parsed.size();
  }
  if (parsed.is_string()) return value.isString() && value.string() == parsed.get_ref<const std::string&>();
  if (parsed.is_boolean()) return value.boolean() == parsed.get<bool>();
  if (parsed.is_number()) return value.isNumber() && sameNumber(value, parsed);
  return value.text() == "null";
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = leadingCharacter(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

Complaint examineValue(std::string_view text) {
  const auto value = JsonValue::parse(text);
  const auto strict = readStrictly(text);
  // The oracle does not hold what JSON.parse makes Infinity of, and stops reading there: the rest is not compared.
  if (strict.verdict == Verdict::NumberTooLarge) return std::nullopt;
  if (strict.verdict == Verdict::NoJson) return value ? Complaint("what is no JSON is accepted") : std::nullopt;
  if (strict.depth > JsonValue::kMaxDepth) return value ? Complaint("nested too deep, and accepted") : std::nullopt;
  if (!value) return "JSON is refused";
  return same(value, strict.value) ? std::nullopt : Complaint("the values differ");
}

Complaint examineWriting(std::string_view text) {
  std::string written;
  appendJsonString(written, text);
  const auto strict = readStrictly(written);
  if (strict.verdict != Verdict::Json || !strict.value.is_string()) return "no JSON string";
  const auto& read = strict.value.get_ref<const std::string&>();
  if (JsonValue::parse(written).string() != read) return "the reader takes it otherwise";
  if (isUtf8(text) != (toText(Json(text)).find("\xEF\xBF\xBD") == std::string::npos) &&
      text.find("\xEF\xBF\xBD") == std::string_view::npos)
    return "the two disagree on what UTF-8 is";
  return !isUtf8(text) || read == text ? std::nullopt : Complaint("it does not read back as itself");
}

}  // namespace switchboard::fuzz
