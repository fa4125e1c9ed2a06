#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace switchboard {

enum class DeliveryMode : unsigned char {
  Each,      ///< every change at once, by itself
  Debounce,  ///< together, once it has been quiet for a while
  Throttle,  ///< the first at once, then together, at most once in a while
  Batch,     ///< together, a while after the first
  Latest,    ///< like Batch, but each row only as it stands in the end
};

/// How the changes of one subscription are handed over.
struct DeliveryConfig {
  DeliveryMode mode = DeliveryMode::Each;
  bool payload = true;           ///< false: only that, and how often, something changed
  Duration wait{0};              ///< Debounce: the quiet; else the length of the window
  Duration maxWait{0};           ///< Debounce: the longest that the first change may wait; 0: no bound
  bool leading = false;          ///< Debounce: the first change is handed over at once
  std::size_t max = 0;           ///< Batch: hands over as soon as so many are there; 0: no bound
  std::vector<std::string> key;  ///< Latest: the columns that tell rows apart
  bool keepDeletes = false;      ///< Latest: a row that came and went is a DELETE, not nothing

  friend bool operator==(const DeliveryConfig&, const DeliveryConfig&) = default;
};

enum class DeliveryKind : unsigned char {
  Each = 0,    ///< one change: the payload of its frame, a JSON object with `data`
  Batch = 1,   ///< several changes: a JSON array of such objects
  Notify = 2,  ///< only how many
};

/// What goes out in one call.
struct Delivery {
  DeliveryKind kind = DeliveryKind::Each;
  std::vector<SubscriptionId> subscribers;
  std::size_t count = 1;     ///< changes
  std::string_view payload;  ///< JSON text, valid until the turn ends; empty for Notify
  std::vector<char> owned;   ///< what `payload` points into, unless that is the frame itself
};

/// Collects the deliveries of a turn.
class DeliveryQueue {
 public:
  void push(Delivery delivery) { deliveries_.push_back(std::move(delivery)); }
  /// The subscription has ended and is not to get what waits for it.
  void forget(SubscriptionId id) {
    for (auto& delivery : deliveries_) std::erase(delivery.subscribers, id);
    std::erase_if(deliveries_, [](const Delivery& delivery) { return delivery.subscribers.empty(); });
  }
  bool empty() const { return deliveries_.empty(); }
  std::vector<Delivery> take() { return std::exchange(deliveries_, {}); }

 private:
  std::vector<Delivery> deliveries_;
};

}  // namespace switchboard
