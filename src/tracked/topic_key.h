#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/vector.h"
#include "base/error.h"
#include "numbered/filter/row_filter.h"
#include "numbered/message_reader.h"
#include "subscription/interest/registry.h"

namespace switchboard {

/// The columns that a subscription gets, as the server chooses them for a binding with `select` (protocol.md §8.4): the
/// named ones and the primary key.
class ColumnSelection {
 public:
  /// No names: all columns.
  explicit ColumnSelection(Vector<std::string> names) : names_(std::move(names)) {}

  /// For changes of this table. Nothing when it can be done, else an error. To be called before `payload`, and again
  /// for another table.
  std::optional<Error> bind(const NumberedTable& table);

  bool isAll() const { return names_.empty(); }
  /// See `changePayload`. Not for all columns.
  std::string payload(const NumberedMessage& message, const NumberedChange& change) const;

 private:
  bool has(std::string_view rawName) const;
  std::string selected(std::string_view row) const;

  const Vector<std::string> names_;
  std::string key_;      ///< JSON list
  std::string columns_;  ///< as in a payload
};

/// How a change goes to a key.
enum class Fate : unsigned char { AsIs, AsDelete, AsDeleteWithRow, Ignored, Unknown };
constexpr std::size_t kForms = 3;  ///< the first fates, with which it goes there

/// A key of a topic: which of its changes it gets, and in which form.
class TopicKey {
 public:
  explicit TopicKey(KeyEntry& entry);

  KeyEntry& entry() const { return entry_; }
  bool isOf(const NumberedTable& table) const;
  /// For changes of its table. An error when the key can't have them from here. To be called before `fateOf`.
  std::optional<Error> bind(const NumberedTable& table);
  bool isBound() const { return !columns_.empty(); }

  Fate fateOf(const NumberedChange& change) const;
  /// Whether `payload` is as that of other keys.
  bool getsAllColumns() const { return selection_.isAll(); }
  std::string payload(const NumberedMessage& message, const NumberedChange& change) const {
    return selection_.payload(message, change);
  }

  enum class Stage : unsigned char { Trial, Changing, Following };
  Stage stage = Stage::Following;
  std::uint32_t changedAt = 0;  ///< the newest request when it was taken off its binding

 private:
  KeyEntry& entry_;
  RowFilter filter_;
  ColumnSelection selection_;
  std::string columns_;  ///< that they are bound to
  std::string bases_;
  std::string primaryKey_;
};

/// The change as a key with this fate gets it.
NumberedChange inForm(const NumberedChange& change, Fate fate);

}  // namespace switchboard
