#include "protocol/structure.h"

#include <array>
#include <cstdint>

#include "base/block.h"

namespace switchboard {

namespace {

constexpr std::size_t kChunk = 4 * Block::kSize;

/// One bit for each of 64 bytes.
struct Masks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t opening = 0;
  std::uint64_t closing = 0;
};

Masks masksOf(const char* chunk) {
  Masks masks;
  for (unsigned part = 0; part < 4; ++part) {
    const Block block(chunk + part * Block::kSize);
    const unsigned shift = part * Block::kSize;
    masks.quotes |= static_cast<std::uint64_t>(block.equal('"')) << shift;
    masks.backslashes |= static_cast<std::uint64_t>(block.equal('\\')) << shift;
    masks.opening |= static_cast<std::uint64_t>(block.equalFolded('{')) << shift;
    masks.closing |= static_cast<std::uint64_t>(block.equalFolded('}')) << shift;
  }
  return masks;
}

/// Bit n is the parity of the bits up to n.
std::uint64_t prefixParity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// Follows strings from chunk to chunk.
class Strings {
 public:
  /// The bytes that are inside strings, opening quotes included.
  std::uint64_t inside(const Masks& masks) {
    const std::uint64_t quotes = masks.quotes & ~escaped(masks.backslashes);
    const std::uint64_t inside = prefixParity(quotes) ^ open_;
    open_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
    return inside;
  }

 private:
  /// The bytes that a backslash stands before, unless that one is escaped itself.
  std::uint64_t escaped(std::uint64_t backslashes) {
    std::uint64_t result = pending_;
    pending_ = 0;
    backslashes &= ~result;
    while (backslashes != 0) {
      const unsigned at = lowestBit(backslashes);
      if (at == 63) {
        pending_ = 1;
        break;
      }
      const std::uint64_t next = std::uint64_t{2} << at;
      result |= next;
      backslashes &= ~(next | (std::uint64_t{1} << at));
    }
    return result;
  }

  std::uint64_t open_ = 0;     ///< all ones while a string goes on
  std::uint64_t pending_ = 0;  ///< 1 when the next chunk's first byte is escaped
};

unsigned countBits(std::uint64_t bits) {
  return static_cast<unsigned>(__builtin_popcountll(bits));
}

/// Where depth falls to 0, or kChunk. `depth` is that before the chunk and becomes that behind it.
std::size_t findEnd(std::uint64_t opening, std::uint64_t closing, std::size_t& depth) {
  const unsigned closings = countBits(closing);
  if (depth > closings) {
    depth = depth + countBits(opening) - closings;
    return kChunk;
  }
  for (std::uint64_t brackets = opening | closing; brackets != 0; brackets &= brackets - 1) {
    const std::uint64_t bracket = brackets & -brackets;
    if ((opening & bracket) != 0) {
      ++depth;
    } else if (--depth == 0) {
      return lowestBit(bracket);
    }
  }
  return kChunk;
}

}  // namespace

std::size_t containerEnd(std::string_view text) {
  Strings strings;
  std::size_t depth = 0;
  std::array<char, kChunk> last;
  for (std::size_t at = 0; at < text.size(); at += kChunk) {
    const char* chunk = text.data() + at;
    if (text.size() - at < kChunk) {  // blanks behind the end
      last.fill(' ');
      std::memcpy(last.data(), chunk, text.size() - at);
      chunk = last.data();
    }
    const Masks masks = masksOf(chunk);
    const std::uint64_t outside = ~strings.inside(masks);
    const std::size_t end = findEnd(masks.opening & outside, masks.closing & outside, depth);
    if (end < kChunk) return at + end + 1;
  }
  return std::string_view::npos;
}

std::size_t quoteOrBackslash(std::string_view text) {
  std::size_t at = 0;
  for (; at + Block::kSize <= text.size(); at += Block::kSize) {
    const Block block(text.data() + at);
    const std::uint32_t found = block.equal('"') | block.equal('\\');
    if (found != 0) return at + lowestBit(found);
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

std::size_t stringEnd(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += 2) {  // over a backslash and what it escapes
    at += quoteOrBackslash(text.substr(at));
    if (at < text.size() && text[at] == '"') return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace switchboard
