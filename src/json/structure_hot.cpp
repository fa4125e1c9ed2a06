#include "json/structure.h"

#include <array>
#include <cstdint>

#include "base/containers/block.h"

namespace switchboard {

namespace {

/// 64 bytes, compared in one step. Bit n of a mask belongs to byte n.
class Chunk {
 public:
  static constexpr std::size_t kSize = 4 * Block::kSize;

  /// Reads kSize bytes.
  explicit Chunk(const char* from)
      : first_(from), second_(from + Block::kSize), third_(from + 2 * Block::kSize), fourth_(from + 3 * Block::kSize) {}

  std::uint64_t quotes() const {
    return mask([](const Block& block) { return block.equal('"'); });
  }
  std::uint64_t backslashes() const {
    const auto backslashes = [](const Block& block) { return block.equal('\\'); };
    const bool any = (backslashes(first_) | backslashes(second_) | backslashes(third_) | backslashes(fourth_)) !=
                     0;  // they are rare
    return any ? mask(backslashes) : 0;
  }
  /// '{' and '['.
  std::uint64_t opening() const {
    return mask([](const Block& block) { return block.equalWith(0x20, '{'); });
  }
  /// '}' and ']'.
  std::uint64_t closing() const {
    return mask([](const Block& block) { return block.equalWith(0x20, '}'); });
  }
  /// All brackets, and also "Yy_" and DEL, which JSON does not have outside of strings.
  std::uint64_t maybeBrackets() const {
    return mask([](const Block& block) { return block.equalWith(0x26, 0x7F); });
  }

 private:
  template <class Match>
  std::uint64_t mask(Match match) const {
    const std::uint64_t low = match(first_) | match(second_) << Block::kSize;
    const std::uint64_t high = match(third_) | match(fourth_) << Block::kSize;
    return low | high << (2 * Block::kSize);
  }

  Block first_, second_, third_, fourth_;
};

/// Bit n is the parity of the bits up to n.
std::uint64_t prefixParity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// Tracks strings from chunk to chunk.
class Strings {
 public:
  /// The bytes inside strings, including opening quotes.
  std::uint64_t inside(const Chunk& chunk) {
    const std::uint64_t escapes = escaped(chunk.backslashes());
    const std::uint64_t quotes = chunk.quotes() & ~escapes;
    if (quotes == 0) return open_;
    const std::uint64_t inside = prefixParity(quotes) ^ open_;
    open_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
    return inside;
  }

 private:
  /// The bytes after a backslash that is not escaped itself.
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

  std::uint64_t open_ = 0;     ///< all ones while inside a string
  std::uint64_t pending_ = 0;  ///< 1 when the next chunk's first byte is escaped
};

unsigned countBits(std::uint64_t bits) {
  return static_cast<unsigned>(__builtin_popcountll(bits));
}

/// Where the depth falls to 0, or Chunk::kSize. `depth` is the depth before the chunk and is set to that after it.
std::size_t findEnd(std::uint64_t opening, std::uint64_t closing, std::size_t& depth) {
  const unsigned closings = countBits(closing);
  if (depth > closings) {
    depth = depth + countBits(opening) - closings;
    return Chunk::kSize;
  }
  for (std::uint64_t brackets = opening | closing; brackets != 0; brackets &= brackets - 1) {
    const std::uint64_t bracket = brackets & -brackets;
    if ((opening & bracket) != 0) {
      ++depth;
    } else if (--depth == 0) {
      return lowestBit(bracket);
    }
  }
  return Chunk::kSize;
}

}  // namespace

std::size_t containerEnd(std::string_view text) {
  Strings strings;
  std::size_t depth = 0;
  std::array<char, Chunk::kSize> last;
  for (std::size_t at = 0; at < text.size(); at += Chunk::kSize) {
    const char* from = text.data() + at;
    if (text.size() - at < Chunk::kSize) {  // blanks after the end
      last.fill(' ');
      std::memcpy(last.data(), from, text.size() - at);
      from = last.data();
    }
    const Chunk chunk(from);
    const std::uint64_t outside = ~strings.inside(chunk);
    if (outside == 0 || (chunk.maybeBrackets() & outside) == 0) continue;
    const std::size_t end = findEnd(chunk.opening() & outside, chunk.closing() & outside, depth);
    if (end < Chunk::kSize) return at + end + 1;
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
  for (std::size_t at = 0; at < text.size(); at += 2) {  // skip a backslash and what it escapes
    at += quoteOrBackslash(text.substr(at));
    if (at < text.size() && text[at] == '"') return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace switchboard
