#include <algorithm>
#include <utility>

#include "base/text.h"
#include "subscription/subscriptions.h"

namespace switchboard {

void Subscriptions::openChannels(const Vector<NewChannel>& wanted) {
  for (const auto& [id, entry] : registry_.entries()) entry->awaitsSocket = false;
  bool unplaced = false;
  for (const auto& channel : wanted) {
    if (Multiplexer* multiplexer = place(channel)) {
      openChannel(channel, *multiplexer);
    } else if (!channel.replaces) {
      unplaced = true;
      for (const auto key : channel.keys) {
        for (auto* served : registry_.find(key)->dependents) served->awaitsSocket = true;
      }
    }
  }
  const bool anyOpen = std::any_of(multiplexers_.begin(), multiplexers_.end(),
                                   [](const auto& item) { return item->connection().isOpen(); });
  for (std::size_t i = 1; i < multiplexers_.size(); ++i) multiplexers_[i]->setNeeded(unplaced && anyOpen);
}

bool Subscriptions::carriesLive(const Multiplexer& multiplexer) const {
  return std::any_of(channels_.begin(), channels_.end(), [&](const auto& item) {
    return &item.second->multiplexer() == &multiplexer && item.second->isLive();
  });
}

/// An open connection for the channel, or null if it has to wait. A join that has failed before would freeze what
/// shares its socket for 5 s, so it goes to a socket that carries nothing live, if one may be had; if not, any socket
/// is better than none.
Multiplexer* Subscriptions::place(const NewChannel& channel) {
  if (channel.replaces) {
    Multiplexer& same = channels_.at(*channel.replaces).multiplexer();
    return same.hasRoom() ? &same : nullptr;
  }
  bool onTheWay = false;
  bool outOfReach = false;
  Multiplexer* second = nullptr;
  for (const auto& multiplexer : multiplexers_) {
    if (!multiplexer->hasRoom()) continue;
    if (multiplexer->connection().isOpen()) {
      if (!channel.risky || !carriesLive(*multiplexer)) return multiplexer.get();
      second = multiplexer.get();
    } else if (reachOf(*multiplexer).isOut(context_.now())) {
      outOfReach = true;
    } else if (multiplexer == multiplexers_.front()) {
      return nullptr;
    } else {
      onTheWay = true;
    }
  }
  if (onTheWay) return nullptr;
  if (!outOfReach && multiplexers_.size() < options_.maxSockets) {
    addMultiplexer();
    return nullptr;
  }
  return second;
}

Reach& Subscriptions::reachOf(const Multiplexer& multiplexer) {
  return reaches_[multiplexer.connection().id().value - 1];
}

Multiplexer& Subscriptions::addMultiplexer() {
  const ConnectionId id{static_cast<std::uint32_t>(multiplexers_.size() + 1)};
  MultiplexerDelegate& delegate = *this;
  reaches_.push_back({});
  multiplexers_.push_back(std::make_unique<Multiplexer>(id, options_.connection, options_.multiplexer, surroundings_,
                                                        context_, transports_, tokens_, pace_, counters_, delegate));
  if (options_.pulse.enabled()) {
    PulseDelegate& listener = *this;
    pulses_.push_back(std::make_unique<Pulse>(options_.pulse, options_.channel,
                                              topicPrefix_ + "pulse" + decimal(id.value) + "-", context_,
                                              *multiplexers_.back(), tokens_, counters_, listener));
  }
  return *multiplexers_.back();
}

void Subscriptions::openChannel(const NewChannel& wanted, Multiplexer& multiplexer) {
  Vector<ChannelBinding> bindings;
  for (const auto key : wanted.keys) bindings.push_back({key, registry_.find(key)->spec.binding});
  const ChannelId id{++lastChannel_};
  ChangesChannelDelegate& delegate = *this;
  auto channel = std::make_unique<ChangesChannel>(id, concat({topicPrefix_, decimal(id.value)}), std::move(bindings),
                                                  options_.channel, context_, multiplexer, delegate);
  ChangesChannel& added = channels_.add(id, std::move(channel));
  if (wanted.replaces) handovers_.start(*wanted.replaces, id);
  added.start();
  report(multiplexer);
}

void Subscriptions::endChannel(ChannelId id) {
  auto channel = channels_.take(id);
  if (channel == nullptr) return;
  readDatabaseClock(channel->lastCommit());  // it may have been the only one to bring anything
  handovers_.onGone(id);
  tokenOfChannel_.erase(id);
  channel->end();
  report(channel->multiplexer());
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

void Subscriptions::onMultiplexerState(Multiplexer& multiplexer) {
  report(multiplexer);
  Reach& reach = reachOf(multiplexer);
  reach.follow(multiplexer.connection().state(), context_.now());
  if (!multiplexer.connection().isOpen()) recallQueued(multiplexer);
  if (multiplexer.connection().isOpen() || reach.isOut(context_.now())) planAtTurnEnd_ = true;
  updateWaiting();
}

/// The socket that a key without a channel waits for: the main one, unless that has no room for it or what it carries
/// is not to be disturbed.
const Multiplexer& Subscriptions::awaited(const KeyEntry& entry) const {
  const auto other = std::find_if(multiplexers_.begin() + 1, multiplexers_.end(),
                                  [](const auto& item) { return item->hasRoom() && !item->connection().isOpen(); });
  const bool mainIsOpen = multiplexers_.front()->connection().isOpen();
  return entry.awaitsSocket && mainIsOpen && other != multiplexers_.end() ? **other : *multiplexers_.front();
}

/// What a key without a channel waits for. While a connection that has failed before is being tried once more, the last
/// failure is still the answer.
Cause Subscriptions::waitingCause(const Multiplexer& multiplexer) {
  if (tokens_.problem()) return *tokens_.problem();
  const Connection& connection = multiplexer.connection();
  if (connection.isOpen()) return {ReasonCode::Connecting, Retry::Backoff, "Waiting for its turn to join."};
  const bool again = connection.state() == ConnectionState::Connecting && reachOf(multiplexer).hasFailed();
  Cause cause = again ? connection.lastFailure() : connection.cause();
  if (&multiplexer != multiplexers_.front().get()) {
    cause.message = concat({"Waiting for another socket. ", cause.message});
  }
  return cause;
}

void Subscriptions::updateWaiting() {
  if (shutDown_ || multiplexers_.empty()) return;
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->state == SubscriptionState::Retrying && entry->cause.retry == Retry::NewToken) {
      entry->waitsUntil = tokens_.nextTryAt();
      reporter_.report(*entry);
    }
    if (entry->state != SubscriptionState::Pending) continue;
    const Multiplexer& multiplexer = awaited(*entry);
    entry->waitsUntil = tokens_.problem() ? tokens_.nextTryAt() : multiplexer.connection().nextRetryAt();
    reporter_.setWaiting(*entry, waitingCause(multiplexer));
  }
}

/// What the heartbeat has confirmed since the last one is read before it is overwritten.
void Subscriptions::onRoundTrip(Multiplexer& multiplexer) {
  readDatabaseClock();
  report(multiplexer);
}

void Subscriptions::report(const Multiplexer& multiplexer) {
  const Connection& connection = multiplexer.connection();
  const Pulse* pulse = pulseOf(multiplexer);
  tracker_.set(ConnectionStatus{connection.id(), connection.state(), connection.since(), connection.attempts(),
                                connection.nextRetryAt(), connection.cause().code, connection.cause().message,
                                connection.roundTrip(), multiplexer.channelCount(),
                                pulse != nullptr ? std::optional(pulse->state()) : std::nullopt,
                                pulse != nullptr ? pulse->delay() : std::nullopt});
}

}  // namespace switchboard
