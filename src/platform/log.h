#pragma once

#include <string_view>

namespace switchboard {

enum class LogLevel : unsigned char { Debug, Info, Warn, Error };

/// "debug" …
std::string_view toString(LogLevel level);

/// Receives log lines. They never contain a token or an api key.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message) = 0;
};

}  // namespace switchboard
