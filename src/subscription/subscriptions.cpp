#include "subscription/subscriptions.h"

#include <utility>

#include "base/text.h"
#include "protocol/beat.h"
#include "protocol/changes/numbered_commit.h"
#include "timing/backoff.h"

namespace switchboard {

namespace {

const Cause kOverflow{ReasonCode::Overflow, Retry::Backoff,
                      "More changes were held back than the delivery window may hold."};

const Cause kChangingOver{ReasonCode::Resubscribed, Retry::Backoff, "The changes come over broadcasts again."};

const Cause kWaiting{ReasonCode::Connecting, Retry::Backoff, "Waiting for the connection."};

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
      topicPrefix_(concat({"realtime:sb-", hexText(context.random.next(), 8), "-"})),
      channels_(registry_),
      evidence_(context, channels_, pulseSet_),
      gaps_(context, evidence_),
      states_(context, tracker, gaps_),
      pollFallback_(options.fallback, registry_, context, [this](KeyEntry& entry) { states_.report(entry); }),
      pulses_(options.pulse, options.channel, topicPrefix_, context, pool, channels_, pulseSet_, evidence_, gaps_,
              states_, pollFallback_),
      handovers_(
          context, options.overlap, options.handoverPause,
          [this](ChannelId oldChannel, ChannelId newChannel) { reconciler_.finishHandover(oldChannel, newChannel); }),
      fanOut_(options.windowBytes, context, deliveries, *this),
      router_(context, pool.counters(), registry_, handovers_, pulses_, fanOut_),
      opener_(options.channel, topicPrefix_, context, pool, registry_, channels_, handovers_, evidence_,
              {events_, router_, &events_}),
      reconciler_(options.plan, events_, context, pool, registry_, channels_, opener_, handovers_, evidence_, states_,
                  [this] {
                    pulses_.update();
                    pollFallback_.update();
                    if (kFollowsNumbers && numberedRoad_ != nullptr) numberedRoad_->update();
                  }),
      events_(options, context, pool, registry_, channels_, opener_, handovers_, reconciler_, evidence_, gaps_, states_,
              pulses_) {
  pool_.addTenant(events_);
}

Subscriptions::~Subscriptions() {
  shutDown();
}

bool Subscriptions::subscribe(SubscriptionId id, Spec&& spec, DeliverySpec&& delivery) {
  KeyEntry* entry = registry_.add(id, std::move(spec), context_.clock.wallNow(), context_.now());
  if (entry == nullptr) return false;
  context_.recorder.begin(EntryKind::Subscribed).number(id.value).number(entry->id.value).end();
  Reconciler::endLinger(*entry);
  fanOut_.attach(*entry, id, std::move(delivery));
  states_.add(*entry, id);
  reconciler_.planNextTick();
  return true;
}

void Subscriptions::unsubscribe(SubscriptionId id) {
  KeyEntry* entry = registry_.remove(id);
  if (entry == nullptr) return;
  fanOut_.detach(id);
  states_.forget(*entry, id);
  gaps_.forget(id);
  pollFallback_.forget(id);
  tracker_.remove(id);
  if (!entry->subscribers.empty()) return;
  if (kFollowsNumbers && !entry->spec.topic.empty()) numberedRoad_->leave(*entry);
  if (entry->isNumbered()) {
    leaveNumbers(*entry);
    return reconciler_.planNextTick();
  }
  const bool carried = entry->state == SubscriptionState::Live || entry->state == SubscriptionState::Joining;
  if (carried && options_.linger > Duration{0}) {
    reconciler_.linger(*entry, options_.linger);
  } else {
    reconciler_.planNextTick();
  }
}

/// A numbered key that has no subscribers any more. Its binding of an earlier time may bring the changes of others.
void Subscriptions::leaveNumbers(KeyEntry& entry) {
  if (entry.dependents.empty()) return registry_.erase(entry.id);
  setNumberedState(entry, SubscriptionState::Pending, kWaiting, 0, std::nullopt);
}

void Subscriptions::unsubscribeAll() {
  Vector<SubscriptionId> all;
  for (const auto& [id, entry] : registry_.entries()) all.append(entry->subscribers);
  for (const auto id : all) unsubscribe(id);
}

void Subscriptions::reconnectAll() {
  pool_.tokens().retryNow();  // first, so that no key waits for a token any more
  events_.retryAll();
  pool_.reconnectAll();
  pulses_.wake();
  reconciler_.planSoon();
}

void Subscriptions::shutDown() {
  if (shutDown_) return;
  shutDown_ = true;
  reconciler_.stop();
  fanOut_.clear();
  pollFallback_.stop();
  while (!channels_.empty()) opener_.end((*channels_.begin()).first);
  pulses_.stop();
}

namespace {

/// A text of this client.
class OwnText final : public InboundText {
 public:
  explicit OwnText(std::string_view text) : InboundText(text, text.size(), text.size(), false) {}
  bool retain(std::unique_ptr<RetainedText>& /*kept*/) const override { return false; }

