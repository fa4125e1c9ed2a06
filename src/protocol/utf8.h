#pragma once

#include <cstddef>
#include <string_view>

namespace switchboard {

/// The bytes of the character that `text` begins with; 0 when it begins with none that UTF-8 allows (RFC 3629: no
/// overlong forms, no surrogates, nothing above U+10FFFF) or is empty.
std::size_t leadingCharacter(std::string_view text);

}  // namespace switchboard
