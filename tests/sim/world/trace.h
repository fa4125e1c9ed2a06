#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.h"

namespace switchboard::sim {

/// What happened, in order. Always kept as a digest, by which two runs of a seed can be compared; as text only when
/// asked for.
class Trace {
 public:
  enum class Mode : unsigned char {
    Digest,  ///< no text
    Last,    ///< the last lines
    Print,   ///< everything, on standard output
  };

  explicit Trace(Mode mode) : mode_(mode) {}

  bool wantsText() const { return mode_ != Mode::Digest; }

  /// `parts` are put together only when text is needed.
  template <class... Parts>
  void add(Duration at, std::string_view what, const Parts&... parts) {
    fold(static_cast<std::uint64_t>(at.count()));
    for (const char c : what) fold(static_cast<unsigned char>(c));
    if (!wantsText()) return;
    std::string line = stamp(at);
    line += what;
    ((line += ' ', append(line, parts)), ...);
    if (mode_ == Mode::Print) std::printf("%s\n", line.c_str());
    lines_.push_back(std::move(line));
    if (lines_.size() > kKept) lines_.pop_front();
  }

  std::uint64_t digest() const { return digest_; }
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  static constexpr std::size_t kKept = 120;

  void fold(std::uint64_t value) { digest_ = (digest_ ^ value) * 0x100000001b3; }
  static std::string stamp(Duration at) {
    char text[32];
    std::snprintf(text, sizeof text, "%9.3f  ", static_cast<double>(at.count()) / 1'000);
    return text;
  }
  static void append(std::string& line, std::string_view text) { line += text.substr(0, 400); }
  static void append(std::string& line, const char* text) { line += text; }
  static void append(std::string& line, const std::string& text) { append(line, std::string_view(text)); }
  static void append(std::string& line, Duration span) { line += std::to_string(span.count()) + " ms"; }
  template <class Number>
  static void append(std::string& line, Number number) {
    line += std::to_string(number);
  }

  Mode mode_;
  std::uint64_t digest_ = 0xcbf29ce484222325;
  std::deque<std::string> lines_;
};

}  // namespace switchboard::sim
