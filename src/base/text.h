#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/containers/vector.h"

namespace switchboard {

/// The concatenation of the parts.
std::string concat(std::initializer_list<std::string_view> parts);

/// The decimal digits, with a minus sign if negative.
std::string decimal(std::int64_t value);

/// Sorts by insertion: for few texts.
void sortTexts(Vector<std::string>& texts);

}  // namespace switchboard
