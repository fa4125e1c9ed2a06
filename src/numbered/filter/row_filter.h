#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/error.h"
#include "numbered/filter/column_value.h"
#include "protocol/filter.h"

namespace switchboard {

/// Whether a row is one that a filter lets through.
enum class RowMatch : unsigned char {
  No,
  Yes,
  Unknown,  ///< a value that decides is missing or of another form than its column's type has
};

/// What an UPDATE is to a filter.
enum class RowMove : unsigned char { Outside, Enters, Leaves, Stays, Unknown };

/// `before`: of the old row. With a new row that matches, an unknown old row is taken as one that matched: the UPDATE
/// is to be delivered either way.
RowMove moveOf(RowMatch before, RowMatch after);

enum class FilterOp : unsigned char { Eq, Neq, Lt, Lte, Gt, Gte, In, Like, Is, IsDistinct };

/// Evaluates a filter on rows as they are in a change, exactly as the server does (protocol.md §8.4): on the values in
/// JSON, so that NaN and infinite numbers are null; a condition that is neither true nor false does not match.
///
/// What can't be decided exactly is refused: by the form of the filter when it is made, by the types of the columns
/// when it is bound to them.
class RowFilter {
 public:
  /// An error names the condition that can't be decided whatever its column's type.
  static Result<RowFilter> of(const Vector<Condition>& conditions);

  /// For rows of a table with these columns: a JSON list of `{"name":…,"type":…}`. `bases`: a JSON object that gives
  /// for columns of an enum type "enum", and for those of a domain the name of its base type; or empty. Nothing when
  /// the filter can be decided exactly, else an error that names the condition. To be called before `match`, and again
  /// for other columns.
  std::optional<Error> bind(std::string_view columns, std::string_view bases);

  /// `row`: a JSON object.
  RowMatch match(std::string_view row) const;

 private:
  enum class Truth : unsigned char { False, True, Null, Unknown };

  /// Null: SQL's NULL, in a list.
  using Literal = std::optional<ColumnValue>;

  struct Clause {
    std::string column;
    FilterOp op = FilterOp::Eq;
    bool negated = false;
    Vector<ListItem> items;  ///< as given; one but for `in`
    ValueKind kind = ValueKind::Unknown;
    Vector<Literal> literals;  ///< of `items`, by the column's type
  };

  static bool read(const Condition& condition, Clause& clause);
  static bool bindClause(Clause& clause, ValueKind kind);
  static Truth decide(const Clause& clause, std::string_view json);
  static Truth test(const Clause& clause, std::string_view json);
  static Truth isOneOf(const Clause& clause, const ColumnValue& value);

  Vector<Clause> clauses_;
};

}  // namespace switchboard
