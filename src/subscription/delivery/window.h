#pragma once

#include <string_view>

#include "base/containers/vector.h"
#include "delivery/delivery.h"
#include "protocol/changes/change.h"
#include "subscription/delivery/delivery_spec.h"
#include "subscription/delivery/held_changes.h"
#include "subscription/delivery/window_schedule.h"
#include "timing/context.h"

namespace switchboard {

class WindowDelegate {
 public:
  /// More than the window may hold came in before it was due; what it held is lost.
  /// `firstCommit`: of the first change that it held, see `HeldChanges`. `last`: the last one.
  virtual void onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit,
                                const Change& last) = 0;
  /// This many changes went into newer ones of their rows, or cancelled out; each of the subscribers was spared them.
  virtual void onConflated(std::size_t changes, std::size_t subscribers) = 0;

 protected:
  ~WindowDelegate() = default;
};

/// Holds back the changes of subscriptions that want them the same way until they are due: HeldChanges says what is
/// held, WindowSchedule when it is due.
class Window {
 public:
  /// `maxBytes`: of row data held.
  Window(DeliverySpec spec, std::size_t maxBytes, Context& context, DeliveryQueue& out, WindowDelegate& delegate);
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  const DeliverySpec& spec() const { return spec_; }
  void add(SubscriptionId id) { subscribers_.push_back(id); }
  void remove(SubscriptionId id) { subscribers_.remove(id); }
  bool has(SubscriptionId id) const;
  bool unused() const { return subscribers_.empty(); }

  void push(const Change& change);
  /// Nothing is due any more; what comes in is still held. For a window that is not resumed: it is dropped then.
  void pause();
  bool isPaused() const { return paused_; }
  /// Hands over what it holds.
  void flush();

 private:
  const DeliverySpec spec_;
  const std::size_t maxBytes_;
  DeliveryQueue& out_;
  WindowDelegate& delegate_;
  Vector<SubscriptionId> subscribers_;
  HeldChanges held_;
  WindowSchedule schedule_;
  bool paused_ = false;
};

}  // namespace switchboard
