#pragma once

#include <cstddef>
#include <string_view>

namespace switchboard {

/// The length in bytes of the character that `text` begins with. 0 when `text` is empty or does not begin with valid
/// UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t leadingCharacter(std::string_view text);

}  // namespace switchboard
