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

Exchange::Exchange(const ExchangeOptions& options, std::string accessToken, Context& context,
                   TransportFactory& transports, StatusTracker& tracker, DeliveryQueue& deliveries,
                   ExchangeDelegate& delegate)
    : options_(options),
      context_(context),
      transports_(transports),
      tracker_(tracker),
      delegate_(delegate),
      reporter_(context, tracker, database_),
      tokens_(options.token, std::move(accessToken), context, *this),
      pace_(options.joinsPerSecond, context),
      rebuilds_(context, options.overlap, options.rebuildPause,
                [this](LineId oldLine, LineId newLine) { finishRebuild(oldLine, newLine); }),
      dispatcher_(options.windowBytes, context, deliveries, *this),
      fallback_(options.fallback, registry_, context, [this](KeyEntry& entry) { reporter_.report(entry); }),
      planTick_(context.deadlines, DeadlineKind::Plan, [this] { plan(); }),
      retry_(context.deadlines, DeadlineKind::Retry, [this] { plan(); }),
      linger_(context.deadlines, DeadlineKind::Linger, [this] { plan(); }),
      topicPrefix_("realtime:sb-" + hexText(context.random.next(), 8) + "-") {}

Exchange::~Exchange() {
  shutDown();
}

bool Exchange::subscribe(SubscriptionId id, Spec spec, DeliveryConfig delivery) {
  const std::string key = spec.key;
  if (!registry_.add(id, std::move(spec), context_.clock.wallNow(), context_.now())) return false;
  const KeyEntry& entry = *registry_.findByText(key);
  dispatcher_.attach(entry, id, std::move(delivery));
  reporter_.report(entry);
  planTick_.setWithin(Duration{0});
  return true;
}

void Exchange::unsubscribe(SubscriptionId id) {
  KeyEntry* entry = registry_.remove(id);
  if (entry == nullptr) return;
  dispatcher_.detach(id);
  reporter_.forget(id);
  fallback_.forget(id);
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

void Exchange::unsubscribeAll() {
  Vector<SubscriptionId> all;
  for (const auto& [id, entry] : registry_.entries()) all.append(entry->subscribers);
  for (const auto id : all) unsubscribe(id);
}

void Exchange::setSuspended(bool suspended) {
  suspended_ = suspended;
  planAtTurnEnd_ = true;
  if (!suspended) return;
  for (const auto& multiplexer : multiplexers_) {
    multiplexer->connection().release(
        {ReasonCode::Suspended, Retry::Backoff, "The page is in the background cache; it reconnects when shown."});
  }
}

void Exchange::reconnectAll() {
  tokens_.forgetRefusal();
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->plannable()) continue;
    entry->attempts = 0;
    reporter_.setState(*entry, SubscriptionState::Pending,
                       {ReasonCode::Connecting, Retry::Backoff, "Trying again, as asked."});
  }
  surroundings_.notBefore = {};
  for (const auto& multiplexer : multiplexers_) {
    multiplexer->connection().replace({ReasonCode::UserReconnect, Retry::Backoff, "Reconnecting, as asked."});
  }
  for (const auto& pulse : pulses_) pulse->wake();
  planAtTurnEnd_ = true;
}

void Exchange::setOnline(bool online) {
  if (online == surroundings_.online) {
    if (online) reconnectSoon();
    return;
  }
  surroundings_.online = online;
  for (const auto& multiplexer : multiplexers_) multiplexer->connection().onNetworkChange();
  fallback_.setOnline(online);
}

void Exchange::reconnectSoon() {
  for (const auto& multiplexer : multiplexers_) multiplexer->connection().reconnectSoon();
}

void Exchange::forEachConnection(InlineCallback<void(const Connection&)> visit) const {
  for (const auto& multiplexer : multiplexers_) visit(multiplexer->connection());
}

void Exchange::shutDown() {
  if (shutDown_) return;
  shutDown_ = true;
  tokens_.stop();
  dispatcher_.clear();
  fallback_.stop();
  for (auto* deadline : {&planTick_, &retry_, &linger_}) deadline->cancel();
  while (!lines_.empty()) endLine((*lines_.begin()).first);
  for (const auto& pulse : pulses_) pulse->setWanted(false);
  for (const auto& multiplexer : multiplexers_) multiplexer->shutDown();
}

void Exchange::settle() {
  if (planAtTurnEnd_) plan();
}

/// Brings lines in step with what is wanted. Lines are only opened on connections that are open: until then there is
/// nothing to gain, and what comes in meanwhile still gets packed.
void Exchange::plan() {
  planAtTurnEnd_ = false;
  planTick_.cancel();
  if (shutDown_ || suspended_) return;
  endLingers();
  wakeRetries();
  eraseUnwanted();  // a key that lost its line unnoticed must not be taken for a live one by a narrower key
  assignServing();
  const auto wanted = wantedBindings();
  const bool needed = needsConnection();
  if (needed && multiplexers_.empty()) addMultiplexer();
  if (!multiplexers_.empty()) multiplexers_.front()->setNeeded(needed);

  const Plan plan = makePlan(wanted, currentLines(), options_.plan);
  for (const auto line : plan.close) endLine(line);
  openLines(plan.open);
  eraseUnwanted();
  for (const auto& [id, entry] : registry_.entries()) reporter_.tellNewcomers(*entry);
  updateWaiting();
  updatePulses();
  fallback_.update();
  armWaits();
}

void Exchange::endLingers() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->lingerUntil && *entry->lingerUntil <= context_.now()) entry->lingerUntil.reset();
  }
}

void Exchange::wakeRetries() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (!entry->plannable() && entry->retryAt && *entry->retryAt <= context_.now()) {
      reporter_.setState(*entry, SubscriptionState::Pending, entry->cause);
    }
  }
}

