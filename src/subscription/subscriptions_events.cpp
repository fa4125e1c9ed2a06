#include <algorithm>
#include <utility>

#include "subscription/channels/bisection.h"
#include "subscription/subscriptions.h"

namespace switchboard {

namespace {

const Cause kJoining{ReasonCode::Connecting, Retry::Backoff, "Joining."};
const Cause kResubscribed{ReasonCode::Resubscribed, Retry::Backoff,
                          "The server subscribed anew by itself; changes in between are lost."};
const Cause kUnreadable{ReasonCode::PayloadInvalid, Retry::Backoff, "A change came that can't be read."};

bool concernsToken(const Cause& cause) {
  return cause.code == ReasonCode::TokenExpired || cause.code == ReasonCode::TokenInvalid;
}

/// Whether another token may help. A binding may be refused for the role that asked: what a role may not read, the
/// server calls an invalid column.
bool dependsOnToken(const Cause& cause) {
  return cause.retry == Retry::NewToken || cause.code == ReasonCode::BadBinding;
}

}  // namespace

/// The keys whose changes the channel's bindings bring.
Vector<KeyEntry*> Subscriptions::dependentsOf(const ChangesChannel& channel) {
  Vector<KeyEntry*> dependents;
  for (const auto& binding : channel.bindings()) {
    const KeyEntry* entry = registry_.find(binding.key);
    if (entry != nullptr) dependents.append(entry->dependents);
  }
  return dependents;
}

void Subscriptions::onJoining(ChangesChannel& channel) {
  handovers_.onJoining(channel.id());
  for (auto* entry : dependentsOf(channel)) {
    if (entry->state == SubscriptionState::Pending) reporter_.setState(*entry, SubscriptionState::Joining, kJoining);
  }
}

void Subscriptions::onLive(ChangesChannel& channel, bool again) {
  if (channel.hasCurrentToken()) pool_.tokens().accepted();
  pool_.confirm(channel.multiplexer());
  readDatabaseClock();  // gaps end now
  for (const auto& binding : channel.bindings()) {
    KeyEntry* entry = registry_.find(binding.key);
    if (entry == nullptr) continue;
    entry->bisectionGroup = 0;
    entry->risky = false;
    for (auto* served : entry->dependents) {
      served->attempts = 0;
      if (again && served->state == SubscriptionState::Live) {
        reporter_.reportGap(served->subscribers, kResubscribed, resubscribedGapStart(channel, *served));
      }
      if (served->state != SubscriptionState::Live) reporter_.setState(*served, SubscriptionState::Live, {});
    }
  }
  handovers_.onLive(channel.id());
  planAtTurnEnd_ = true;
}

void Subscriptions::onUnreadable(ChangesChannel& channel) {
  for (auto* entry : dependentsOf(channel)) {
    if (entry->state != SubscriptionState::Live || entry->gap) continue;
    reporter_.reportGap(entry->subscribers, kUnreadable, gapStart(channel, *entry));
  }
}

/// Ends the channel. Returns the keys that are now without one; those that another channel carries as well, in a
/// handover, stay with that.
Vector<KeyEntry*> Subscriptions::abandon(ChangesChannel& channel, const Cause& cause) {
  Vector<KeyEntry*> unplaced;
  const auto last = channel.lastCommit().read();
  for (auto* entry : dependentsOf(channel)) {
    entry->start = gapStart(channel, *entry);
    if (last) entry->seen = last->stamp;
    const ChangesChannel* other = findCarrier(entry->source->id, channel.id());
    if (other == nullptr) {
      unplaced.push_back(entry);
    } else if (!other->isLive() && entry->state == SubscriptionState::Live) {
      reporter_.setState(*entry, SubscriptionState::Pending, cause);
      if (other->isJoining() || other->isJoined()) reporter_.setState(*entry, SubscriptionState::Joining, kJoining);
    }
  }
  for (auto* entry : unplaced) detach(*entry);
  endChannel(channel.id());
  return unplaced;
}

void Subscriptions::onFailed(ChangesChannel& channel, const Cause& failure, bool refused) {
  if (channels_.find(channel.id()) == nullptr) return;
  Cause cause = failure;
  // A token that came meanwhile is not to blame for the end of the one before it. If it is no better, its join will
  // say.
  const bool tokenIsNewer = !channel.hasCurrentToken();
  if (dependsOnToken(cause) && tokenIsNewer) cause.retry = Retry::Backoff;
  const bool lost = !channel.multiplexer().connection().isOpen();
  const auto bindings = channel.bindings();
  const auto entries = abandon(channel, cause);
  planAtTurnEnd_ = true;
  for (const auto& binding : bindings) {
    if (auto* entry = registry_.find(binding.key)) entry->risky = refused && !(concernsToken(cause) && tokenIsNewer);
  }
  if (lost) {
    // The channels of a connection hear of the loss before the connection's own state is reported.
    for (auto* entry : entries) {
      entry->waitsUntil = channel.multiplexer().connection().nextRetryAt();
      reporter_.setState(*entry, SubscriptionState::Pending, cause);
    }
  } else if (cause.code == ReasonCode::BadBinding && bindings.size() > 1) {
    bisect(bindings, cause);
    for (auto* entry : entries) {
      const bool wasLive = entry->state == SubscriptionState::Live;
      reporter_.setState(*entry, SubscriptionState::Pending, wasLive ? cause : kJoining);
    }
  } else if (cause.retry == Retry::Parked || (cause.retry == Retry::NewToken && !concernsToken(cause))) {
    park(bindings, entries, cause);
  } else {
    if (!refused && mayBeToBlame(bindings, cause)) bisect(bindings, cause);
    retryLater(entries, cause);
    if (concernsToken(cause) && !tokenIsNewer) pool_.tokens().refuse(cause);
  }
}

/// Whether one of these keys may be to blame although the database's words speak of its own health: it has refused them
/// time and again while it serves others, or they have never been parted.
bool Subscriptions::mayBeToBlame(const Vector<ChannelBinding>& bindings, const Cause& cause) {
  constexpr unsigned kTries = 3;
  if (cause.code != ReasonCode::DatabaseUnavailable || bindings.size() == 1) return false;
  const bool othersLive =
      std::any_of(channels_.begin(), channels_.end(), [](const auto& item) { return item.second->isLive(); });
  return std::all_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    const KeyEntry* entry = registry_.find(binding.key);
    return entry != nullptr && entry->attempts >= kTries && (othersLive || entry->bisectionGroup == 0);
  });
}

