#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "base/inbound_text.h"
#include "protocol/changes/columns.h"

namespace switchboard {

enum class DeliveryKind : unsigned char {
  Each = 0,    ///< one change: the payload of its frame, a JSON object with `data`
  Batch = 1,   ///< several changes: a JSON array of such objects
  Notify = 2,  ///< only how many
  // 3 is an Each in another form; see BatchEncoder.
  Broadcast = 4,  ///< of a channel, with a JSON value
  Bytes = 5,      ///< of a channel, with bytes
  Presence = 6,   ///< what happened to the keys of a channel
};

/// What goes out in one call.
struct Delivery {
  DeliveryKind kind = DeliveryKind::Each;
  Vector<SubscriptionId> subscribers;  ///< or handles of a channel
  std::size_t count = 1;               ///< changes; Broadcast and Bytes: whether it is replayed
  TextSpan span;                       ///< Each: JSON text, part of the message that is being handled, or none
  Vector<char> owned;                  ///< Batch, and Each without a span: JSON text; of channels: see `append`
  /// Broadcast and Bytes: the last of the texts, as part of the message that is being handled. Null: it is `owned`.
  std::string_view payload;

  /// Brings in the message's text if need be; empty for Notify.
  std::string_view text() const {
    return span.text != nullptr ? span.read() : std::string_view(owned.data(), owned.size());
  }
  /// One more of the texts of a channel's delivery. Broadcast and Bytes: event, id, payload. Presence: for each key a
  /// digit for what happened with the key, and its metas.
  void append(std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    const char* const bytes = reinterpret_cast<const char*>(&size);
    owned.append(bytes, bytes + sizeof size);
    owned.append(part.data(), part.data() + size);
  }
  template <class Visit>
  void forEachText(Visit visit) const {
    for (const char* at = owned.begin(); at != owned.end();) {
      std::uint32_t size = 0;
      std::memcpy(&size, at, sizeof size);
      at += sizeof size;
      visit(std::string_view(at, size));
      at += size;
    }
    if (payload.data() != nullptr) visit(payload);
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
    delivery.owned.clear();
    delivery.payload = {};
    return delivery;
  }
  /// The newest; null when there is none.
  Delivery* last() { return used_ == 0 ? nullptr : &deliveries_[used_ - 1]; }
  /// The subscription or handle has ended and is not to get what waits for it.
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
