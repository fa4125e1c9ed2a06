#pragma once

#include "base/containers/inline_callback.h"
#include "pool/connection_pool.h"
#include "subscription/continuity/state_reporter.h"
#include "subscription/interest/registry.h"
#include "timing/context.h"

namespace switchboard {

/// The times at which keys are to be planned again: retries, the end of lingers, sockets that get out of reach.
class KeyTimers {
 public:
  /// `onDue`: plans, and arms again.
  KeyTimers(Context& context, Registry& registry, StateReporter& states, InlineCallback<void()> onDue)
      : context_(context),
        registry_(registry),
        states_(states),
        retry_(context.deadlines, DeadlineKind::Retry, onDue),
        linger_(context.deadlines, DeadlineKind::Linger, onDue) {}

  /// The key has lost its last subscriber and keeps its binding for a while.
  void linger(KeyEntry& entry, Duration span);
  /// It has a subscriber again, or has lingered long enough.
  static void endLinger(KeyEntry& entry) { entry.linger.until_.reset(); }
  /// Ends what has lingered long enough, and makes pending what has waited long enough.
  void wake();
  void arm(const ConnectionPool& pool);
  void stop();

 private:
  Context& context_;
  Registry& registry_;
  StateReporter& states_;
  Deadline retry_;
  Deadline linger_;
};

}  // namespace switchboard
