#pragma once

#include <cstddef>
#include <string>

#include "base/containers/vector.h"
#include "delivery/delivery.h"
#include "protocol/changes/change.h"
#include "subscription/delivery/conflator.h"
#include "subscription/delivery/delivery_spec.h"

namespace switchboard {

/// What a window holds back: by its mode only the number of changes, all of them, or the newest of each row.
class HeldChanges {
 public:
  /// Both outlive this.
  HeldChanges(const DeliverySpec& spec, ColumnLists& lists);

  void add(const Change& change);
  bool empty() const { return count_ == 0; }
  /// Changes that came, whatever is left of them.
  std::size_t count() const { return count_; }
  /// Of these, the ones that newer changes of their rows took the place of, or that cancelled out.
  std::size_t conflated() const { return conflates() ? count_ - rows_.size() : 0; }
  /// Of row data.
  std::size_t bytes() const { return rows_.bytes() + array_.size(); }
  /// `commit_timestamp` of the first change since it was empty, also after it was emptied again; empty: it had none.
  /// Where the core follows numbers, the text is for `readNumberedCommit`.
  const std::string& firstCommit() const { return firstCommit_; }
  /// Moves everything into the delivery.
  void takeInto(Delivery& delivery);
  void clear();

 private:
  bool conflates() const { return spec_.payload && spec_.mode == DeliveryMode::Latest; }

  const DeliverySpec& spec_;
  ColumnLists& lists_;
  Conflator rows_;      ///< where it conflates
  Vector<char> array_;  ///< else: "[{"data":…},…" without its end
  std::size_t count_ = 0;
  std::string firstCommit_;
};

}  // namespace switchboard
