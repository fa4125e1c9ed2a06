#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace switchboard {

enum class DeliveryKind : unsigned char {
  Each = 0,    ///< one payload
  Batch = 1,   ///< several payloads at once
  Notify = 2,  ///< only how many
};

/// What goes out in one call. Views are valid until the turn ends.
struct Delivery {
  DeliveryKind kind = DeliveryKind::Each;
  std::vector<SubscriptionId> subscribers;
  std::vector<std::string_view> payloads;  ///< payload texts of `postgres_changes` frames
};

/// Collects the deliveries of a turn.
class DeliveryQueue {
 public:
  /// One change for all of `subscribers`, at once.
  void push(std::vector<SubscriptionId> subscribers, std::string_view payload) {
    deliveries_.push_back({DeliveryKind::Each, std::move(subscribers), {payload}});
  }
  bool empty() const { return deliveries_.empty(); }
  std::vector<Delivery> take() { return std::exchange(deliveries_, {}); }

 private:
  std::vector<Delivery> deliveries_;
};

}  // namespace switchboard
