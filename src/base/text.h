#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/vector.h"

namespace switchboard {

/// The parts one behind the other.
std::string concat(std::initializer_list<std::string_view> parts);

/// Its digits, with a sign when it is negative.
std::string decimal(std::int64_t value);

/// Sorts texts of which there are few.
void sortTexts(Vector<std::string>& texts);

}  // namespace switchboard
