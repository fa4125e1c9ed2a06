#include <utility>

#include "protocol/changes/numbered_commit.h"
#include "status/road.h"
#include "subscription/delivery/batch_text.h"
#include "subscription/delivery/held_changes.h"

namespace switchboard {

HeldChanges::HeldChanges(const DeliverySpec& spec, ColumnLists& lists)
    : spec_(spec), lists_(lists), rows_(spec.key, lists, spec.keepDeletes) {}

void HeldChanges::add(const Change& change) {
  ++count_;
  if (!spec_.payload) return;
  const auto data = change.data.read();
  if (count_ == 1) firstCommit_ = kFollowsNumbers ? numberedCommitOf(data) : commitTimestamp(data);
  if (conflates()) {
    rows_.push(data);
  } else {
    append(array_, array_.empty() ? R"([{"data":)" : R"(,{"data":)");
    appendData(array_, data, lists_.find(data));
    array_.push_back('}');
  }
}

void HeldChanges::takeInto(Delivery& delivery) {
  delivery.count = std::exchange(count_, 0);
  if (!spec_.payload) {
    delivery.kind = DeliveryKind::Notify;
    return;
  }
  delivery.kind = DeliveryKind::Batch;
  if (conflates()) {
    delivery.count = rows_.size();
    delivery.owned = rows_.take();
  } else {
    array_.push_back(']');
    delivery.owned = std::exchange(array_, {});
  }
}

void HeldChanges::clear() {
  count_ = 0;
  rows_.clear();
  array_.clear();
}

}  // namespace switchboard
