#include "subscription/channels/channel_events.h"

#include <algorithm>

#include "timing/backoff.h"

namespace switchboard {

namespace {

const Cause kJoining{ReasonCode::Connecting, Retry::Backoff, "Joining."};
const Cause kResubscribed{ReasonCode::Resubscribed, Retry::Backoff,
                          "The server subscribed again by itself; changes in between are lost."};
const Cause kUnreadable{ReasonCode::PayloadInvalid, Retry::Backoff, "A change came that can't be read."};

bool isAboutToken(const Cause& cause) {
  return cause.code == ReasonCode::TokenExpired || cause.code == ReasonCode::TokenInvalid;
}

/// Whether another token may help. A binding may be refused for the role that asked: what a role may not read, the
/// server calls an invalid column.
bool dependsOnToken(const Cause& cause) {
  return cause.retry == Retry::NewToken || cause.code == ReasonCode::BadBinding;
}

}  // namespace

void ChannelEvents::retryAll() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->plannable()) continue;
    StateReporter::forgetFailures(*entry);
    states_.setState(*entry, SubscriptionState::Pending,
                     {ReasonCode::Connecting, Retry::Backoff, "Trying again, as asked."});
  }
}

/// Channels that had not had their turn to join as their socket went are planned again: another socket may have room
/// for them, and this one may not come back.
void ChannelEvents::recallQueued(const Multiplexer& socket) {
  Vector<ChangesChannel*> queued;
  for (const auto& [id, channel] : channels_) {
    if (&channel->multiplexer() == &socket && channel->isQueued()) queued.push_back(channel);
  }
  for (auto* channel : queued) abandon(*channel, socket.connection().cause());
  if (!queued.empty()) reconciler_.planSoon();
}

void ChannelEvents::onSocketState(Multiplexer& socket) {
  if (!socket.connection().isOpen()) recallQueued(socket);
  if (socket.connection().isOpen() || pool_.isOutOfReach(socket)) reconciler_.planSoon();
  reconciler_.updateWaiting();
}

void ChannelEvents::onJoining(ChangesChannel& channel) {
  handovers_.onJoining(channel.id());
  for (auto* entry : channels_.dependentsOf(channel)) {
    if (entry->state == SubscriptionState::Pending) states_.setState(*entry, SubscriptionState::Joining, kJoining);
  }
}

void ChannelEvents::onLive(ChangesChannel& channel, bool again) {
  if (channel.hasCurrentToken()) pool_.tokens().accepted();
  pool_.confirm(channel.multiplexer());
  evidence_.readClock();  // gaps end now
  for (const auto& binding : channel.bindings()) {
    KeyEntry* entry = registry_.find(binding.key);
    if (entry == nullptr) continue;
    Bisection::rejoin(*entry);
    Bisection::setRisky(*entry, false);
    for (auto* dependent : entry->dependents) {
      StateReporter::forgetFailures(*dependent);
      if (again && dependent->state == SubscriptionState::Live) {
        gaps_.report(dependent->id, dependent->subscribers, kResubscribed,
                     evidence_.afterResubscription(channel, *dependent));
      }
      if (dependent->state != SubscriptionState::Live) states_.setState(*dependent, SubscriptionState::Live, {});
    }
  }
  handovers_.onLive(channel.id());
  reconciler_.planSoon();
}

void ChannelEvents::onUnreadable(ChangesChannel& channel) {
  for (auto* entry : channels_.dependentsOf(channel)) {
    if (entry->state != SubscriptionState::Live || entry->gap) continue;
    gaps_.report(entry->id, entry->subscribers, kUnreadable, evidence_.afterLoss(channel, *entry));
  }
}

/// Ends the channel. Returns the keys that are now without one; those that another channel carries as well, in a
/// handover, stay with that.
Vector<KeyEntry*> ChannelEvents::abandon(ChangesChannel& channel, const Cause& cause) {
  Vector<KeyEntry*> unplaced;
  const auto last = channel.lastCommit().read();
  for (auto* entry : channels_.dependentsOf(channel)) {
    entry->start = evidence_.afterLoss(channel, *entry);
    if (last) entry->seen = last->stamp;
    const ChangesChannel* other = channels_.findCarrier(entry->source->id, channel.id());
    if (other == nullptr) {
      unplaced.push_back(entry);
    } else if (!other->isLive() && entry->state == SubscriptionState::Live) {
      states_.setState(*entry, SubscriptionState::Pending, cause);
      if (other->isJoining() || other->isJoined()) states_.setState(*entry, SubscriptionState::Joining, kJoining);
    }
  }
  for (auto* entry : unplaced) Coverage::detach(*entry);
  opener_.end(channel.id());
  return unplaced;
}

