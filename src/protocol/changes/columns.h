#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "protocol/changes/change.h"

namespace switchboard {

/// The place of a change's list of columns.
struct ColumnsCut {
  std::string_view member;  ///< in `data`: `,"columns":[…]` from its comma on
  std::uint32_t list = 0;   ///< the list's number
  std::size_t count = 0;    ///< how many columns the list names
};

/// The parts of a change that identify its row. Views into its `data`.
struct ChangeParts {
  std::optional<ChangeType> type;
  std::string_view record;     ///< from its first character; the view may end early
  std::string_view oldRecord;  ///< likewise
  std::optional<ColumnsCut> columns;
};

/// The distinct column lists of changes, by number. The server repeats a table's list in every change, where it is a
/// third of the frame. With a number it is parsed only once.
///
/// Bounded: lists that arrive when it is full get no number.
class ColumnLists {
 public:
  /// The list's place in `data`. Nothing when it has no number, or is the first member. Reads `data` no further than
  /// that.
  std::optional<ColumnsCut> find(std::string_view data);
  /// The same, and the other parts of the change.
  ChangeParts read(std::string_view data);
  /// The lists that got a number since the last call. These are the highest numbers; the first number is 0. The views
  /// are valid as long as this object.
  Vector<std::string_view> takeNew();

 private:
  /// Without `kAll` it stops at the list of columns.
  template <bool kAll>
  ChangeParts walk(std::string_view data);
  std::optional<std::uint32_t> numberOf(std::string_view rest, std::size_t& length);
  std::optional<std::uint32_t> add(std::string_view list);

  Vector<std::string> lists_;
  Vector<std::size_t> counts_;  ///< of each of them
  std::size_t bytes_ = 0;
  std::size_t taken_ = 0;
  std::uint32_t last_ = 0;  ///< tried first
};

}  // namespace switchboard
