#pragma once

#include <optional>

#include "base/id_map.h"
#include "status/snapshot.h"
#include "timing/context.h"

namespace switchboard {

/// Keeps how everything stands, and what of it has not been told yet.
///
/// The parts are told as they are. The overall verdict gets worse only when it has been worse for a while, so that a
/// blip (a lost socket that is back within a second, a new subscription on its way) does not flicker.
class StatusTracker {
 public:
  StatusTracker(Context& context, Duration steadyAfter)
      : context_(context),
        steadyAfter_(steadyAfter),
        worse_(context.deadlines, DeadlineKind::StatusSettle, [this] { setOverall(judge()); }),
        since_(context.clock.wallNow()) {}

  void set(ConnectionStatus status);
  void set(SubscriptionStatus status);
  void remove(SubscriptionId id);

  OverallState overall() const { return overall_; }
  const IdMap<SubscriptionId, SubscriptionStatus>& subscriptions() const { return subscriptions_; }
  const IdMap<ConnectionId, ConnectionStatus>& connections() const { return connections_; }

  /// Waits for nothing any more.
  void stop() { worse_.cancel(); }

  /// Nothing when nothing changed.
  std::optional<StatusDelta> take();
  /// Whether there may be something to take.
  bool changed() const {
    return overallChanged_ || !changedConnections_.empty() || !changedSubscriptions_.empty() ||
           !removedSubscriptions_.empty();
  }

 private:
  OverallState judge() const;
  void follow(OverallState overall);
  void setOverall(OverallState overall);

  Context& context_;
  const Duration steadyAfter_;
  Deadline worse_;
  IdMap<ConnectionId, ConnectionStatus> connections_;
  IdMap<SubscriptionId, SubscriptionStatus> subscriptions_;
  IdSet<ConnectionId> changedConnections_;
  IdSet<SubscriptionId> changedSubscriptions_;
  IdSet<SubscriptionId> removedSubscriptions_;
  OverallState overall_ = OverallState::Idle;
  bool overallChanged_ = false;
  WallTime since_;
};

}  // namespace switchboard
