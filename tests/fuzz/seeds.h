#pragma once

#include <string>
#include <vector>

namespace switchboard::fuzz {

/// What fuzzing starts from: every kind of frame that the recorded server sent, and what is hard by construction
/// (escapes, white space, key orders, nesting, numbers, broken UTF-8, texts cut off). Each begins with its target's
/// letter.
std::vector<std::string> seeds();

}  // namespace switchboard::fuzz
