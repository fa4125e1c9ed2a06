#include "protocol/frames/binary_frame.h"

#include <array>

#include "json/json_reader.h"
#include "json/utf8.h"

namespace switchboard {

namespace {

/// In the order in which all kinds write those that they have.
constexpr std::array<std::string_view BinaryFrame::*, 5> kBinaryFields = {
    &BinaryFrame::joinRef, &BinaryFrame::ref, &BinaryFrame::topic, &BinaryFrame::event, &BinaryFrame::metadata};

/// Which of the fields a kind has: bit n for field n, 0 when the sender writes no such kind. Whoever has metadata has
/// an encoding too.
unsigned fieldsOf(Sender sender, unsigned kind) {
  constexpr std::array<unsigned char, 5> kFromClient = {0b01111, 0, 0, 0b11111, 0};
  constexpr std::array<unsigned char, 5> kFromServer = {0b01101, 0b01111, 0b01100, 0, 0b11100};
  const auto& kinds = sender == Sender::Client ? kFromClient : kFromServer;
  return kind < kinds.size() ? kinds[kind] : 0;
}

bool hasField(unsigned fields, std::size_t at) {
  return (fields >> at & 1) != 0;
}

bool hasEncoding(unsigned fields) {
  return hasField(fields, kBinaryFields.size() - 1);
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = leadingCharacter(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Takes bytes from the front of a frame.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::string_view> take(std::size_t count) {
    if (count > rest_.size()) return std::nullopt;
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::optional<unsigned> takeByte() {
    const auto byte = take(1);
    if (!byte) return std::nullopt;
    return static_cast<unsigned char>(byte->front());
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

std::optional<BinaryFrame> decodeBinaryFrame(Sender sender, std::string_view bytes) {
  ByteReader reader(bytes);
  const auto kind = reader.takeByte();
  const unsigned fields = kind ? fieldsOf(sender, *kind) : 0;
  if (fields == 0) return std::nullopt;
  BinaryFrame frame;
  frame.kind = static_cast<BinaryKind>(*kind);
  std::array<std::size_t, kBinaryFields.size()> lengths{};
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (!hasField(fields, i)) continue;
    const auto length = reader.takeByte();
    if (!length) return std::nullopt;
    lengths[i] = *length;
  }
  if (hasEncoding(fields)) {
    const auto encoding = reader.takeByte();
    if (!encoding || *encoding > 1) return std::nullopt;
    frame.encoding = static_cast<PayloadEncoding>(*encoding);
  }
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto field = reader.take(lengths[i]);
    if (!field || !isUtf8(*field)) return std::nullopt;
    frame.*kBinaryFields[i] = *field;
  }
  if (!frame.metadata.empty() && !JsonValue::parse(frame.metadata).isObject()) return std::nullopt;
  frame.payload = reader.rest();
  return frame;
}

std::optional<std::string> encodeBinaryFrame(Sender sender, const BinaryFrame& frame) {
  const unsigned fields = fieldsOf(sender, static_cast<unsigned>(frame.kind));
  if (fields == 0) return std::nullopt;
  std::string out;
  std::string texts;
  out += static_cast<char>(frame.kind);
  for (std::size_t i = 0; i < kBinaryFields.size(); ++i) {
    if (!hasField(fields, i)) continue;
    const auto& field = frame.*kBinaryFields[i];
    if (field.size() > kMaxBinaryFieldBytes) return std::nullopt;
    out += static_cast<char>(field.size());
    texts += field;
  }
  if (hasEncoding(fields)) out += static_cast<char>(frame.encoding);
  out.reserve(out.size() + texts.size() + frame.payload.size());
  out += texts;
  out += frame.payload;
  return out;
}

}  // namespace switchboard
