#include "protocol/beat.h"

#include <chrono>

#include "json/json_reader.h"
#include "json/scanner.h"

namespace switchboard {

namespace {

/// A number of exactly `digits` digits at `at`.
std::optional<int> digitsAt(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::uint64_t> readSeq(std::string_view record) {
  const auto seq = JsonValue::parse(record).member("seq");
  const bool isWhole = seq.text().find_first_not_of("0123456789") == std::string_view::npos;
  return isWhole ? seq.integer() : std::nullopt;
}

/// Milliseconds of a fraction such as ".5" or ".123456"; rounded down.
std::optional<int> readFraction(std::string_view fraction) {
  if (fraction.empty()) return 0;
  if (fraction.front() != '.' || fraction.size() < 2) return std::nullopt;
  int ms = 0;
  for (std::size_t i = 1; i < 4; ++i) {
    const auto digit = i < fraction.size() ? digitsAt(fraction, i, 1) : 0;
    if (!digit) return std::nullopt;
    ms = ms * 10 + *digit;
  }
  return ms;
}

}  // namespace

std::optional<Beat> readBeat(std::string_view data) {
  if (changeType(data) == ChangeType::Delete) return std::nullopt;
  Beat beat;
  beat.committedAt = readTimestamp(commitTimestamp(data));
  forEachMember(data, [&](std::string_view key, std::string_view value) {
    if (!spells(key, "record")) return true;
    beat.seq = readSeq(value);
    return false;
  });
  return beat;
}

std::optional<WallTime> readTimestamp(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size() || text.back() != 'Z') return std::nullopt;
  for (const std::size_t mark : {4, 7, 10, 13, 16}) {
    if (text[mark] != kForm[mark]) return std::nullopt;
  }
  const auto years = digitsAt(text, 0, 4);
  const auto months = digitsAt(text, 5, 2);
  const auto date = digitsAt(text, 8, 2);
  const auto hour = digitsAt(text, 11, 2);
  const auto minute = digitsAt(text, 14, 2);
  const auto second = digitsAt(text, 17, 2);
  const auto ms = readFraction(text.substr(kForm.size(), text.size() - kForm.size() - 1));
  if (!years || !months || !date || !hour || !minute || !second || !ms) return std::nullopt;
  const auto calendar =
      year_month_day{year{*years}, month{static_cast<unsigned>(*months)}, day{static_cast<unsigned>(*date)}};
  if (!calendar.ok()) return std::nullopt;
  return WallTime{sys_days{calendar}.time_since_epoch() + hours{*hour} + minutes{*minute} + seconds{*second} +
                  milliseconds{*ms}};
}

}  // namespace switchboard
