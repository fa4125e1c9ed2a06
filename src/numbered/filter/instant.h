#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace switchboard {

enum class InstantKind : unsigned char { Date, Timestamp, TimestampTz };

/// A date or time as PostgreSQL writes it in JSON: "2026-01-31", "2026-01-31T10:00:00.5", "2026-01-31T10:00:00+05:30",
/// with " BC" at the end or years above 9999, or "infinity". In microseconds since 1970, by UTC where there is a zone;
/// a date in days. Nothing for any other text.
std::optional<std::int64_t> readInstant(InstantKind kind, std::string_view text);

/// A date or time in a filter, when PostgreSQL reads it alike whatever its settings: years of four digits, dates that
/// exist, up to six digits of a second, with a blank or T between date and time. A time zone is an offset or Z;
/// timestamptz needs one, timestamp ignores it as PostgreSQL does. Nothing for any other text, though PostgreSQL may
/// know it.
std::optional<std::int64_t> readInstantLiteral(InstantKind kind, std::string_view text);

}  // namespace switchboard
