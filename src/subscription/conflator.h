#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/change.h"

namespace switchboard {

/// Folds changes of the same row into their net effect: INSERT then UPDATE is one INSERT with the newest row, INSERT
/// then DELETE is nothing, UPDATE then DELETE is one DELETE, DELETE then INSERT is one UPDATE. Rows come out in the
/// order in which they were first seen. A change that can't be told apart by the key columns, or that moves a row to
/// another key, stands for itself, in its place.
class Conflator {
 public:
  /// `key`: the columns that tell rows apart. `keepDeletes`: INSERT then DELETE is one DELETE, for those who may have
  /// the row from elsewhere.
  explicit Conflator(std::vector<std::string> key, bool keepDeletes = false)
      : key_(std::move(key)), keepDeletes_(keepDeletes) {}

  void push(const Change& change);
  /// Changes that are left.
  std::size_t size() const { return live_; }
  std::size_t bytes() const { return bytes_; }
  /// A JSON array of `{"data":…}`, and empties it.
  std::vector<char> take();
  void clear();

 private:
  struct Row {
    std::optional<ChangeType> net;
    std::optional<ChangeType> written;  ///< the type that `data` itself names
    std::string data;
    bool gone = false;
  };

  std::optional<std::string> keyOf(std::string_view record) const;
  void append(const Change& change, std::optional<ChangeType> type, std::optional<std::string> key);
  void fold(std::size_t index, const Change& change, ChangeType type);

  const std::vector<std::string> key_;
  const bool keepDeletes_;
  std::vector<Row> rows_;
  std::unordered_map<std::string, std::size_t> byKey_;
  std::size_t live_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace switchboard
