#include "subscription/subscriptions.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace switchboard {

namespace {

/// What a socket brings later than this never comes: silent for 15 s, it has 10 s to answer, and 5 more in a stall.
constexpr Duration kLag{30'000};

std::string hexText(std::uint64_t value, int digits) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (int i = digits - 1; i >= 0; --i) text += kHex[(value >> (4 * i)) & 15];
  return text;
}

}  // namespace

Subscriptions::Subscriptions(const SubscriptionsOptions& options, Context& context, ConnectionPool& pool,
                             StatusTracker& tracker, DeliveryQueue& deliveries)
    : options_(options),
      context_(context),
      pool_(pool),
      tracker_(tracker),
      reporter_(context, tracker, database_),
      handovers_(context, options.overlap, options.handoverPause,
                 [this](ChannelId oldChannel, ChannelId newChannel) { finishHandover(oldChannel, newChannel); }),
      fanOut_(options.windowBytes, context, deliveries, *this),
      pollFallback_(options.fallback, registry_, context, [this](KeyEntry& entry) { reporter_.report(entry); }),
      planTick_(context.deadlines, DeadlineKind::Plan, [this] { plan(); }),
      retry_(context.deadlines, DeadlineKind::Retry, [this] { plan(); }),
      linger_(context.deadlines, DeadlineKind::Linger, [this] { plan(); }),
      topicPrefix_("realtime:sb-" + hexText(context.random.next(), 8) + "-") {
  pool_.addTenant(*this);
  pool_.setObserver(*this);
}

Subscriptions::~Subscriptions() {
  shutDown();
}

bool Subscriptions::subscribe(SubscriptionId id, Spec spec, DeliverySpec delivery) {
  const std::string key = spec.key;
  if (!registry_.add(id, std::move(spec), context_.clock.wallNow(), context_.now())) return false;
  const KeyEntry& entry = *registry_.findByText(key);
  fanOut_.attach(entry, id, std::move(delivery));
  reporter_.report(entry);
  planTick_.setWithin(Duration{0});
  return true;
}

void Subscriptions::unsubscribe(SubscriptionId id) {
  KeyEntry* entry = registry_.remove(id);
  if (entry == nullptr) return;
  fanOut_.detach(id);
  reporter_.forget(id);
  pollFallback_.forget(id);
  tracker_.remove(id);
  if (!entry->subscribers.empty()) return;
  const bool carried = entry->state == SubscriptionState::Live || entry->state == SubscriptionState::Joining;
  if (carried && options_.linger > Duration{0}) {
    entry->lingerUntil = context_.now() + options_.linger;
    linger_.setWithin(options_.linger);
  } else {
    planTick_.setWithin(Duration{0});
  }
}

void Subscriptions::unsubscribeAll() {
  Vector<SubscriptionId> all;
  for (const auto& [id, entry] : registry_.entries()) all.append(entry->subscribers);
  for (const auto id : all) unsubscribe(id);
}

void Subscriptions::reconnectAll() {
  pool_.tokens().forgetRefusal();
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->plannable()) continue;
    entry->attempts = 0;
    reporter_.setState(*entry, SubscriptionState::Pending,
                       {ReasonCode::Connecting, Retry::Backoff, "Trying again, as asked."});
  }
  pool_.reconnectAll();
  for (const auto& pulse : pulses_) pulse->wake();
  planAtTurnEnd_ = true;
}

void Subscriptions::shutDown() {
  if (shutDown_) return;
  shutDown_ = true;
  fanOut_.clear();
  pollFallback_.stop();
  for (auto* deadline : {&planTick_, &retry_, &linger_}) deadline->cancel();
  while (!channels_.empty()) endChannel((*channels_.begin()).first);
  for (const auto& pulse : pulses_) pulse->setNeeded(false);
}

void Subscriptions::settle() {
  if (planAtTurnEnd_) plan();
}

/// Brings channels in step with what is wanted. Channels are only opened on connections that are open: until then there
/// is nothing to gain, and what comes in meanwhile still gets packed.
void Subscriptions::plan() {
  planAtTurnEnd_ = false;
  planTick_.cancel();
  if (shutDown_ || pool_.isSuspended()) return;
  endLingers();
  wakeRetries();
  eraseUnused();  // a key that lost its channel unnoticed must not be taken for a live one by a narrower key
  assignSources();
  const auto wanted = desiredBindings();
  pool_.setNeeded(*this, needsSocket());

  const Plan plan = makePlan(wanted, currentChannels(), options_.plan);
  for (const auto channel : plan.close) endChannel(channel);
  openChannels(plan.open);
  eraseUnused();
  for (const auto& [id, entry] : registry_.entries()) reporter_.notifyNew(*entry);
  updateWaiting();
  updatePulses();
  pollFallback_.update();
  armWaits();
}

void Subscriptions::endLingers() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->lingerUntil && *entry->lingerUntil <= context_.now()) entry->lingerUntil.reset();
  }
}

void Subscriptions::wakeRetries() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (!entry->plannable() && entry->retryAt && *entry->retryAt <= context_.now()) {
      reporter_.setState(*entry, SubscriptionState::Pending, entry->cause);
    }
  }
}

/// Anything but what is parked: a key that waits for its retry or for a token is to find the connection open.
bool Subscriptions::needsSocket() const {
  const auto& entries = registry_.entries();
  return std::any_of(entries.begin(), entries.end(), [](const auto& item) {
    return item.second->wanted() && item.second->state != SubscriptionState::Parked;
  });
}

