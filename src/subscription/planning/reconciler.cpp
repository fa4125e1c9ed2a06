#include "subscription/planning/reconciler.h"

#include <algorithm>
#include <utility>

#include "protocol/beat.h"

namespace switchboard {

Reconciler::Reconciler(const PlanLimits& limits, const PoolTenant& tenant, Context& context, ConnectionPool& pool,
                       Registry& registry, ChannelTable& channels, ChannelOpener& opener, Handovers& handovers,
                       GapEvidence& evidence, StateReporter& states, InlineCallback<void()> afterPlan)
    : limits_(limits),
      tenant_(tenant),
      context_(context),
      pool_(pool),
      registry_(registry),
      coverage_(registry),
      channels_(channels),
      opener_(opener),
      handovers_(handovers),
      evidence_(evidence),
      states_(states),
      afterPlan_(afterPlan),
      timers_(context, registry, states, [this] { plan(); }),
      planTick_(context.deadlines, DeadlineKind::Plan, [this] { plan(); }) {}

void Reconciler::stop() {
  stopped_ = true;
  planTick_.cancel();
  timers_.stop();
}

void Reconciler::plan() {
  planAtTurnEnd_ = false;
  planTick_.cancel();
  if (stopped_ || pool_.isSuspended()) return;
  timers_.wake();
  // A key that lost its channel unnoticed must not be taken for a live one by a narrower key.
  coverage_.eraseUnused(channels_.carriedKeys());
  assignSources();
  const auto desired = desiredBindings();
  pool_.setNeeded(tenant_, needsSocket());

  const Plan plan = makePlan(desired, currentChannels(), limits_);
  for (const auto channel : plan.close) opener_.end(channel);
  open(plan.open);
  coverage_.eraseUnused(channels_.carriedKeys());
  for (const auto& [id, entry] : registry_.entries()) states_.notifyNew(*entry);
  updateWaiting();
  afterPlan_();
  timers_.arm(pool_);
}

/// Anything but what is parked: a key that waits for its retry or for a token is to find the connection open.
bool Reconciler::needsSocket() const {
  const auto& entries = registry_.entries();
  return std::any_of(entries.begin(), entries.end(), [](const auto& item) {
    return item.second->isSubscribed() && item.second->state != SubscriptionState::Parked;
  });
}

void Reconciler::assignSources() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (!entry->isSubscribed() || !entry->plannable() || entry->source != nullptr || entry->isNumbered()) continue;
    attach(*entry, coverage_.sourceFor(*entry));
  }
}

void Reconciler::attach(KeyEntry& entry, KeyEntry& source) {
  Coverage::attach(entry, source);
  const ChangesChannel* channel = channels_.findCarrier(source.id);
  if (channel == nullptr) return;
  if (channel->isLive()) {
    if (const auto seen = readTimestamp(entry.seen)) entry.alreadySeen.begin(*seen, context_.now());
    if (entry.gap) evidence_.readClock();
    states_.setState(entry, SubscriptionState::Live, {});
  } else {
    states_.setState(entry, SubscriptionState::Joining, {ReasonCode::Connecting, Retry::Backoff, "Joining."});
  }
}

Vector<DesiredBinding> Reconciler::desiredBindings() const {
  Vector<DesiredBinding> desired;
  for (const auto& [id, entry] : registry_.entries()) {
    if (Coverage::isNeeded(*entry)) desired.push_back({id, entry->grouping.group(), entry->grouping.isRisky()});
  }
  return desired;
}

Vector<CurrentChannel> Reconciler::currentChannels() const {
  Vector<CurrentChannel> current;
  for (const auto& [id, channel] : channels_) {
    CurrentChannel item{id, {}, channel->isLive(), handovers_.busy(id)};
    for (const auto& binding : channel->bindings()) item.keys.push_back(binding.key);
    current.push_back(std::move(item));
  }
  return current;
}

void Reconciler::open(const Vector<NewChannel>& wanted) {
  for (const auto& [id, entry] : registry_.entries()) entry->awaitsSocket = false;
  bool unplaced = false;
  for (const auto& channel : wanted) {
    if (opener_.open(channel) || channel.replaces) continue;
    unplaced = true;
    for (const auto key : channel.keys) {
      for (auto* dependent : registry_.find(key)->dependents) dependent->awaitsSocket = true;
    }
  }
  pool_.setMoreNeeded(tenant_, unplaced);
}

void Reconciler::finishHandover(ChannelId oldChannel, ChannelId newChannel) {
  const auto& bindings = channels_.at(oldChannel).bindings();
  const bool oldIsNeeded = std::any_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    const KeyEntry* entry = registry_.find(binding.key);
    return entry != nullptr && Coverage::isNeeded(*entry) && channels_.findCarrier(binding.key, oldChannel) == nullptr;
  });
  opener_.end(oldIsNeeded ? newChannel : oldChannel);
  planSoon();
}

void Reconciler::updateWaiting() {
  if (stopped_ || pool_.empty()) return;
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->isNumbered()) continue;
    if (entry->state == SubscriptionState::Retrying && entry->cause.retry == Retry::NewToken) {
      StateReporter::waitUntil(*entry, pool_.tokens().nextTryAt());
      states_.report(*entry);
    }
    if (entry->state != SubscriptionState::Pending) continue;
    SocketWait wait = pool_.waitFor(entry->awaitsSocket);
    StateReporter::waitUntil(*entry, wait.until);
    states_.setState(*entry, SubscriptionState::Pending, std::move(wait.cause));
  }
}

}  // namespace switchboard
