#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/text_map.h"
#include "base/containers/vector.h"
#include "protocol/changes/columns.h"

namespace switchboard {

/// Folds changes of the same row into their net effect: of each column the newest value, as the old row that of the
/// first change. INSERT then UPDATE is one INSERT, INSERT then DELETE is nothing, UPDATE then DELETE is one DELETE,
/// DELETE then INSERT is one UPDATE. Rows come out in the order in which they were first seen. A row goes on with
/// another key if an UPDATE moves it there, once, and nothing else in the window had that key. A change that can't be
/// distinguished by the key columns is kept by itself, in its place, and nothing is folded across it: one that lacks
/// them or has null there, also where the old row of an UPDATE does.
class Conflator {
 public:
  /// `key`: the columns that distinguish rows. `lists`: outlives this. `keepDeletes`: INSERT then DELETE is one DELETE,
  /// for those who may have the row from elsewhere.
  Conflator(Vector<std::string> key, ColumnLists& lists, bool keepDeletes)
      : key_(std::move(key)), lists_(lists), keepDeletes_(keepDeletes) {}

  /// A change's `data`.
  void push(std::string_view data);
  /// Changes that are left.
  std::size_t size() const { return live_; }
  /// Rows that are held, those that are nothing any more among them; never many more than twice those that are left.
  std::size_t held() const { return rows_.size(); }
  /// What they take, with what each row costs besides its text.
  std::size_t bytes() const { return bytes_; }
  /// A JSON array of `{"data":…}`, and empties it.
  Vector<char> take();
  void clear();

 private:
  struct Row {
    std::string key;        ///< empty when there is none
    std::string formerKey;  ///< before the change that moved it; empty when none did
    std::optional<ChangeType> net;
    std::optional<ChangeType> written;  ///< the type that `data` itself names
    Vector<char> data;                  ///< of the newest change, with the number of its columns
    // What replaces the members of `data`; empty: those are right.
    Vector<char> record;
    Vector<char> oldRecord;
    Vector<char> errors;
    bool gone = false;
  };

  std::optional<std::string_view> keyOf(std::string_view record, std::string& scratch) const;
  Row& append(std::string_view data, const ChangeParts& parts);
  bool mayTake(const Row& row, ChangeType change, bool moves) const;
  void fold(Row& row, std::string_view data, const ChangeParts& parts);
  static void hold(Row& row, std::string_view data, const ChangeParts& parts);
  void mergeRecord(Row& row, std::string_view data, const ChangeParts& parts);
  void end(Row& row);
  void compact();
  static std::size_t bytesOf(const Row& row);

  const Vector<std::string> key_;
  ColumnLists& lists_;
  const bool keepDeletes_;
  Vector<std::unique_ptr<Row>> rows_;
  TextMap<Row> byKey_;                       ///< the last row that mentions the key, also as a former one
  mutable Vector<std::string_view> values_;  // these three are reused for each change
  std::string keyText_;
  std::string oldKeyText_;
  bool moved_ = false;  ///< a row has another key than at first
  std::size_t live_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace switchboard
