#pragma once

namespace switchboard {

inline bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace switchboard
