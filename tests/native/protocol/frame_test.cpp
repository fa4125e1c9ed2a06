#include "protocol/frames/frame.h"

#include <doctest/doctest.h>

#include "oracle/json.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using testing::recordedTexts;

std::optional<Envelope> scan(Version version, std::string_view text) {
  static std::string scratch;
  return scanWholeFrame(version, text, scratch);
}

TEST_CASE("version 2 writes an array with the refs first, null where there is none") {
  CHECK(encodeFrame(Version::V2, {"6", "8", "realtime:t", "phx_leave", "{}"}) ==
        R"(["6","8","realtime:t","phx_leave",{}])");
  CHECK(encodeFrame(Version::V2, {"", "3", "phoenix", "heartbeat", "{}"}) == R"([null,"3","phoenix","heartbeat",{}])");
}

TEST_CASE("version 1 writes an object with the reference client's order of keys") {
  CHECK(encodeFrame(Version::V1, {"6", "8", "realtime:t", "phx_leave", "{}"}) ==
        R"({"topic":"realtime:t","event":"phx_leave","payload":{},"ref":"8","join_ref":"6"})");
  CHECK(encodeFrame(Version::V1, {"", "3", "phoenix", "heartbeat", "{}"}) ==
        R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"3"})");
}

TEST_CASE("quotes, backslashes and control characters in names are escaped") {
  const std::string text = encodeFrame(Version::V2, {"1", "1", "realtime:a\"b\\c\n\x01", "e", "{}"});
  CHECK(text == R"(["1","1","realtime:a\"b\\c\u000a\u0001","e",{}])");
  CHECK(scan(Version::V2, text)->topic == "realtime:a\"b\\c\n\x01");
}

TEST_CASE("a recorded client frame, taken apart and put together, is the same text") {
  for (const Version version : {Version::V1, Version::V2}) {
    int compared = 0;
    for (const auto text : recordedTexts(version, "out")) {
      const auto envelope = scan(version, text);
      if (!envelope) continue;  // the garbage that was sent on purpose
      if (version == Version::V1 && text.find(R"("join_ref":null)") != std::string_view::npos) continue;
      ++compared;
      CHECK(encodeFrame(version, {envelope->joinRef, envelope->ref, envelope->topic, envelope->event,
                                  envelope->payload}) == text);
    }
    CHECK(compared > 480);
  }
}

TEST_CASE("version 1 frames of the server are read with their keys in any order") {
  const auto reply = scan(Version::V1, R"({"ref":"1","event":"phx_reply","topic":"realtime:t","payload":{"a":1}})");
  REQUIRE(reply);
  CHECK(reply->ref == "1");
  CHECK_FALSE(reply->hasJoinRef());
  CHECK(reply->topic == "realtime:t");
  CHECK(reply->event == "phx_reply");
  CHECK(reply->payload == R"({"a":1})");
  const auto other =
      scan(Version::V1, R"( { "payload" : [ ] , "topic":"t", "x": {"topic":"no"}, "event" : "e" , "ref" : null } )");
  REQUIRE(other);
  CHECK(other->payload == "[ ]");
  CHECK(other->topic == "t");
  CHECK_FALSE(other->hasRef());
}

TEST_CASE("a missing ref, a null ref and an empty ref are different things") {
  CHECK_FALSE(scan(Version::V1, R"({"event":"e","topic":"t","payload":{}})")->hasRef());
  CHECK_FALSE(scan(Version::V1, R"({"event":"e","topic":"t","payload":{},"ref":null})")->hasRef());
  const auto empty = scan(Version::V1, R"({"event":"e","topic":"t","payload":{},"ref":""})");
  CHECK(empty->hasRef());
  CHECK(empty->ref.empty());
  CHECK(scan(Version::V2, R"(["","","t","e",{}])")->hasJoinRef());
}

TEST_CASE("of a key that comes twice the last counts") {
  const auto frame =
      scan(Version::V1, R"({"topic":"a","event":"e","payload":1,"ref":"1","topic":"b","payload":2,"ref":null})");
  REQUIRE(frame);
  CHECK(frame->topic == "b");
  CHECK(frame->payload == "2");
  CHECK_FALSE(frame->hasRef());
  // An earlier one that could not stand alone made the frame a bad one.
  CHECK(scan(Version::V1, R"({"topic":"t","event":"e","payload":{},"ref":1,"ref":"2"})")->ref == "2");
}