 private:
  std::string_view load() const override { return {}; }
};

}  // namespace

void Subscriptions::deliver(const Vector<KeyEntry*>& entries, std::string_view payload) {
  constexpr std::string_view kStart = R"({"data":)";
  constexpr std::string_view kEnd = R"(,"ids":[]})";
  const OwnText text(payload);
  const Change change{text.span(payload),
                      text.span(payload.substr(kStart.size(), payload.size() - kStart.size() - kEnd.size()))};
  immediate_.clear();
  std::size_t subscribers = 0;
  for (const auto* entry : entries) subscribers += fanOut_.push(*entry, change, immediate_);
  if (subscribers == 0) return;
  ++pool_.counters().changes;
  pool_.counters().deliveries += subscribers;
  if (!immediate_.empty()) fanOut_.pushImmediate(immediate_, payload);
}

/// By a way that the table of states has.
void Subscriptions::setNumberedState(KeyEntry& entry, SubscriptionState state, Cause cause, unsigned attempts,
                                     std::optional<WallTime> nextTryAt) {
  StateReporter::forgetFailures(entry);
  if (attempts > 0) StateReporter::countFailure(entry, attempts - 1, std::nullopt);
  StateReporter::waitUntil(entry, nextTryAt);
  if (entry.state != state && !isLegal(entry.state, state)) {
    const bool isFromPending = entry.state == SubscriptionState::Pending;
    states_.setState(entry, isFromPending ? SubscriptionState::Joining : SubscriptionState::Pending, kWaiting);
  }
  states_.setState(entry, state, std::move(cause));
}

void Subscriptions::setFallback(KeyEntry& entry, const Cause& cause) {
  entry.road.fellBack = cause.code;
  entry.road.message = cause.message;
  states_.report(entry);
}

void Subscriptions::changeOver(KeyEntry& entry) {
  if (entry.source != nullptr) {
    if (ChangesChannel* channel = channels_.findCarrier(entry.source->id)) {
      entry.start = evidence_.afterLoss(*channel, entry);
      if (const auto last = channel->lastCommit().read()) entry.seen = last->stamp;
    }
    Coverage::detach(entry);
  }
  if (entry.state == SubscriptionState::Live) gaps_.open(entry, kChangingOver, entry.start);
  context_.recorder.decide("changeOver", "its changes can come with numbers", {0, {}, entry.id.value});
  entry.road = {Road::Broadcast};
  setNumberedState(entry, SubscriptionState::Pending, kWaiting, 0, std::nullopt);
  reconciler_.planSoon();
}

void Subscriptions::fallBack(KeyEntry& entry, const Cause& cause, const std::optional<GapStart>& start,
                             TimePoint came) {
  entry.road.fellBack = cause.code;
  entry.road.message = cause.message;
  context_.recorder.decide("fallBack", toString(cause.code), {0, {}, entry.id.value});
  const bool isParked = entry.spec.roadOptions.via == Road::Broadcast;
  const bool wasLive = entry.state == SubscriptionState::Live;
  if (start) {
    entry.start = *start;
    if (const auto numbered = readTimestamp(start->commit)) {
      entry.seen = start->commit;
      entry.alreadySeen.beginRoadChange(*numbered, came);
    }
    gaps_.open(entry, cause, *start);
    entry.spec.roadOptions.from.reset();  // all after it is in the gap, also when the key is tried again
  }
  if (isParked) {
    std::optional<TimePoint> at;
    if (options_.parkedRetry > Duration{0}) at = context_.now() + lengthened(context_.random, options_.parkedRetry);
    StateReporter::countFailure(entry, entry.retries.attempts(), at);
    states_.setState(entry, SubscriptionState::Parked, cause);
  } else {
    StateReporter::forgetFailures(entry);
    setNumberedState(entry, SubscriptionState::Pending, wasLive ? cause : kWaiting, 0, std::nullopt);
    entry.road.road = Road::PostgresChanges;
    states_.report(entry);
  }
  reconciler_.planSoon();
}

void Subscriptions::onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit,
                                     const Change& last) {
  const KeyEntry* entry = registry_.findBySubscription(subscribers.front());
  const KeyId key = entry != nullptr ? entry->id : KeyId{};
  if (!kFollowsNumbers) return gaps_.report(key, subscribers, kOverflow, evidence_.ofOverflow(entry, firstCommit));
  const auto first = readNumberedCommit(firstCommit);
  const auto end = readNumberedCommit(numberedCommitOf(last.data.read()));
  GapStart start = evidence_.ofOverflow(entry, first.stamp);
  // Between roads or epochs nobody can count.
  const bool isCounted = first.number != 0 && end.number != 0 && first.epoch == end.epoch;
  if (isCounted) start.numbers = {std::string(first.epoch), first.number, end.number};
  gaps_.report(key, subscribers, kOverflow, start);
}

void Subscriptions::onConflated(std::size_t changes, std::size_t subscribers) {
  pool_.counters().conflated += changes * subscribers;
}

}  // namespace switchboard
