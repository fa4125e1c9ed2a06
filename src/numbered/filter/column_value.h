#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard {

/// How the values of a column are compared.
enum class ValueKind : unsigned char {
  Int2,
  Int4,
  Int8,
  Numeric,
  Float4,
  Float8,
  Boolean,
  Uuid,
  Text,     ///< equality and LIKE; which text is less depends on the collation
  Varchar,  ///< equality; PostgreSQL has no LIKE of its own for it, so the server refuses that
  Label,    ///< an enum: equality; the order of its values is not in the name
  Date,
  Timestamp,
  TimestampTz,
  Scalar,   ///< another of PostgreSQL's own types: whether it is null
  Unknown,  ///< nothing can be said
};

/// Of a type by its name in PostgreSQL's catalogue; an array is Unknown.
ValueKind valueKindOf(std::string_view typeName);
/// Whether the values have an order that can be decided here.
bool isOrdered(ValueKind kind);

/// A value in a form in which two of the same kind can be compared.
struct ColumnValue {
  std::int64_t rank = 0;      ///< compared first
  std::int64_t exponent = 0;  ///< then this
  std::string digits;         ///< then this, bytewise; of text the text itself
  bool descends = false;      ///< a negative number: of the same rank the greater magnitude is less
};
/// Negative, 0 or positive, as `a` is less than, equal to or greater than `b`.
int compare(const ColumnValue& a, const ColumnValue& b);

/// The value in a filter, as PostgreSQL reads it. Nothing when that depends on settings or versions, when rounding
/// could decide, or when PostgreSQL refuses it.
std::optional<ColumnValue> readLiteral(ValueKind kind, std::string_view text);

/// The value in a row, as PostgreSQL writes it in JSON; not null. Nothing when it is of another form.
std::optional<ColumnValue> readJsonValue(ValueKind kind, std::string_view json);

/// Whether `text` is LIKE `pattern` in UTF-8 with a collation in which equal means the same bytes; a backslash takes
/// the next letter for itself.
bool isLike(std::string_view text, std::string_view pattern);

}  // namespace switchboard
