#pragma once

#include <map>
#include <optional>
#include <set>

#include "platform/clock.h"
#include "status/snapshot.h"

namespace switchboard {

/// Keeps how everything stands, and what of it has not been told yet.
class StatusTracker {
 public:
  explicit StatusTracker(const Clock& clock) : clock_(clock), since_(clock.wallNow()) {}

  void set(ConnectionStatus status);
  void set(SubscriptionStatus status);
  void remove(SubscriptionId id);

  Overall overall() const { return overall_; }
  const std::map<SubscriptionId, SubscriptionStatus>& subscriptions() const { return subscriptions_; }
  const std::map<ConnectionId, ConnectionStatus>& connections() const { return connections_; }

  /// Nothing when nothing changed.
  std::optional<StatusDelta> take();

 private:
  Overall judge() const;

  const Clock& clock_;
  std::map<ConnectionId, ConnectionStatus> connections_;
  std::map<SubscriptionId, SubscriptionStatus> subscriptions_;
  std::set<ConnectionId> changedConnections_;
  std::set<SubscriptionId> changedSubscriptions_;
  std::set<SubscriptionId> removedSubscriptions_;
  Overall overall_ = Overall::Idle;
  WallTime since_;
};

}  // namespace switchboard
