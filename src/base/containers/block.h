#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace switchboard {

/// 16 bytes of text, compared in one step: by WebAssembly SIMD (in every browser since March 2023 and in Node since
/// 16.4), by SSE2, or one by one. Bit n of a mask belongs to byte n.
class Block {
 public:
  static constexpr std::size_t kSize = 16;

  /// Reads kSize bytes.
  explicit Block(const char* from);

  std::uint32_t equal(char c) const;
  /// The bytes that equal `c` after these bits are set in them.
  std::uint32_t equalWith(char bits, char c) const;
  bool operator==(const Block& other) const;

 private:
#if defined(__wasm_simd128__)
  v128_t bytes_;
#elif defined(__SSE2__)
  __m128i bytes_;
#else
  char bytes_[kSize];
#endif
};

#if defined(__wasm_simd128__)

inline Block::Block(const char* from) : bytes_(wasm_v128_load(from)) {}
inline std::uint32_t Block::equal(char c) const {
  return wasm_i8x16_bitmask(wasm_i8x16_eq(bytes_, wasm_i8x16_splat(c)));
}
inline std::uint32_t Block::equalWith(char bits, char c) const {
  const v128_t with = wasm_v128_or(bytes_, wasm_i8x16_splat(bits));
  return wasm_i8x16_bitmask(wasm_i8x16_eq(with, wasm_i8x16_splat(c)));
}
inline bool Block::operator==(const Block& other) const {
  return wasm_i8x16_all_true(wasm_i8x16_eq(bytes_, other.bytes_));
}

#elif defined(__SSE2__)

inline Block::Block(const char* from) : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))) {}
inline std::uint32_t Block::equal(char c) const {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))));
}
inline std::uint32_t Block::equalWith(char bits, char c) const {
  const __m128i with = _mm_or_si128(bytes_, _mm_set1_epi8(bits));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(with, _mm_set1_epi8(c))));
}
inline bool Block::operator==(const Block& other) const {
  return _mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, other.bytes_)) == 0xFFFF;
}

#else

inline Block::Block(const char* from) {
  std::memcpy(bytes_, from, kSize);
}
inline std::uint32_t Block::equal(char c) const {
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < kSize; ++i) mask |= static_cast<std::uint32_t>(bytes_[i] == c) << i;
  return mask;
}
inline std::uint32_t Block::equalWith(char bits, char c) const {
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < kSize; ++i) mask |= static_cast<std::uint32_t>((bytes_[i] | bits) == c) << i;
  return mask;
}
inline bool Block::operator==(const Block& other) const {
  return std::memcmp(bytes_, other.bytes_, kSize) == 0;
}

#endif

/// Position of the lowest bit that is set; `mask` is not 0.
inline unsigned lowestBit(std::uint64_t mask) {
  return static_cast<unsigned>(__builtin_ctzll(mask));
}

/// Whether `count` bytes are equal. Compares whole words: the C library of WebAssembly compares single bytes.
inline bool sameBytes(const char* a, const char* b, std::size_t count) {
  if (count < Block::kSize) {
    // The first and the last word overlap.
    const auto sameEnds = [=]<class Word>(Word first, Word other) {
      std::memcpy(&first, a, sizeof(Word));
      std::memcpy(&other, b, sizeof(Word));
      if (first != other) return false;
      std::memcpy(&first, a + count - sizeof(Word), sizeof(Word));
      std::memcpy(&other, b + count - sizeof(Word), sizeof(Word));
      return first == other;
    };
    if (count >= sizeof(std::uint64_t)) return sameEnds(std::uint64_t{}, std::uint64_t{});
    if (count >= sizeof(std::uint32_t)) return sameEnds(std::uint32_t{}, std::uint32_t{});
    for (std::size_t at = 0; at < count; ++at) {
      if (a[at] != b[at]) return false;
    }
    return true;
  }
  const std::size_t last = count - Block::kSize;
  for (std::size_t at = 0; at < last; at += Block::kSize) {
    if (!(Block(a + at) == Block(b + at))) return false;
  }
  return Block(a + last) == Block(b + last);
}

inline bool sameText(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sameBytes(a.data(), b.data(), a.size());
}

inline bool beginsWith(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && sameBytes(text.data(), start.data(), start.size());
}

inline bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && sameBytes(text.data() + text.size() - end.size(), end.data(), end.size());
}

}  // namespace switchboard
