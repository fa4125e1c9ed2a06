#pragma once

#include <functional>
#include <string_view>

#include "base/vector.h"
#include "protocol/change.h"
#include "subscription/delivery/conflator.h"
#include "subscription/delivery/delivery.h"
#include "timing/context.h"

namespace switchboard {

class WindowDelegate {
 public:
  /// More than the window may hold came in before it was due; what it held is lost.
  /// `firstCommit`: `commit_timestamp` of the first change that it held; empty where that had none.
  virtual void onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit) = 0;
  /// So many changes went into newer ones of their rows, or cancelled out; each of the subscribers was spared them.
  virtual void onConflated(std::size_t changes, std::size_t subscribers) = 0;

 protected:
  ~WindowDelegate() = default;
};

/// Holds the changes of subscriptions that want them the same way back until they are due.
///
/// The ends of windows of one length fall on the same instants, so that one timer and one call serve many.
class Window {
 public:
  /// `maxBytes`: of row data held.
  Window(DeliverySpec config, std::size_t maxBytes, Context& context, DeliveryQueue& out, WindowDelegate& delegate);
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  const DeliverySpec& config() const { return config_; }
  void add(SubscriptionId id) { subscribers_.push_back(id); }
  void remove(SubscriptionId id);
  bool has(SubscriptionId id) const;
  bool unused() const { return subscribers_.empty(); }

  void push(const Change& change);
  /// While paused nothing is due; what comes in is still collected, or conflated.
  void setPaused(bool paused);
  bool isPaused() const { return paused_; }
  /// Hands over what it holds.
  void flush() { emit(); }

 private:
  void collect(const Change& change);
  void schedule(bool first);
  void onDue();
  void emit();
  TimePoint windowEnd() const;
  bool holds() const { return count_ > 0; }
  void drop();

  const DeliverySpec config_;
  const std::size_t maxBytes_;
  Context& context_;
  DeliveryQueue& out_;
  WindowDelegate& delegate_;
  Vector<SubscriptionId> subscribers_;
  Deadline due_;
  Conflator rows_;         // Latest
  Vector<char> array_;     // else: "[{"data":…},…" without its end
  std::size_t count_ = 0;  ///< changes held, conflated or not
  std::string firstCommit_;
  TimePoint firstAt_{};
  TimePoint lastAt_{};
  bool paused_ = false;
};

}  // namespace switchboard
