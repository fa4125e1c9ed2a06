#pragma once

#include <cstddef>
#include <string_view>

namespace switchboard {

/// The end of the object or array that `text` begins with: the index after its closing bracket, or npos. Counts
/// brackets outside of strings, 64 bytes at a time, and checks nothing else. Reads each byte at most once.
std::size_t containerEnd(std::string_view text);

/// The index of the first quote or backslash, or the size.
std::size_t quoteOrBackslash(std::string_view text);

/// `text` begins inside a string: the index after its closing quote, or npos.
std::size_t stringEnd(std::string_view text);

}  // namespace switchboard
