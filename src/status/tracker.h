#pragma once

#include <optional>

#include "base/containers/id_map.h"
#include "status/snapshot.h"
#include "timing/context.h"

namespace switchboard {

/// Holds the status of all connections, subscriptions and handles of channels, and which of it has not been reported
/// yet.
///
/// Each part is reported as it is. The overall state gets worse only after it has been worse for a while, so that it
/// does not flicker when a lost socket reconnects within a second or a new subscription joins.
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

  /// Cancels the timer.
  void stop() { worse_.cancel(); }

  /// Nothing when nothing changed.
  std::optional<StatusDelta> take();
  /// Whether there may be something to take.
  bool changed() const { return overallChanged_ || partsChanged(); }

 private:
  bool partsChanged() const {
    return !changedConnections_.empty() || !changedSubscriptions_.empty() || !removedSubscriptions_.empty();
  }
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
