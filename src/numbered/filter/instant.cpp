#include "numbered/filter/instant.h"

#include <cstddef>
#include <limits>

#include "base/containers/block.h"
#include "numbered/filter/letters.h"

namespace switchboard {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

/// Between `least` and `most` digits.
std::optional<std::int64_t> takeNumber(std::string_view& text, std::size_t least, std::size_t most) {
  std::int64_t number = 0;
  std::size_t count = 0;
  for (; count < most && count < text.size() && isDigit(text[count]); ++count)
    number = number * 10 + (text[count] - '0');
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Two digits below `bound` after the mark.
std::optional<std::int64_t> takePart(std::string_view& text, char mark, std::int64_t bound) {
  if (!take(text, mark)) return std::nullopt;
  const auto number = takeNumber(text, 2, 2);
  return number && *number < bound ? number : std::nullopt;
}

/// Days since 1970 in the Gregorian calendar; year 0 is 1 BC.
std::int64_t daysOf(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t yearOfEra = year - era * 400;
  const std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146'097 + dayOfEra - 719'468;
}

std::int64_t lengthOf(std::int64_t year, std::int64_t month) {
  return month == 12 ? 31 : daysOf(year, month + 1, 1) - daysOf(year, month, 1);
}

std::optional<std::int64_t> takeDate(std::string_view& text, std::size_t mostDigits, bool isBeforeChrist) {
  const auto written = takeNumber(text, 4, mostDigits);
  if (!written || *written == 0) return std::nullopt;
  const std::int64_t year = isBeforeChrist ? 1 - *written : *written;
  const auto month = takePart(text, '-', 13);
  const auto day = month && *month > 0 ? takePart(text, '-', 32) : std::nullopt;
  if (!day || *day == 0 || *day > lengthOf(year, *month)) return std::nullopt;
  return daysOf(year, *month, *day);
}

/// Microseconds of ".5"; 0 when there is no fraction.
std::optional<std::int64_t> takeFraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  const auto length = text.size();
  auto fraction = takeNumber(text, 1, 6);
  if (!fraction) return std::nullopt;
  for (auto digits = length - text.size(); digits < 6; ++digits) *fraction *= 10;
  return fraction;
}

std::optional<std::int64_t> takeTime(std::string_view& text) {
  const auto hours = takeNumber(text, 2, 2);
  const auto minutes = hours && *hours < 24 ? takePart(text, ':', 60) : std::nullopt;
  const auto seconds = minutes ? takePart(text, ':', 60) : std::nullopt;
  const auto fraction = seconds ? takeFraction(text) : std::nullopt;
  if (!fraction) return std::nullopt;
  return ((*hours * 60 + *minutes) * 60 + *seconds) * kSecond + *fraction;
}

/// How far a zone is ahead of UTC: "Z", "+02", "+05:30", "-00:19:32".
std::optional<std::int64_t> takeZone(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool isAhead = take(text, '+');
  if (!isAhead && !take(text, '-')) return std::nullopt;
  const auto hours = takeNumber(text, 2, 2);
  if (!hours || *hours > 15) return std::nullopt;
  std::int64_t seconds = *hours * 3'600;
  for (const std::int64_t unit : {60, 1}) {
    if (text.empty()) break;
    const auto part = takePart(text, ':', 60);
    if (!part) return std::nullopt;
    seconds += *part * unit;
  }
  return (isAhead ? seconds : -seconds) * kSecond;
}

std::optional<std::int64_t> infinite(std::string_view text) {
  if (text == "infinity") return std::numeric_limits<std::int64_t>::max();
  if (text == "-infinity") return std::numeric_limits<std::int64_t>::min();
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> readInstant(InstantKind kind, std::string_view text) {
  constexpr std::string_view kBeforeChrist = " BC";
  constexpr std::size_t kYearDigits = 7;
  if (const auto end = infinite(text)) return end;
  const bool isBeforeChrist = endsWith(text, kBeforeChrist);
  if (isBeforeChrist) text.remove_suffix(kBeforeChrist.size());
  const auto day = takeDate(text, kYearDigits, isBeforeChrist);
  if (!day) return std::nullopt;
  // A date can be further away than microseconds reach.
  if (kind == InstantKind::Date) return text.empty() ? day : std::nullopt;
  const auto time = take(text, 'T') ? takeTime(text) : std::nullopt;
  const auto zone = kind == InstantKind::Timestamp ? 0 : takeZone(text);
  if (!time || !zone || !text.empty()) return std::nullopt;
  constexpr std::int64_t kMostDays = 106'000'000;
  if (*day > kMostDays || *day < -kMostDays) return std::nullopt;
  return *day * kDay + *time - *zone;
}

std::optional<std::int64_t> readInstantLiteral(InstantKind kind, std::string_view text) {
  if (const auto end = infinite(text)) return end;
  const auto day = takeDate(text, 4, false);
  if (!day) return std::nullopt;
  if (kind == InstantKind::Date) return text.empty() ? day : std::nullopt;
  if (text.empty()) return kind == InstantKind::Timestamp ? std::optional(*day * kDay) : std::nullopt;
  const auto time = take(text, 'T') || take(text, ' ') ? takeTime(text) : std::nullopt;
  if (!time) return std::nullopt;
  if (text.empty() && kind == InstantKind::TimestampTz) return std::nullopt;  // by the server's time zone
  const auto zone = text.empty() ? 0 : takeZone(text);
  if (!zone || !text.empty()) return std::nullopt;
  return *day * kDay + *time - (kind == InstantKind::TimestampTz ? *zone : 0);
}

}  // namespace switchboard
