#include "protocol/frames/broadcast.h"

#include <doctest/doctest.h>

#include <set>

#include "oracle/json.h"
#include "protocol/frames/frame.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

TEST_CASE("a broadcast's members are found in any order, its payload untouched") {
  const auto broadcast = readBroadcast(
      R"({"payload": {"a": [1, "}"]} ,"meta":{"id":"x","replayed":true},"event":"c\u00e9","type":"broadcast"})");
  REQUIRE(broadcast);
  CHECK(broadcast->event == "c\xC3\xA9");
  CHECK(broadcast->payload == R"({"a": [1, "}"]})");
  CHECK(broadcast->encoding == PayloadEncoding::JsonText);
  const auto meta = readBroadcastMeta(broadcast->meta);
  REQUIRE(meta);
  CHECK(meta->id == "x");
  CHECK(meta->replayed);
}

TEST_CASE("a payload of any kind is taken, a missing one is null") {
  for (const auto* payload : {"1", "null", "\"text\"", "[]", "{}"}) {
    const std::string text = broadcastPayload("e", payload);  // what is read views it
    const auto broadcast = readBroadcast(text);
    REQUIRE(broadcast);
    CHECK(broadcast->payload == payload);
  }
  CHECK(readBroadcast(R"({"event":"e"})")->payload == "null");
}

TEST_CASE("what has no event is no broadcast") {
  for (const auto* text : {"", "null", "[]", "{}", R"({"event":1,"payload":{}})", R"({"event":null})", R"({"event":"a)",
                           R"({"event":"\u12"})", R"({"event":"a"}x)"}) {
    CAPTURE(text);
    CHECK_FALSE(readBroadcast(text));
  }
}

TEST_CASE("metadata that is none is left out") {
  for (const auto* meta : {"null", "1", "[]", R"("id")", R"({"id":1,"replayed":"yes"})", R"({"id":{]})"}) {
    CAPTURE(meta);
    const std::string text = R"({"event":"e","payload":1,"meta":)" + std::string(meta) + "}";
    const auto broadcast = readBroadcast(text);
    const auto read = readBroadcastMeta(broadcast ? broadcast->meta : "");
    REQUIRE(read);
    CHECK(read->id.empty());
    CHECK_FALSE(read->replayed);
  }
}

TEST_CASE("metadata of a binary frame that is no object is refused, none at all is not") {
  for (const auto* meta : {"[]", "1", "null", "{", "{}x", R"({"id")", R"({"id":"a"]})"}) {
    CAPTURE(meta);
    CHECK_FALSE(readBroadcastMeta(meta));
  }
  REQUIRE(readBroadcastMeta(""));
  CHECK(readBroadcastMeta("")->id.empty());
  const auto escaped = readBroadcastMeta(R"({"i\u0064":"a\"b","id":"\u00e9","replayed":true})");
  REQUIRE(escaped);
  CHECK(escaped->id == "\xC3\xA9");
  CHECK(escaped->replayed);
}

TEST_CASE("names are escaped when written") {
  CHECK(broadcastPayload("a\"b", R"({"c":1})") == R"({"type":"broadcast","event":"a\"b","payload":{"c":1}})");
}

TEST_CASE("recorded broadcasts are read as they were sent, in text and in bytes") {
  int texts = 0;
  int binaries = 0;
  std::set<std::string> replayedIds;
  std::string scratch;
  for (const auto& record : testing::transcript("broadcast", Version::V2)) {
    if (record.dir != "in") continue;
    std::optional<Broadcast> broadcast;
    if (!record.bytes.empty()) {
      const auto frame = decodeBinaryFrame(Sender::Server, record.bytes);
      if (!frame || frame.value().kind != BinaryKind::UserBroadcast) continue;
      broadcast = broadcastOf(frame.value());
      ++binaries;
    } else {
      const auto envelope = scanWholeFrame(Version::V2, record.text, scratch);
      if (!envelope || envelope->event != "broadcast") continue;
      broadcast = readBroadcast(envelope->payload);
      // A client may send anything under the name of the event; the server passes it on.
      if (!broadcast) CHECK(textMember(parseJson(envelope->payload).value(), "event").empty());
      if (!broadcast) continue;
      ++texts;
    }
    CHECK_FALSE(broadcast->event.empty());
    if (broadcast->encoding == PayloadEncoding::JsonText) CHECK(parseJson(broadcast->payload));
    const auto meta = readBroadcastMeta(broadcast->meta);
    REQUIRE(meta);
    if (meta->replayed) replayedIds.insert(meta->id);
  }
  CHECK(texts > 10);
  CHECK(binaries > 15);
  CHECK(replayedIds.size() >= 2);
  CHECK(replayedIds.count("") == 0);
}

}  // namespace
}  // namespace switchboard