TEST_CASE("a ref that only begins with null is none") {
  CHECK_FALSE(scan(Version::V1, R"({"ref":nullx,"topic":"t","event":"e","payload":{}})"));
  CHECK_FALSE(scan(Version::V2, R"([null,nullx,"t","e",{}])"));
}

TEST_CASE("a NUL is not the end of a frame") {
  const std::string two = R"(["1","1","t","e",{}])";
  const std::string one = R"({"topic":"t","event":"e","payload":{}})";
  CHECK_FALSE(scan(Version::V2, two + std::string("\0garbage", 8)));
  CHECK_FALSE(scan(Version::V1, one + std::string("\0garbage", 8)));
  CHECK_FALSE(scan(Version::V2, two + std::string(1, '\0')));
}

TEST_CASE("escapes in names and keys are resolved, those in the payload left alone") {
  const auto two = scan(Version::V2, R"(["1",null,"realtime:\u00e9\/\ud83d\ude00","a\tb",{"x":"\u00e9"}])");
  REQUIRE(two);
  CHECK(two->topic == "realtime:é/😀");
  CHECK(two->event == "a\tb");
  CHECK(two->joinRef == "1");
  CHECK(two->payload == R"({"x":"\u00e9"})");
  const auto one = scan(Version::V1, R"({"t\u006fpic":"\u0074","event":"e","payload":{}})");
  REQUIRE(one);
  CHECK(one->topic == "t");
}

TEST_CASE("white space anywhere makes no difference") {
  const auto frame = scan(Version::V2, " [ \"1\" ,\tnull\n,\r\"t\" , \"e\" , { \"a\" : 1 } ] \n");
  REQUIRE(frame);
  CHECK(frame->payload == "{ \"a\" : 1 }");
}

TEST_CASE("what is no frame is refused") {
  for (const std::string_view text :
       {"", " ", "hello", "null", "[]", "{}", "[1,2,3]", R"(["1","1","t","e"])", R"(["1","1","t","e",{},{}])",
        R"([1,1,"t","e",{}])", R"(["1","1",null,"e",{}])", R"(["1","1","t",null,{}])", R"(["1","1","t","e",])",
        R"(["1","1","t","e",{}]x)", R"(["1","1","t","e",{}][])", R"(["1","1","t\u12g4","e",{}])",
        R"(["1","1","t\","e",{}])", R"({"topic":"t","event":"e","payload":{}})"}) {
    CAPTURE(text);
    CHECK_FALSE(scan(Version::V2, text));
  }
  for (const std::string_view text :
       {"", "{", "{}", "[]", R"({"topic":"t","event":"e"})", R"({"topic":"t","payload":{}})",
        R"({"event":"e","payload":{}})", R"({"topic":1,"event":"e","payload":{}})",
        R"({"topic":"t","event":"e","payload":{}}x)", R"({"topic":"t","event":"e","payload":{},})",
        R"({"topic":"t","event":"e","payload":{},"ref":1})", R"(["1","1","t","e",{}])"}) {
    CAPTURE(text);
    CHECK_FALSE(scan(Version::V1, text));
  }
}

TEST_CASE("a frame that was cut anywhere is refused, whatever the byte") {
  const std::string two =
      R"(["12",null,"realtime:\u00e9\ud83d\ude00","postgres_changes",{"data":{"t":"a\"]}","n":[1,{}]},"ids":[1]}])";
  const std::string one =
      R"({"ref":null,"event":"system","topic":"realtime:\"b","payload":{"message":"a\\","status":[true,null]}})";
  REQUIRE(scan(Version::V2, two));
  REQUIRE(scan(Version::V1, one));
  for (std::size_t length = 0; length < two.size(); ++length) {
    const std::string cut = two.substr(0, length);  // a copy of its own, so that a sanitizer sees reads beyond its end
    CHECK_FALSE(scan(Version::V2, cut));
  }
  for (std::size_t length = 0; length < one.size(); ++length) {
    const std::string cut = one.substr(0, length);
    CHECK_FALSE(scan(Version::V1, cut));
  }
}

TEST_CASE("versions are known by their names and no others") {
  CHECK(versionFromText("1.0.0") == Version::V1);
  CHECK(versionFromText("2.0.0") == Version::V2);
  CHECK_FALSE(versionFromText("2.0"));
  CHECK_FALSE(versionFromText(""));
  CHECK(toString(Version::V1) == "1.0.0");
  CHECK(toString(Version::V2) == "2.0.0");
}

}  // namespace
}  // namespace switchboard
