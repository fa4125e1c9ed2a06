#include "json/json_reader.h"

#include <doctest/doctest.h>

#include <limits>

#include "oracle/json.h"
#include "support/damage.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using testing::damaged;
using testing::FakeRandom;
using testing::recordedTexts;
using testing::reshaped;

using Int64 = std::numeric_limits<std::int64_t>;

bool sameNumber(JsonValue value, const Json& parsed) {
  const auto integer = value.integer();
  if (parsed.is_number_unsigned()) {
    constexpr std::uint64_t kLargest = Int64::max();
    const auto number = parsed.get<std::uint64_t>();
    const auto small = value.unsignedInteger();
    return integer == static_cast<std::int64_t>(std::min(number, kLargest)) &&
           (number > 0xFFFF'FFFF ? !small : small == static_cast<std::uint32_t>(number));
  }
  if (value.unsignedInteger()) return false;
  if (parsed.is_number_integer()) return integer == parsed.get<std::int64_t>();
  const auto number = parsed.get<double>();
  if (number >= 9.3e18) return integer == Int64::max();
  if (number <= -9.3e18) return integer == Int64::min();
  // A double of that size has no digit of its own after the 15th.
  const auto slack = std::max(1.0, std::abs(number) * 1e-15);
  return integer && std::abs(static_cast<double>(*integer) - number) <= slack;
}

/// Whether both have read the same value, all the way down.
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

/// Numbers that no double can hold are nothing to the oracle; JSON.parse reads them, and so do we.
bool isBeyondDouble(const std::string& text) {
  return text.find_first_of("eE") != std::string::npos && JsonValue::parse(text);
}

struct Verdicts {
  int accepted = 0;
  int refused = 0;
};

bool agrees(const std::string& text, Verdicts& tally) {
  const auto value = JsonValue::parse(text);
  const auto parsed = parseJson(text);
  ++(parsed ? tally.accepted : tally.refused);
  if (!parsed) return !value || isBeyondDouble(text);
  return value && same(value, *parsed);
}

TEST_CASE("texts of every kind are read as the oracle reads them") {
  Verdicts tally;
  for (const std::string text : {
           "",
           " ",
           "null",
           " null ",
           "nul",
           "nullx",
           "null null",
           "true",
           "false",
           "True",
           "tru",

           "{",
           "}",
           "[",
           "]",
           "{}",
           "[]",
           " { } ",
           "[ ]",
           "[,]",
           "[1,]",
           "[,1]",
           "[1 2]",
           "[1,2]",
           "[[[]],{}]",
           "[}",
           "{]",
           "[1}",
           "{\"a\"}",
           "{\"a\":}",
           "{\"a\":1,}",
           "{,}",
           "{\"a\" : 1 , \"b\":2}",
           "{a:1}",
           "{'a':1}",
           "{1:2}",
           "{\"a\":1 \"b\":2}",
           "{\"a\":1,\"a\":2}",
           R"({"\u0061":1,"a":{"b":[true,null]}})",
           "{\"\":1}",
           "\"",
           "\"\"",
           "\"a",
           "\"a\"b",
           "\"\t\"",
           "\"\x7F\"",
           "\"\x1F\"",
           R"("\"\\\/\b\f\n\r\t")",
           R"("\a")",
           R"("\)",
           R"("\")",
           R"("\u")",
           R"("\u12")",
           R"("\u12G4")",
           R"("\u00e9\u20AC")",
           R"("\ud83d\ude00")",
           R"("\uD83D")",
           R"("\uD83Dx")",
           R"("\uD83D\n")",
           R"("\uD83D\u0041")",
           R"("\uDE00")",
           R"("\uDE00\uD83D")",
           R"("\ud83d\ude0")",
           "\"\xC3\xA9\"",
           "\"\xC3\"",
           "\"\xC0\x80\"",
           "\"\xED\xA0\x80\"",
           "\"\xF4\x90\x80\x80\"",
           "\"\xF0\x9F\x98\x80\"",
           "\xC3\xA9",
           "0",
           "-0",
           "-",
           "+1",
           "01",
           "-01",
           "00",
           "1",
           "-1",
           "1.",
           ".5",
           "1.5",
           "-1.5",
           "1.5.5",
           "1e",
           "1e+",
           "1e5",
           "1E5",
           "1e+5",
           "1e-5",
           "1e5.5",
           "12e0",
           "0e0",
           "0.0",
           "0x10",
           "1_0",
           "4294967295",
           "4294967296",
           "9223372036854775807",
           "9223372036854775808",
           "-9223372036854775808",
           "18446744073709551615",
           "18446744073709551616",
           "123456789012345678901234567890",
           "1e300",
           "-1e300",
           "1.9",
           "-1.9",
           "1234.5678e2",
           "1234.5678e-2",
           "0.00001e5",
           "100e-2",
           "NaN",
           "Infinity",
           "-Infinity",
           "// no\n1",
           "/* no */1",
           "[1]\n\r\t ",
           "\v1",
           "\f1",
           "\xC2\xA0"
           "1",
       }) {
    CAPTURE(text);
    CHECK(agrees(text, tally));
  }
  CHECK(tally.accepted > 50);
  CHECK(tally.refused > 55);
  CHECK_FALSE(JsonValue::parse("\xEF\xBB\xBF{}"));  // a byte order mark, which JSON.parse refuses too
  CHECK_FALSE(JsonValue::parse(std::string_view("1\0", 2)));
  CHECK_FALSE(JsonValue::parse(std::string_view("\"\0\"", 3)));
}

