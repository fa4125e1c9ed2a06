#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/vector.h"
#include "protocol/change.h"

namespace switchboard {

/// Where a change's list of columns stands.
struct ColumnsCut {
  std::string_view member;  ///< in `data`: `,"columns":[…]` from its comma on
  std::uint32_t list = 0;   ///< the list's number
  std::size_t count = 0;    ///< how many columns the list names
};

/// What of a change tells rows apart. The views are into its `data`.
struct ChangeParts {
  std::optional<ChangeType> type;
  std::string_view record;     ///< from its first character on, perhaps not to its end
  std::string_view oldRecord;  ///< likewise
  std::optional<ColumnsCut> columns;
};

/// The lists of columns that changes came with, by number. The server repeats a table's list with every change, where
/// it is a third of the frame; by its number it has to be read only once.
///
/// Bounded: the lists that come when it is full have no number.
class ColumnLists {
 public:
  /// Where the list stands in `data`. Nothing when it has no number, or stands first. Reads `data` only as far as that.
  std::optional<ColumnsCut> find(std::string_view data);
  /// The same, and what else there is to know of the change.
  ChangeParts read(std::string_view data);
  /// The lists that have got their number since the last call, which are the highest numbers; the first is 0. The views
  /// live as long as this.
  Vector<std::string_view> takeNew();

 private:
  /// Without `kAll` to the list of columns only.
  template <bool kAll>
  ChangeParts walk(std::string_view data);
  std::optional<std::uint32_t> numberOf(std::string_view rest, std::size_t& length);
  std::optional<std::uint32_t> add(std::string_view list);

  Vector<std::string> lists_;
  Vector<std::size_t> counts_;  ///< of each of them
  std::size_t bytes_ = 0;
  std::size_t told_ = 0;
  std::uint32_t last_ = 0;  ///< tried first
};

}  // namespace switchboard
