#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/list.h"
#include "base/text_map.h"
#include "protocol/columns.h"

namespace switchboard {

/// Folds changes of the same row into their net effect: INSERT then UPDATE is one INSERT with the newest row, INSERT
/// then DELETE is nothing, UPDATE then DELETE is one DELETE, DELETE then INSERT is one UPDATE. Rows come out in the
/// order in which they were first seen. A change that can't be told apart by the key columns, or that moves a row to
/// another key, stands for itself, in its place.
class Conflator {
 public:
  /// `key`: the columns that tell rows apart. `lists`: outlives this. `keepDeletes`: INSERT then DELETE is one DELETE,
  /// for those who may have the row from elsewhere.
  Conflator(List<std::string> key, ColumnLists& lists, bool keepDeletes)
      : key_(std::move(key)), lists_(lists), keepDeletes_(keepDeletes) {}

  /// A change's `data`.
  void push(std::string_view data);
  /// Changes that are left.
  std::size_t size() const { return live_; }
  std::size_t bytes() const { return bytes_; }
  /// A JSON array of `{"data":…}`, and empties it.
  List<char> take();
  void clear();

 private:
  struct Row {
    std::string key;  ///< what it stands under in `byKey_`; empty when it never stood there
    std::optional<ChangeType> net;
    std::optional<ChangeType> written;  ///< the type that `data` itself names
    List<char> data;                    ///< with the number of its columns
    bool gone = false;
  };

  std::optional<std::string_view> keyOf(std::string_view record, std::string& scratch) const;
  void append(std::string_view data, const ChangeParts& parts, std::optional<std::string_view> key);
  void fold(Row& row, std::string_view data, const ChangeParts& parts);

  const List<std::string> key_;
  ColumnLists& lists_;
  const bool keepDeletes_;
  List<std::unique_ptr<Row>> rows_;
  TextMap<Row> byKey_;
  mutable List<std::string_view> values_;  // these three are reused for each change
  std::string keyText_;
  std::string oldKeyText_;
  std::size_t live_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace switchboard