/// Decides for each key without one whose binding is to bring its changes. A key that has one keeps it, so that nothing
/// that flows is disturbed when a wider key comes or goes.
void Subscriptions::assignSources() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (!entry->wanted() || !entry->plannable() || entry->source != nullptr) continue;
    KeyEntry* cover = entry->spec.wantsAll() ? nullptr : registry_.findByText(entry->spec.coverKey);
    const bool covered = cover != nullptr && cover->plannable() && (cover->wanted() || cover->source != nullptr);
    attach(*entry, covered ? *cover : *entry);
  }
}

void Subscriptions::attach(KeyEntry& entry, KeyEntry& source) {
  entry.source = &source;
  source.dependents.push_back(&entry);
  const ChangesChannel* channel = findCarrier(source.id);
  if (channel == nullptr) return;
  if (channel->isLive()) {
    if (!entry.seen.empty()) entry.alreadySeen = KeyEntry::AlreadySeen{entry.seen, context_.now()};
    if (entry.gap) readDatabaseClock();
    reporter_.setState(entry, SubscriptionState::Live, {});
  } else {
    reporter_.setState(entry, SubscriptionState::Joining, {ReasonCode::Connecting, Retry::Backoff, "Joining."});
  }
}

/// Whether the key had this change already, or an earlier one, before it came to the binding that brings it now. Passes
/// what has no time of its own (errors 400 and 401): twice is better than never.
bool Subscriptions::isRepeated(KeyEntry& entry, const Change& change) const {
  if (!entry.alreadySeen) return false;
  if (context_.now() - entry.alreadySeen->at < kLag) {
    const auto stamp = commitTimestamp(change.data.read());
    if (stamp.empty()) return false;
    if (stamp <= entry.alreadySeen->commit) return true;
  }
  entry.alreadySeen.reset();  // a binding brings its changes in their order
  return false;
}

void Subscriptions::detach(KeyEntry& entry) {
  if (entry.source == nullptr) return;
  entry.source->dependents.remove(&entry);
  entry.source = nullptr;
}

/// Whether somebody wants what its binding brings.
bool Subscriptions::isNeeded(const KeyEntry& entry) {
  return std::any_of(entry.dependents.begin(), entry.dependents.end(),
                     [](const KeyEntry* served) { return served->wanted() && served->plannable(); });
}

Vector<DesiredBinding> Subscriptions::desiredBindings() {
  Vector<DesiredBinding> wanted;
  for (const auto& [id, entry] : registry_.entries()) {
    if (isNeeded(*entry)) wanted.push_back({id, entry->bisectionGroup, entry->risky});
  }
  return wanted;
}

Vector<CurrentChannel> Subscriptions::currentChannels() const {
  Vector<CurrentChannel> current;
  for (const auto& [id, channel] : channels_) {
    CurrentChannel item{id, {}, channel->isLive(), handovers_.busy(id)};
    for (const auto& binding : channel->bindings()) item.keys.push_back(binding.key);
    current.push_back(std::move(item));
  }
  return current;
}

/// The old channel leaves, unless it carries something that was wanted again meanwhile: then the new one does.
void Subscriptions::finishHandover(ChannelId oldChannel, ChannelId newChannel) {
  const auto& bindings = channels_.at(oldChannel).bindings();
  const bool oldIsNeeded = std::any_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    const KeyEntry* entry = registry_.find(binding.key);
    return entry != nullptr && isNeeded(*entry) && findCarrier(binding.key, oldChannel) == nullptr;
  });
  endChannel(oldIsNeeded ? newChannel : oldChannel);
  planAtTurnEnd_ = true;
}

ChangesChannel* Subscriptions::findCarrier(KeyId key, std::optional<ChannelId> except) const {
  ChangesChannel* found = nullptr;
  for (const auto& [id, channel] : channels_) {
    if (except && id == *except) continue;
    const auto& bindings = channel->bindings();
    const bool carries =
        std::any_of(bindings.begin(), bindings.end(), [key](const auto& binding) { return binding.key == key; });
    if (carries && (found == nullptr || channel->isLive())) found = channel;
  }
  return found;
}

/// A key leaves the registry once nobody wants it, no channel carries it, and no narrower key depends on it.
void Subscriptions::eraseUnused() {
  IdSet<KeyId> carried;
  for (const auto& [id, channel] : channels_) {
    for (const auto& binding : channel->bindings()) carried.insert(binding.key);
  }
  Vector<KeyId> gone;
  do {  // again, because the last key that another served may have gone with this round
    gone.clear();
    for (const auto& [id, entry] : registry_.entries()) {
      if (entry->wanted() || carried.contains(id)) continue;
      const auto& served = entry->dependents;
      const bool hasDependents = served.size() > 1 || (served.size() == 1 && served.front() != entry);
      if (!hasDependents) gone.push_back(id);
    }
    for (const auto id : gone) {
      detach(*registry_.find(id));
      registry_.erase(id);
    }
  } while (!gone.empty());
}

void Subscriptions::armWaits() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->retryAt) retry_.setWithin(std::max(Duration{0}, *entry->retryAt - context_.now()));
    if (entry->lingerUntil) linger_.setWithin(std::max(Duration{0}, *entry->lingerUntil - context_.now()));
    if (!entry->awaitsSocket) continue;
    if (const auto at = pool_.nextOutOfReach()) retry_.setWithin(*at - context_.now());
  }
}

}  // namespace switchboard
