#include "protocol/frames/binary_frame.h"

#include <doctest/doctest.h>

#include "oracle/json.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using namespace std::string_literals;

std::string fromHex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  }
  return bytes;
}

/// tests/fixtures/binaryFrames.json, which tests/node/engine/binaryFrames.test.ts compares with the reference client.
const Json& samples() {
  static const Json read = parseJson(testing::readFixture("binaryFrames.json")).value();
  return read;
}

Sender senderOf(const Json& sample) {
  return sample["sender"] == "client" ? Sender::Client : Sender::Server;
}

/// Of a sample; the views are good for as long as `payload`.
BinaryFrame frameOf(const Json& sample, const std::string& payload) {
  BinaryFrame frame;
  frame.kind = static_cast<BinaryKind>(sample["kind"].get<int>());
  if (sample["encoding"].is_number()) frame.encoding = static_cast<PayloadEncoding>(sample["encoding"].get<int>());
  frame.joinRef = textMember(sample, "joinRef");
  frame.ref = textMember(sample, "ref");
  frame.topic = textMember(sample, "topic");
  frame.event = textMember(sample, "event");
  frame.metadata = textMember(sample, "metadata");
  frame.payload = payload;
  return frame;
}

TEST_CASE("every kind is written as the reference client and the server write it") {
  for (const auto& sample : samples()) {
    CAPTURE(sample["title"]);
    const std::string payload = fromHex(textMember(sample, "payload"));
    const auto bytes = encodeBinaryFrame(senderOf(sample), frameOf(sample, payload));
    REQUIRE(bytes);
    CHECK(bytes.value() == fromHex(textMember(sample, "frame")));
  }
}

TEST_CASE("every kind is read as the reference client reads it") {
  for (const auto& sample : samples()) {
    CAPTURE(sample["title"]);
    const std::string bytes = fromHex(textMember(sample, "frame"));
    const std::string payload = fromHex(textMember(sample, "payload"));
    const auto read = decodeBinaryFrame(senderOf(sample), bytes);
    const auto expected = frameOf(sample, payload);
    REQUIRE(read);
    CHECK(read.value().kind == expected.kind);
    if (sample["encoding"].is_number()) CHECK(read.value().encoding == expected.encoding);
    CHECK(read.value().joinRef == expected.joinRef);
    CHECK(read.value().ref == expected.ref);
    CHECK(read.value().topic == expected.topic);
    CHECK(read.value().event == expected.event);
    CHECK(read.value().metadata == expected.metadata);
    CHECK(read.value().payload == expected.payload);
  }
}

TEST_CASE("a recorded binary frame, taken apart and put together, is the same bytes") {
  int compared = 0;
  for (const auto& scenario : testing::scenarios()) {
    for (const auto& record : testing::transcript(scenario, Version::V2)) {
      if (record.bytes.empty()) continue;
      const Sender sender = record.dir == "out" ? Sender::Client : Sender::Server;
      const auto frame = decodeBinaryFrame(sender, record.bytes);
      if (!frame) {
        CHECK(scenario == "garbage");
        continue;
      }
      CHECK(encodeBinaryFrame(sender, frame.value()).value() == record.bytes);
      if (frame.value().encoding == PayloadEncoding::JsonText) CHECK(parseJson(frame.value().payload));
      ++compared;
    }
  }
  CHECK(compared >= 28);
}

TEST_CASE("a frame that ends within its fields is refused, wherever it ends") {
  for (const auto& sample : samples()) {
    CAPTURE(sample["title"]);
    const std::string bytes = fromHex(textMember(sample, "frame"));
    const std::size_t fieldsEnd = bytes.size() - textMember(sample, "payload").size() / 2;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      // A buffer of its own, so that the address sanitizer sees each byte read beyond it.
      const std::string cut(bytes, 0, length);
      CHECK(decodeBinaryFrame(senderOf(sample), cut).has_value() == (length >= fieldsEnd));
    }
  }
}

TEST_CASE("kinds of the other side, and kinds that do not exist, are refused") {
  const std::string zeros(20, '\0');
  const auto reads = [&](Sender sender) {
    std::string kinds;
    for (int kind = 0; kind < 256; ++kind) {
      std::string bytes = zeros;
      bytes[0] = static_cast<char>(kind);
      if (decodeBinaryFrame(sender, bytes)) kinds += std::to_string(kind) + " ";
    }
    return kinds;
  };
  CHECK(reads(Sender::Client) == "0 3 ");
  CHECK(reads(Sender::Server) == "0 1 2 4 ");
  BinaryFrame frame;
  frame.kind = BinaryKind::UserBroadcast;
  CHECK_FALSE(encodeBinaryFrame(Sender::Client, frame));
}

TEST_CASE("what can't be read is refused") {
  for (const auto& bytes : {""s, "\4"s, "\4\0\0\0\2"s, "\4\1\0\0\1\xff{}"s, "\4\0\1\0\1\xC0{}"s, "\4\0\0\1\1\xff{}"s,
                            "\4\0\0\2\1{"s, "\4\xff\xff\xff\1"s}) {
    CAPTURE(bytes);
    CHECK_FALSE(decodeBinaryFrame(Sender::Server, bytes));
  }
}

TEST_CASE("a field above 255 bytes is refused, counted in bytes of UTF-8") {
  const std::string most(255, 'x');
  std::string wide;
  for (int i = 0; i < 128; ++i) wide += "\xC3\xA9";
  const BinaryFrame whole{BinaryKind::UserBroadcastPush, PayloadEncoding::JsonText, most, most, most, most, "{}", "1"};
  CHECK(encodeBinaryFrame(Sender::Client, whole));
  const auto refused = [&](std::string_view BinaryFrame::*field) {
    BinaryFrame frame = whole;
    frame.*field = wide;
    return !encodeBinaryFrame(Sender::Client, frame);
  };
  CHECK(refused(&BinaryFrame::joinRef));
  CHECK(refused(&BinaryFrame::ref));
  CHECK(refused(&BinaryFrame::topic));
  CHECK(refused(&BinaryFrame::event));
  CHECK(refused(&BinaryFrame::metadata));
}

}  // namespace
}  // namespace switchboard
