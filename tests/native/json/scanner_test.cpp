#include "json/scanner.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

TEST_CASE("a scanner takes what is next and steps over white space") {
  JsonScanner scanner(" \t\n\r[ null , \"a\" , 12 ] ");
  CHECK(scanner.take('['));
  CHECK_FALSE(scanner.take('['));
  CHECK(scanner.takeNull());
  CHECK(scanner.take(','));
  CHECK(scanner.rawString() == "a");
  CHECK(scanner.take(','));
  CHECK(scanner.unsignedInteger() == 12u);
  CHECK_FALSE(scanner.atEnd());
  CHECK(scanner.take(']'));
  CHECK(scanner.atEnd());
  CHECK_FALSE(scanner.take(']'));
}

TEST_CASE("a raw value is any value, verbatim") {
  for (const std::string_view value :
       {"null", "true", "-1.5e300", "\"a\\\"b\"", "[]", "{}", R"({"a":[1,{"b":"]}"}],"c":"\\"})", "[[[]],[]]"}) {
    CAPTURE(value);
    const std::string text = "  " + std::string(value) + " ,";
    JsonScanner scanner(text);
    CHECK(scanner.rawValue() == value);
    CHECK(scanner.take(','));
  }
}

TEST_CASE("a value that does not end is none") {
  for (const std::string_view text : {"", " ", "[", "{\"a\":1", "\"", "\"a\\", "\"a\\\"", "[\"]", ",", "]", "}"}) {
    CAPTURE(text);
    const std::string copy(text);
    JsonScanner scanner(copy);
    CHECK_FALSE(scanner.rawValue());
  }
}

TEST_CASE("only non-negative integers below 2^32 are read as such") {
  const auto read = [](std::string_view text) { return JsonScanner(text).unsignedInteger(); };
  CHECK(read("0") == 0u);
  CHECK(read(" 134217727") == 134'217'727u);
  CHECK(read("4294967295") == 4'294'967'295u);
  for (const std::string_view text : {"4294967296", "-1", "+1", "", "x", "\"1\"", "null"}) CHECK_FALSE(read(text));
}

TEST_CASE("escapes are resolved") {
  CHECK(unescape("plain é") == "plain é");
  CHECK(unescape(R"(\"\\\/\b\f\n\r\t)") == "\"\\/\b\f\n\r\t");
  CHECK(unescape(R"(\u0041\u00e9\u20AC)") == "Aé€");
  CHECK(unescape(R"(\u0000)") == std::string(1, '\0'));
  CHECK(unescape("") == "");
}

TEST_CASE("surrogate pairs are one character, lone surrogates the replacement character") {
  CHECK(unescape(R"(\ud83d\ude00)") == "😀");
  CHECK(unescape(R"(\uDBFF\uDFFF)") == "\xF4\x8F\xBF\xBF");
  CHECK(unescape(R"(\ud83d)") == "\uFFFD");
  CHECK(unescape(R"(\ude00)") == "\uFFFD");
  CHECK(unescape(R"(\ud83dx)") == "\uFFFDx");
  CHECK(unescape(R"(\ud83d\n)") == "\uFFFD\n");
  CHECK(unescape(R"(\ud83d\u0041)") == "\uFFFDA");
  CHECK(unescape(R"(\ud83d\ud83d\ude00)") == "\uFFFD😀");
}

TEST_CASE("malformed escapes are refused") {
  for (const std::string_view raw :
       {"\\", "a\\", "\\x41", "\\u", "\\u1", "\\u12", "\\u123", "\\u12g4", "\\u-123", "\\u 123", "\\'"}) {
    CAPTURE(raw);
    CHECK_FALSE(unescape(raw));
  }
}

TEST_CASE("each member of an object is visited, in order, until the visitor has enough") {
  std::string seen;
  const auto visit = [&](std::string_view key, std::string_view value) {
    seen += std::string(key) + "=" + std::string(value) + ";";
    return key != "stop";
  };
  CHECK(forEachMember(R"( {"a" : 1 , "b\n":{"c":[2]} } )", visit));
  CHECK(seen == "a=1;b\\n={\"c\":[2]};");
  seen.clear();
  CHECK(forEachMember(R"({"stop":1,"never":2})", visit));
  CHECK(seen == "stop=1;");
  CHECK(forEachMember("{}", visit));
}

TEST_CASE("what is no object has no members") {
  const auto visit = [](std::string_view, std::string_view) { return true; };
  for (const std::string_view text : {"", "[]", "1", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
                                      "{a:1}", "{\"a\" 1}", "{} x", "{\"a\":1}{}"}) {
    CAPTURE(text);
    CHECK_FALSE(forEachMember(text, visit));
  }
}

TEST_CASE("a key spells a word with or without escapes") {
  CHECK(spells("ids", "ids"));
  CHECK(spells(R"(\u0069ds)", "ids"));
  CHECK_FALSE(spells("id", "ids"));
  CHECK_FALSE(spells(R"(\u00zzds)", "ids"));
}

}  // namespace
}  // namespace switchboard
