#include "json/utf8.h"

namespace switchboard {

namespace {

unsigned char byteAt(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool isContinuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

}  // namespace

std::size_t leadingCharacter(std::string_view text) {
  const unsigned char lead = byteAt(text, 0);
  if (lead < 0x80) return text.empty() ? 0 : 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const unsigned char second = byteAt(text, 1);
  if (!isContinuation(second)) return 0;
  if (lead < 0xE0) return 2;
  const bool outOfRange = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                          (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  if (outOfRange || !isContinuation(byteAt(text, 2))) return 0;
  if (lead < 0xF0) return 3;
  return isContinuation(byteAt(text, 3)) ? 4 : 0;
}

}  // namespace switchboard