/// Anything but what is parked: a key that waits for its retry or for a token is to find the connection open.
bool Exchange::needsConnection() const {
  const auto& entries = registry_.entries();
  return std::any_of(entries.begin(), entries.end(), [](const auto& item) {
    return item.second->wanted() && item.second->state != SubscriptionState::Parked;
  });
}

/// Decides for each key without one whose binding is to bring its changes. A key that has one keeps it, so that nothing
/// that flows is disturbed when a wider key comes or goes.
void Exchange::assignServing() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (!entry->wanted() || !entry->plannable() || entry->server != nullptr) continue;
    KeyEntry* cover = entry->spec.wantsAll() ? nullptr : registry_.findByText(entry->spec.coverKey);
    const bool covered = cover != nullptr && cover->plannable() && (cover->wanted() || cover->server != nullptr);
    serve(*entry, covered ? *cover : *entry);
  }
}

void Exchange::serve(KeyEntry& entry, KeyEntry& server) {
  entry.server = &server;
  server.served.push_back(&entry);
  const Line* line = findCarrier(server.id);
  if (line == nullptr) return;
  if (line->isLive()) {
    if (!entry.seen.empty()) entry.handover = KeyEntry::Handover{entry.seen, context_.now()};
    if (entry.gap) readDatabaseClock();
    reporter_.setState(entry, SubscriptionState::Live, {});
  } else {
    reporter_.setState(entry, SubscriptionState::Joining, {ReasonCode::Connecting, Retry::Backoff, "Joining."});
  }
}

/// Whether the key had this change already, or an earlier one, before it came to the binding that brings it now. Passes
/// what has no time of its own (errors 400 and 401): twice is better than never.
bool Exchange::isRepeated(KeyEntry& entry, const Change& change) const {
  if (!entry.handover) return false;
  if (context_.now() - entry.handover->at < kLag) {
    const auto stamp = commitTimestamp(change.data.read());
    if (stamp.empty()) return false;
    if (stamp <= entry.handover->commit) return true;
  }
  entry.handover.reset();  // a binding brings its changes in their order
  return false;
}

void Exchange::orphan(KeyEntry& entry) {
  if (entry.server == nullptr) return;
  entry.server->served.remove(&entry);
  entry.server = nullptr;
}

/// Whether somebody wants what its binding brings.
bool Exchange::isNeeded(const KeyEntry& entry) {
  return std::any_of(entry.served.begin(), entry.served.end(),
                     [](const KeyEntry* served) { return served->wanted() && served->plannable(); });
}

Vector<WantedBinding> Exchange::wantedBindings() {
  Vector<WantedBinding> wanted;
  for (const auto& [id, entry] : registry_.entries()) {
    if (isNeeded(*entry)) wanted.push_back({id, entry->suspectGroup, entry->risky});
  }
  return wanted;
}

Vector<CurrentLine> Exchange::currentLines() const {
  Vector<CurrentLine> current;
  for (const auto& [id, line] : lines_) {
    CurrentLine item{id, {}, line->isLive(), rebuilds_.busy(id)};
    for (const auto& binding : line->bindings()) item.keys.push_back(binding.key);
    current.push_back(std::move(item));
  }
  return current;
}

/// The old line leaves, unless it carries something that was wanted again meanwhile: then the new one does.
void Exchange::finishRebuild(LineId oldLine, LineId newLine) {
  const auto& bindings = lines_.at(oldLine).bindings();
  const bool oldIsNeeded = std::any_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    const KeyEntry* entry = registry_.find(binding.key);
    return entry != nullptr && isNeeded(*entry) && findCarrier(binding.key, oldLine) == nullptr;
  });
  endLine(oldIsNeeded ? newLine : oldLine);
  planAtTurnEnd_ = true;
}

Line* Exchange::findCarrier(KeyId key, std::optional<LineId> except) const {
  Line* found = nullptr;
  for (const auto& [id, line] : lines_) {
    if (except && id == *except) continue;
    const auto& bindings = line->bindings();
    const bool carries =
        std::any_of(bindings.begin(), bindings.end(), [key](const auto& binding) { return binding.key == key; });
    if (carries && (found == nullptr || line->isLive())) found = line;
  }
  return found;
}

/// A key leaves the registry once nobody wants it, no line carries it, and no narrower key depends on it.
void Exchange::eraseUnwanted() {
  IdSet<KeyId> carried;
  for (const auto& [id, line] : lines_) {
    for (const auto& binding : line->bindings()) carried.insert(binding.key);
  }
  Vector<KeyId> gone;
  do {  // again, because the last key that another served may have gone with this round
    gone.clear();
    for (const auto& [id, entry] : registry_.entries()) {
      if (entry->wanted() || carried.contains(id)) continue;
      const auto& served = entry->served;
      const bool servesOthers = served.size() > 1 || (served.size() == 1 && served.front() != entry);
      if (!servesOthers) gone.push_back(id);
    }
    for (const auto id : gone) {
      orphan(*registry_.find(id));
      registry_.erase(id);
    }
  } while (!gone.empty());
}

void Exchange::armWaits() {
  for (const auto& [id, entry] : registry_.entries()) {
    if (entry->retryAt) retry_.setWithin(std::max(Duration{0}, *entry->retryAt - context_.now()));
    if (entry->lingerUntil) linger_.setWithin(std::max(Duration{0}, *entry->lingerUntil - context_.now()));
    if (!entry->wantsSocket) continue;
    for (const auto& reach : reaches_) {
      if (const auto at = reach.outAt(context_.now())) retry_.setWithin(*at - context_.now());
    }
  }
}

}  // namespace switchboard