void ChannelEvents::onFailed(ChangesChannel& channel, const Cause& failure, bool refused) {
  if (channels_.find(channel.id()) == nullptr) return;
  Cause cause = failure;
  // A token that came meanwhile is not to blame for the end of the one before it. If it is no better, its join will
  // say.
  const bool tokenIsNewer = !channel.hasCurrentToken();
  if (dependsOnToken(cause) && tokenIsNewer) cause.retry = Retry::Backoff;
  const bool lost = !channel.multiplexer().connection().isOpen();
  const auto bindings = channel.bindings();
  const auto entries = abandon(channel, cause);
  reconciler_.planSoon();
  const bool risky = refused && !(isAboutToken(cause) && tokenIsNewer);
  for (const auto& binding : bindings) {
    if (auto* entry = registry_.find(binding.key)) Bisection::setRisky(*entry, risky);
  }
  if (lost) {
    // The channels of a connection hear of the loss before the connection's own state is reported.
    for (auto* entry : entries) {
      StateReporter::waitUntil(*entry, channel.multiplexer().connection().nextRetryAt());
      states_.setState(*entry, SubscriptionState::Pending, cause);
    }
  } else if (cause.code == ReasonCode::BadBinding && bindings.size() > 1) {
    bisection_.split(bindings, cause);
    for (auto* entry : entries) {
      context_.recorder.decide("isolate", toString(cause.code), {0, {}, entry->id.value});
      const bool wasLive = entry->state == SubscriptionState::Live;
      states_.setState(*entry, SubscriptionState::Pending, wasLive ? cause : kJoining);
    }
  } else if (cause.retry == Retry::Parked || (cause.retry == Retry::NewToken && !isAboutToken(cause))) {
    park(bindings, entries, cause);
  } else {
    if (!refused && bisection_.mayBeToBlame(bindings, cause)) {
      bisection_.split(bindings, cause);
      for (auto* entry : entries) {
        context_.recorder.decide("isolate", toString(cause.code), {0, {}, entry->id.value});
      }
    }
    retryLater(entries, cause);
    if (isAboutToken(cause) && !tokenIsNewer) pool_.tokens().refuse(cause);
  }
}

/// All keys of a channel come back together, so that they are packed into one channel again.
void ChannelEvents::retryLater(const Vector<KeyEntry*>& entries, const Cause& cause) {
  unsigned attempts = 0;
  for (auto* entry : entries) attempts = std::max(attempts, entry->retries.attempts());
  const Duration delay =
      cause.retry == Retry::Slow
          ? options_.slowBase + fullJitter(context_.random, options_.slowBase, options_.slowCap, attempts)
          : fullJitter(context_.random, options_.retryBase, options_.retryCap, attempts);
  std::optional<TimePoint> at;
  if (cause.retry != Retry::NewToken) at = context_.now() + delay;
  for (auto* entry : entries) {
    const auto span = at ? std::optional(delay) : std::nullopt;
    context_.recorder.decide("retry", toString(cause.code), {0, {}, entry->id.value}, span);
    StateReporter::countFailure(*entry, attempts, at);
    states_.setState(*entry, SubscriptionState::Retrying, cause);
  }
}

/// Refused until somebody acts, on the server's side or here. Alone, it stays alone: it would silence what it shares a
/// channel with.
void ChannelEvents::park(const Vector<ChannelBinding>& bindings, const Vector<KeyEntry*>& entries, const Cause& cause) {
  const Duration pause = options_.parkedRetry;
  std::optional<TimePoint> at = context_.now() + lengthened(context_.random, pause);
  if (pause <= Duration{0}) at.reset();
  KeyEntry* alone = bindings.size() == 1 ? registry_.find(bindings.front().key) : nullptr;
  if (alone != nullptr) bisection_.setApart(*alone);
  for (auto* entry : entries) {
    context_.recorder.decide("park", toString(cause.code), {0, {}, entry->id.value},
                             at ? std::optional(*at - context_.now()) : std::nullopt);
    StateReporter::countFailure(*entry, entry->retries.attempts(), at);
    states_.setState(*entry, SubscriptionState::Parked, cause);
  }
}

void ChannelEvents::onCollision(ChangesChannel& channel, KeyId key) {
  abandon(channel, kJoining);
  if (auto* entry = registry_.find(key)) bisection_.setApart(*entry);
  reconciler_.planSoon();
}

void ChannelEvents::onTokenChanged() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (isAboutToken(entry->cause)) Bisection::setRisky(*entry, false);
    if (entry->plannable() || !dependsOnToken(entry->cause)) continue;
    Bisection::rejoin(*entry);  // what one role may not read, another may, so they are likely to get on together
    states_.setState(*entry, SubscriptionState::Pending,
                     {ReasonCode::Connecting, Retry::Backoff, "Trying again with the new token."});
  }
  pulses_.wake();
  reconciler_.planSoon();
}

void ChannelEvents::onTokenState() {
  for (const auto& [id, entry] : registry_.entries()) {
    const bool waits = entry->state == SubscriptionState::Retrying && entry->cause.retry == Retry::NewToken;
    if (!waits || pool_.tokens().problem()) continue;
    states_.setState(*entry, SubscriptionState::Pending, entry->cause);
    reconciler_.planSoon();
  }
  reconciler_.updateWaiting();
}

}  // namespace switchboard
