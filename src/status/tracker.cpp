#include "status/tracker.h"

#include <algorithm>
#include <utility>

#include "base/enum_names.h"

namespace switchboard {

std::string_view toString(OverallState overall) {
  static constexpr EnumNames<OverallState, 5> kNames({
      {OverallState::Idle, "idle"},
      {OverallState::Connecting, "connecting"},
      {OverallState::Live, "live"},
      {OverallState::Partial, "partial"},
      {OverallState::Offline, "offline"},
  });
  return kNames[overall];
}

std::string_view toString(FreshnessMode mode) {
  static constexpr EnumNames<FreshnessMode, 3> kNames({
      {FreshnessMode::Live, "live"},
      {FreshnessMode::Polling, "polling"},
      {FreshnessMode::Paused, "paused"},
  });
  return kNames[mode];
}

std::string_view toString(NoticeStatus status) {
  static constexpr EnumNames<NoticeStatus, 4> kNames({
      {NoticeStatus::Subscribed, "SUBSCRIBED"},
      {NoticeStatus::TimedOut, "TIMED_OUT"},
      {NoticeStatus::Closed, "CLOSED"},
      {NoticeStatus::ChannelError, "CHANNEL_ERROR"},
  });
  return kNames[status];
}

void StatusTracker::set(ConnectionStatus status) {
  changedConnections_.insert(status.id);
  connections_[status.id] = std::move(status);
}

void StatusTracker::set(SubscriptionStatus status) {
  changedSubscriptions_.insert(status.id);
  subscriptions_[status.id] = std::move(status);
}

void StatusTracker::remove(SubscriptionId id) {
  if (!subscriptions_.erase(id)) return;
  changedSubscriptions_.erase(id);
  removedSubscriptions_.insert(id);
}

OverallState StatusTracker::judge() const {
  if (subscriptions_.empty()) return OverallState::Idle;
  const auto is = [](SubscriptionState state) {
    return [state](const auto& item) { return item.second->state == state; };
  };
  const auto live = std::count_if(subscriptions_.begin(), subscriptions_.end(), is(SubscriptionState::Live));
  if (live == static_cast<std::ptrdiff_t>(subscriptions_.size())) return OverallState::Live;
  if (live > 0) return OverallState::Partial;
  if (std::all_of(subscriptions_.begin(), subscriptions_.end(), is(SubscriptionState::Parked)))
    return OverallState::Offline;
  const bool hopeful = std::all_of(connections_.begin(), connections_.end(), [](const auto& item) {
    const auto& connection = *item.second;
    const bool failing = connection.state == ConnectionState::Backoff ||
                         (connection.state == ConnectionState::Connecting && connection.attempts > 0);
    return !failing;
  });
  return hopeful ? OverallState::Connecting : OverallState::Offline;
}

void StatusTracker::setOverall(OverallState overall) {
  worse_.cancel();
  if (overall == overall_) return;
  overall_ = overall;
  context_.recorder.begin(EntryKind::Overall).text(toString(overall)).end();
  since_ = context_.clock.wallNow();
  overallChanged_ = true;
}

void StatusTracker::follow(OverallState overall) {
  const bool fromLive = overall_ == OverallState::Live && overall != OverallState::Idle;
  const bool fromPartial =
      overall_ == OverallState::Partial && overall != OverallState::Idle && overall != OverallState::Live;
  if (overall == overall_ || (!fromLive && !fromPartial)) {
    setOverall(overall);
  } else if (!worse_.isSet()) {
    worse_.setAfter(steadyAfter_);
  }
}

std::optional<StatusDelta> StatusTracker::take() {
  if (!changed()) return std::nullopt;
  if (partsChanged()) follow(judge());
  overallChanged_ = false;
  StatusDelta delta;
  delta.overall = overall_;
  delta.since = since_;
  changedConnections_.forEach([&](ConnectionId id) { delta.connections.push_back(connections_.at(id)); });
  changedSubscriptions_.forEach([&](SubscriptionId id) {
    const auto& status = subscriptions_.at(id);
    (status.isChannel ? delta.channels : delta.subscriptions).push_back(status);
  });
  removedSubscriptions_.forEach([&](SubscriptionId id) { delta.removedSubscriptions.push_back(id); });
  changedConnections_.clear();
  changedSubscriptions_.clear();
  removedSubscriptions_.clear();
  return delta;
}

}  // namespace switchboard
