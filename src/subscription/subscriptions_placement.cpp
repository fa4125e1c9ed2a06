#include <algorithm>
#include <utility>

#include "base/text.h"
#include "subscription/subscriptions.h"

namespace switchboard {

void Subscriptions::openChannels(const Vector<NewChannel>& wanted) {
  for (const auto& [id, entry] : registry_.entries()) entry->awaitsSocket = false;
  bool unplaced = false;
  for (const auto& channel : wanted) {
    if (Multiplexer* multiplexer = placeFor(channel)) {
      openChannel(channel, *multiplexer);
    } else if (!channel.replaces) {
      unplaced = true;
      for (const auto key : channel.keys) {
        for (auto* served : registry_.find(key)->dependents) served->awaitsSocket = true;
      }
    }
  }
  pool_.setMoreNeeded(*this, unplaced);
}

/// The new channel of a handover goes to the socket of the old one.
Multiplexer* Subscriptions::placeFor(const NewChannel& channel) {
  if (!channel.replaces) return pool_.place(channel.risky);
  Multiplexer& same = channels_.at(*channel.replaces).multiplexer();
  return same.hasRoom() ? &same : nullptr;
}

bool Subscriptions::carriesLive(const Multiplexer& multiplexer) const {
  return std::any_of(channels_.begin(), channels_.end(), [&](const auto& item) {
    return &item.second->multiplexer() == &multiplexer && item.second->isLive();
  });
}

void Subscriptions::openChannel(const NewChannel& wanted, Multiplexer& multiplexer) {
  Vector<ChannelBinding> bindings;
  for (const auto key : wanted.keys) bindings.push_back({key, registry_.find(key)->spec.binding});
  const ChannelId id{++lastChannel_};
  auto channel = std::make_unique<ChangesChannel>(id, concat({topicPrefix_, decimal(id.value)}), std::move(bindings),
                                                  options_.channel, context_, multiplexer, pool_.tokens(),
                                                  ChangesChannelListeners{*this, *this, this});
  ChangesChannel& added = channels_.add(id, std::move(channel));
  if (wanted.replaces) handovers_.start(*wanted.replaces, id);
  added.start();
  pool_.report(multiplexer);
}

void Subscriptions::endChannel(ChannelId id) {
  auto channel = channels_.take(id);
  if (channel == nullptr) return;
  readDatabaseClock(channel->lastCommit());  // it may have been the only one to bring anything
  handovers_.onGone(id);
  channel->end();
  pool_.report(channel->multiplexer());
  context_.turns.deferredDelete(std::move(channel));
}

/// Channels that had not had their turn to join as their socket went are planned again: another socket may have room
/// for them, and this one may not come back.
void Subscriptions::recallQueued(const Multiplexer& multiplexer) {
  Vector<ChangesChannel*> queued;
  for (const auto& [id, channel] : channels_) {
    if (&channel->multiplexer() == &multiplexer && channel->isQueued()) queued.push_back(channel);
  }
  for (auto* channel : queued) abandon(*channel, multiplexer.connection().cause());
  if (!queued.empty()) planAtTurnEnd_ = true;
}

void Subscriptions::onSocketState(Multiplexer& multiplexer) {
  if (!multiplexer.connection().isOpen()) recallQueued(multiplexer);
  if (multiplexer.connection().isOpen() || pool_.isOutOfReach(multiplexer)) planAtTurnEnd_ = true;
  updateWaiting();
}

void Subscriptions::updateWaiting() {
  if (shutDown_ || pool_.empty()) return;
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->state == SubscriptionState::Retrying && entry->cause.retry == Retry::NewToken) {
      entry->waitsUntil = pool_.tokens().nextTryAt();
      reporter_.report(*entry);
    }
    if (entry->state != SubscriptionState::Pending) continue;
    const SocketWait wait = pool_.waitFor(entry->awaitsSocket);
    entry->waitsUntil = wait.until;
    reporter_.setWaiting(*entry, wait.cause);
  }
}

/// What the heartbeat has confirmed since the last one is read before it is overwritten.
void Subscriptions::onRoundTrip(Multiplexer& /*multiplexer*/) {
  readDatabaseClock();
}

}  // namespace switchboard