TEST_CASE("recorded frames, and damaged and rewritten copies of them, are read as the oracle reads them") {
  FakeRandom random;
  for (const Version version : {Version::V1, Version::V2}) {
    Verdicts tally;
    int rows = 0;
    for (const auto text : recordedTexts(version, "in")) {
      const bool hasRow = text.find("commit_timestamp") != std::string_view::npos;
      if (hasRow && ++rows % 6 != 0) continue;  // there are hundreds, all alike
      const std::string original(text);
      for (const std::string& copy : {original, damaged(original, random), damaged(original, random),
                                      reshaped(original, random), damaged(reshaped(original, random), random)}) {
        CAPTURE(copy);
        CHECK(agrees(copy, tally));
      }
    }
    CHECK(tally.accepted > 2'000);
    CHECK(tally.refused > 1'000);
  }
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(JsonValue::parse(nested(JsonValue::kMaxDepth)));
  CHECK_FALSE(JsonValue::parse(nested(JsonValue::kMaxDepth + 1)));
  CHECK_FALSE(JsonValue::parse(std::string(1'000'000, '[')));
  CHECK_FALSE(JsonValue::parse(std::string(1'000'000, '{')));
}

TEST_CASE("what is absent or of another type is absent or empty all the way down") {
  const auto json = JsonValue::parse(R"({"text":"a","list":["a"],"number":5,"null":null})");
  CHECK_FALSE(json.member("none"));
  CHECK_FALSE(json.member("none").member("none"));
  CHECK_FALSE(json.member("text").member("none"));
  CHECK_FALSE(json.member("list").member("a"));
  CHECK(json.member("null"));
  CHECK(json.member("number").string() == "");
  CHECK(json.member("none").string() == "");
  CHECK_FALSE(json.member("text").integer());
  CHECK_FALSE(json.member("text").unsignedInteger());
  CHECK_FALSE(json.member("number").boolean());
  json.member("text").forEachItem([](JsonValue) { FAIL("a text has no items"); });
  json.member("list").forEachMember([](const std::string&, JsonValue) { FAIL("a list has no members"); });
  CHECK_FALSE(JsonValue().integer());
  CHECK(JsonValue().text() == "");
}

TEST_CASE("of members with one name the last counts, however the name is written") {
  CHECK(JsonValue::parse(R"({"a":1,"b":0,"\u0061":2})").member("a").integer() == 2);
}

TEST_CASE("numbers are read to the last digit, with decimals if asked for") {
  const auto read = [](std::string_view text, int decimals) { return JsonValue::parse(text).integer(decimals); };
  CHECK(read("9223372036854775807", 0) == Int64::max());
  CHECK(read("-9223372036854775808", 0) == Int64::min());
  CHECK(read("-9223372036854775809", 0) == Int64::min());
  CHECK(read("1790000000", 3) == 1'790'000'000'000);
  CHECK(read("1.79e9", 3) == 1'790'000'000'000);
  CHECK(read("1790000000.1239", 3) == 1'790'000'000'123);
  CHECK(read("-1.9999", 3) == -1'999);
  CHECK(read("0.0001", 3) == 0);
  CHECK(read("123456789012345678901234e-20", 0) == 1'234);
  CHECK(read("0.000000000000000000000000123e26", 0) == 12);
  CHECK(read("0e999999999999999999999", 3) == 0);
  CHECK(read("1e999999999999999999999", 0) == Int64::max());
  CHECK(read("-1e999999999999999999999", 0) == Int64::min());
  CHECK(read("1e-999999999999999999999", 0) == 0);
}

}  // namespace
}  // namespace switchboard
