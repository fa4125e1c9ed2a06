#pragma once

#include "base/containers/inline_callback.h"
#include "subscription/delivery/delivery_spec.h"
#include "subscription/delivery/held_changes.h"
#include "timing/context.h"

namespace switchboard {

/// When a window hands over what it holds, by its mode.
///
/// The ends of windows of one length fall on the same instants, so that one timer and one call serve many.
class WindowSchedule {
 public:
  /// `handOver`: what is held goes out; nothing is held after it. All arguments outlive this.
  WindowSchedule(const DeliverySpec& spec, const HeldChanges& held, Context& context, InlineCallback<void()> handOver);

  /// A change came. `first`: nothing was held before it.
  void onChange(bool first);
  /// Nothing is due any more.
  void stop() { due_.cancel(); }

 private:
  /// The first change goes at once, and what follows when the window ends.
  bool beginsAtOnce() const;
  void onDue();
  TimePoint windowEnd() const;

  const DeliverySpec& spec_;
  const HeldChanges& held_;
  Context& context_;
  InlineCallback<void()> handOver_;
  Deadline due_;
  TimePoint firstAt_{};
  TimePoint lastAt_{};
};

}  // namespace switchboard
