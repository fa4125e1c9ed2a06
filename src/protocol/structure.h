#pragma once

#include <cstddef>
#include <string_view>

namespace switchboard {

/// Where the object or array that `text` begins with ends: behind its closing bracket, or npos when it has none.
/// Strings are passed over, brackets counted, 64 bytes at a time; more is not checked. All of `text` is read at most
/// once.
std::size_t containerEnd(std::string_view text);

/// Where the first of the two stands, or the size.
std::size_t quoteOrBackslash(std::string_view text);

/// Where the string ends whose inside `text` begins with: behind its closing quote, or npos.
std::size_t stringEnd(std::string_view text);

}  // namespace switchboard