/// One of these bindings silences the rest (protocol.md §14): parts them, so that each part is joined by itself.
void Subscriptions::bisect(const Vector<ChannelBinding>& bindings, const Cause& cause) {
  Vector<BindingConfig> configs;
  for (const auto& binding : bindings) configs.push_back(binding.config);
  const auto suspected = suspects(configs, cause.message);
  const std::uint32_t bisectionGroup = ++lastGroup_;
  const std::uint32_t restGroup = ++lastGroup_;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    KeyEntry* entry = registry_.find(bindings[i].key);
    if (entry == nullptr) continue;
    const bool isSuspect = std::find(suspected.begin(), suspected.end(), i) != suspected.end();
    entry->bisectionGroup = isSuspect ? bisectionGroup : restGroup;
  }
}

/// All keys of a channel come back together, so that they are packed into one channel again.
void Subscriptions::retryLater(const Vector<KeyEntry*>& entries, const Cause& cause) {
  unsigned attempts = 0;
  for (auto* entry : entries) attempts = std::max(attempts, entry->attempts);
  const Duration delay =
      cause.retry == Retry::Slow
          ? options_.slowBase + fullJitter(context_.random, options_.slowBase, options_.slowCap, attempts)
          : fullJitter(context_.random, options_.retryBase, options_.retryCap, attempts);
  const TimePoint at = context_.now() + delay;
  for (auto* entry : entries) {
    entry->attempts = attempts + 1;
    if (cause.retry != Retry::NewToken) entry->retryAt = at;
    reporter_.setState(*entry, SubscriptionState::Retrying, cause);
  }
}

/// Refused until somebody acts, on the server's side or here. Alone, it stays alone: it would silence what it shares a
/// channel with.
void Subscriptions::park(const Vector<ChannelBinding>& bindings, const Vector<KeyEntry*>& entries, const Cause& cause) {
  const Duration pause = options_.parkedRetry;
  const TimePoint at = context_.now() + lengthened(context_.random, pause);
  KeyEntry* alone = bindings.size() == 1 ? registry_.find(bindings.front().key) : nullptr;
  if (alone != nullptr) alone->bisectionGroup = ++lastGroup_;
  for (auto* entry : entries) {
    ++entry->attempts;
    if (pause > Duration{0}) entry->retryAt = at;
    reporter_.setState(*entry, SubscriptionState::Parked, cause);
  }
}

void Subscriptions::onCollision(ChangesChannel& channel, KeyId key) {
  abandon(channel, kJoining);
  if (auto* entry = registry_.find(key)) entry->bisectionGroup = ++lastGroup_;
  planAtTurnEnd_ = true;
}

void Subscriptions::onConflated(std::size_t changes, std::size_t subscribers) {
  pool_.counters().conflated += changes * subscribers;
}

void Subscriptions::onTokenChanged() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (concernsToken(entry->cause)) entry->risky = false;
    if (entry->plannable() || !dependsOnToken(entry->cause)) continue;
    entry->bisectionGroup = 0;  // what one role may not read, another may, so they are likely to get on together
    reporter_.setState(*entry, SubscriptionState::Pending,
                       {ReasonCode::Connecting, Retry::Backoff, "Trying again with the new token."});
  }
  for (const auto& pulse : pulses_) pulse->wake();
  planAtTurnEnd_ = true;
}

void Subscriptions::onTokenState() {
  for (const auto& [id, entry] : registry_.entries()) {
    const bool waits = entry->state == SubscriptionState::Retrying && entry->cause.retry == Retry::NewToken;
    if (!waits || pool_.tokens().problem()) continue;
    reporter_.setState(*entry, SubscriptionState::Pending, entry->cause);
    planAtTurnEnd_ = true;
  }
  updateWaiting();
}

}  // namespace switchboard
