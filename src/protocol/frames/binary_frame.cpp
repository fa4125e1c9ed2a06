#include "protocol/frames/binary_frame.h"

#include <array>
#include <bit>

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
  for (std::size_t at = 0; at < text.size();) {
    const bool isAscii = static_cast<unsigned char>(text[at]) < 0x80;
    const std::size_t length = isAscii ? 1 : leadingCharacter(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace

std::optional<BinaryFrame> decodeBinaryFrame(Sender sender, std::string_view bytes) {
  const auto byteAt = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const unsigned fields = bytes.empty() ? 0 : fieldsOf(sender, byteAt(0));
  std::size_t lengthAt = 1;
  std::size_t at = lengthAt + static_cast<std::size_t>(std::popcount(fields)) + (hasEncoding(fields) ? 1 : 0);
  if (fields == 0 || bytes.size() < at) return std::nullopt;
  BinaryFrame frame;
  frame.kind = static_cast<BinaryKind>(byteAt(0));
  if (hasEncoding(fields)) {
    if (byteAt(at - 1) > 1) return std::nullopt;
    frame.encoding = static_cast<PayloadEncoding>(byteAt(at - 1));
  }
  for (std::size_t i = 0; i < kBinaryFields.size(); ++i) {
    if (!hasField(fields, i)) continue;
    const std::size_t length = byteAt(lengthAt++);
    const auto field = bytes.substr(at, length);
    if (field.size() < length || !isUtf8(field)) return std::nullopt;
    frame.*kBinaryFields[i] = field;
    at += length;
  }
  frame.payload = bytes.substr(at);
  return frame;
}

std::optional<std::string> encodeBinaryFrame(Sender sender, const BinaryFrame& frame) {
  const unsigned fields = fieldsOf(sender, static_cast<unsigned>(frame.kind));
  if (fields == 0) return std::nullopt;
  constexpr std::size_t kMostOfHeader = 1 + kBinaryFields.size() + 1;
  std::string out;
  std::size_t size = kMostOfHeader + frame.payload.size();
  for (const auto field : kBinaryFields) size += (frame.*field).size();
  out.reserve(size);
  out += static_cast<char>(frame.kind);
  for (std::size_t i = 0; i < kBinaryFields.size(); ++i) {
    if (!hasField(fields, i)) continue;
    const std::size_t length = (frame.*kBinaryFields[i]).size();
    if (length > kMaxBinaryFieldBytes) return std::nullopt;
    out += static_cast<char>(length);
  }
  if (hasEncoding(fields)) out += static_cast<char>(frame.encoding);
  for (std::size_t i = 0; i < kBinaryFields.size(); ++i) {
    if (hasField(fields, i)) out += frame.*kBinaryFields[i];
  }
  out += frame.payload;
  return out;
}

}  // namespace switchboard
