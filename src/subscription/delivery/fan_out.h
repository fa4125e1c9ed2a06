#pragma once

#include <memory>

#include "base/containers/id_map.h"
#include "base/containers/vector.h"
#include "delivery/delivery.h"
#include "subscription/delivery/delivery_spec.h"
#include "subscription/delivery/window.h"
#include "subscription/interest/registry.h"

namespace switchboard {

/// The ways in which one key's changes go out.
struct DeliveryOutlets {
  Vector<SubscriptionId> immediate;
  Vector<std::unique_ptr<Window>> windows;
  std::size_t subscribers = 0;
};

/// Hands the changes of keys to their subscriptions, each as it wants them. Subscriptions of a key that want them the
/// same way share a window.
class FanOut {
 public:
  /// `maxBytes`: of row data that one window holds.
  FanOut(std::size_t maxBytes, Context& context, DeliveryQueue& out, WindowDelegate& delegate)
      : maxBytes_(maxBytes), context_(context), out_(out), delegate_(delegate) {}

  void attach(KeyEntry& entry, SubscriptionId id, DeliverySpec&& spec);
  void detach(SubscriptionId id);
  /// Forgets all subscriptions and what is held for them.
  void clear();
  /// Nothing is delivered until it is resumed; what comes in is held. Unknown ids are ignored.
  void pause(SubscriptionId id) { reenter(id, true); }
  void resume(SubscriptionId id) { reenter(id, false); }
  /// Hands over what a window holds for it, unless it is paused. Unknown ids are ignored.
  void flush(SubscriptionId id);

  /// Hands a change to all subscriptions of the key but those that want it at once, which are added to `immediate`.
  /// Returns how many subscriptions the key has.
  std::size_t push(const KeyEntry& entry, const Change& change, Vector<SubscriptionId>& immediate);
  /// A change for those that want it at once.
  void pushImmediate(const Vector<SubscriptionId>& subscribers, const Change& change);
  /// The same for one that came in no frame of its own: its payload.
  void pushImmediate(const Vector<SubscriptionId>& subscribers, std::string_view payload);

 private:
  struct Place {
    KeyEntry& key;
    DeliverySpec spec;
    bool paused = false;
  };

  void reenter(SubscriptionId id, bool paused);
  void enter(const Place& place, SubscriptionId id);
  void leave(const Place& place, SubscriptionId id);
  void flushWindow(const Place& place, SubscriptionId id);

  const std::size_t maxBytes_;
  Context& context_;
  DeliveryQueue& out_;
  WindowDelegate& delegate_;
  IdMap<KeyId, DeliveryOutlets> outlets_;
  IdMap<SubscriptionId, Place> places_;
};

}  // namespace switchboard
