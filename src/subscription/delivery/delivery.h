#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "base/inbound_text.h"
#include "protocol/changes/columns.h"
#include "subscription/delivery/delivery_spec.h"

namespace switchboard {

enum class DeliveryKind : unsigned char {
  Each = 0,    ///< one change: the payload of its frame, a JSON object with `data`
  Batch = 1,   ///< several changes: a JSON array of such objects
  Notify = 2,  ///< only how many
};

/// What goes out in one call.
struct Delivery {
  DeliveryKind kind = DeliveryKind::Each;
  Vector<SubscriptionId> subscribers;
  std::size_t count = 1;  ///< changes
  TextSpan span;          ///< Each: JSON text, part of the message that is being handled
  Vector<char> owned;     ///< Batch: JSON text

  /// Brings in the message's text if need be; empty for Notify.
  std::string_view text() const {
    return kind == DeliveryKind::Each ? span.read() : std::string_view(owned.data(), owned.size());
  }
};

/// Collects the deliveries of a turn. Their memory is used again and again, since most turns have one.
class DeliveryQueue {
 public:
  /// An empty one at the end, to be filled in. Valid until the next call.
  Delivery& add() {
    if (used_ == deliveries_.size()) deliveries_.emplace_back();
    Delivery& delivery = deliveries_[used_++];
    delivery.kind = DeliveryKind::Each;
    delivery.subscribers.clear();
    delivery.count = 1;
    delivery.span = {};
    return delivery;
  }
  /// The subscription has ended and is not to get what waits for it.
  void forget(SubscriptionId id) {
    deliveries_.resize(used_);
    for (auto& delivery : deliveries_) delivery.subscribers.remove(id);
    deliveries_.removeIf([](const Delivery& delivery) { return delivery.subscribers.empty(); });
    used_ = deliveries_.size();
  }
  /// Of all changes that go through here. In the payload of a Batch `columns` is a number of this, where it has one.
  ColumnLists& columnLists() { return columnLists_; }
  bool empty() const { return used_ == 0; }
  /// Replaces what is in `out`, and takes over its memory.
  void takeInto(Vector<Delivery>& out) {
    deliveries_.resize(used_);
    deliveries_.swap(out);
    used_ = 0;
  }

 private:
  Vector<Delivery> deliveries_;  ///< the first `used_` of them
  std::size_t used_ = 0;
  ColumnLists columnLists_;
};

}  // namespace switchboard
