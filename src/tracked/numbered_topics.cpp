#include "tracked/numbered_topics.h"

#include <algorithm>

#include "tracked/causes/fallback_cause.h"

namespace switchboard {

NumberedTopics::NumberedTopics(const NumberedTopicsOptions& options, Context& context, ConnectionPool& pool,
                               UserChannels& channels, Subscriptions& subscriptions)
    : context_(context),
      channels_(channels),
      subscriptions_(subscriptions),
      options_(options),
      pool_(pool),
      trials_(numbersOptions_.requestTimeout, context, subscriptions, *this),
      beat_(context, *this) {
  subscriptions.useNumberedRoad(*this);
}

/// Keys that have come, or whose time to be tried again has.
void NumberedTopics::update() {
  // First: what was refused with the former token says nothing of keys that wait now.
  if (std::exchange(tokenVersion_, pool_.tokens().version()) != pool_.tokens().version()) trials_.retryNow();
  Vector<KeyEntry*> waiting;
  for (const auto& [id, entry] : subscriptions_.registry().entries()) {
    const bool isWaiting = entry->isNumbered() && entry->isSubscribed() && entry->state == SubscriptionState::Pending;
    if (isWaiting && !isInUse(*entry)) waiting.push_back(entry);
  }
  for (auto* entry : waiting) join(*entry);
  trials_.forgetUnused();
  watchBeat();
}

bool NumberedTopics::isInUse(const KeyEntry& entry) const {
  return std::any_of(topics_.begin(), topics_.end(), [&](const auto& topic) { return topic->has(entry); });
}

void NumberedTopics::join(KeyEntry& entry) {
  if (entry.spec.topic.empty()) {  // there is no such road for it, and it may take no other
    fallBack(entry, {entry.spec.road.fellBack, Retry::Parked, entry.spec.road.message});
  } else if (const auto refusal = trials_.refusalOf(entry.spec.topic); refusal && topicFor(entry.spec) == nullptr) {
    fallBack(entry, withHint(*refusal, findTable(entry.spec.binding, options_.tables)));
    trials_.onMet(entry);
  } else {
    addTo(entry);
  }
}

void NumberedTopics::fallBack(KeyEntry& entry, const Cause& cause) {
  std::optional<GapStart> start;
  if (const auto& from = entry.spec.roadOptions.from) start = GapStart{{}, {}, {from->epoch, from->number + 1, {}}};
  subscriptions_.fallBack(entry, cause, start, context_.now());
}

NumberedTopic* NumberedTopics::topicFor(const Spec& spec) const {
  for (const auto& topic : topics_) {
    if (topic->serves(spec)) return topic.get();
  }
  return nullptr;
}

/// To a topic, opened where there is none yet.
void NumberedTopics::addTo(KeyEntry& entry) {
  if (NumberedTopic* topic = topicFor(entry.spec)) return topic->add(entry);
  NumberedTopicDelegate& self = *this;
  NumberedTopic& topic = *topics_.emplace_back(std::make_unique<NumberedTopic>(
      entry.spec, numbersOptions_, options_.tables, context_, channels_, subscriptions_, self));
  topic.add(entry);
  topic.open();
}

void NumberedTopics::leave(KeyEntry& entry) {
  for (const auto& topic : topics_) {
    if (topic->remove(entry)) break;
  }
  watchBeat();
}

void NumberedTopics::onTopicLive(NumberedTopic& topic) {
  if (std::exchange(beatIsLost_, false)) channels_.retry(beatHandle_);
  for (auto* entry : trials_.fallen(topic.numbers().topic())) {
    if (topic.serves(entry->spec) && !isInUse(*entry)) topic.add(*entry);
  }
}

void NumberedTopics::onTrialAllowed(const Vector<KeyEntry*>& keys) {
  for (auto* entry : keys) {
    if (!isInUse(*entry)) addTo(*entry);
  }
  watchBeat();
}

void NumberedTopics::onTrialRefused(const Vector<KeyEntry*>& keys, const Cause& cause) {
  for (auto* entry : keys) {
    subscriptions_.setFallback(*entry, withHint(cause, findTable(entry->spec.binding, options_.tables)));
  }
}

void NumberedTopics::onTopicUnused(NumberedTopic& topic) {
  topic.close();
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].get() != &topic) continue;
    context_.turns.deferredDelete(std::move(topics_[i]));
    topics_.erase(topics_.begin() + i);
    return;
  }
}

void NumberedTopics::shutDown() {
  trials_.shutDown();
  for (const auto& topic : topics_) topic->close();
  if (beatHandle_.value != 0) channels_.close(beatHandle_);
  beat_.onInterrupted();
}

// Calls

std::uint32_t NumberedTopics::call(const std::string& topic, std::optional<std::uint64_t> after, unsigned atMost) {
  wanted_.push_back({++lastRpc_, topic, after, atMost});
  return lastRpc_;
}

void NumberedTopics::onRpcWanted(NumberedTopic& topic, const ChangesRequest& request) {
  topic.rpc = call(topic.numbers().topic(), request.after, request.atMost);
}

void NumberedTopics::onRpcUnwanted(NumberedTopic& topic) {
  giveUp(std::exchange(topic.rpc, 0));
}

void NumberedTopics::giveUp(std::uint32_t request) {
  const auto before = wanted_.size();
  wanted_.removeIf([request](const RpcRequest& wanted) { return wanted.id == request; });
  if (wanted_.size() == before) unwanted_.push_back(request);
}

NumberedTopic* NumberedTopics::byRpc(std::uint32_t request) const {
  for (const auto& topic : topics_) {
    if (request != 0 && topic->rpc == request) return topic.get();
  }
  return nullptr;
}

void NumberedTopics::onRpcAnswer(std::uint32_t request, std::string_view text) {
  if (trials_.onRpcAnswer(request, text)) return;
  if (NumberedTopic* topic = byRpc(request)) topic->onRpcAnswer(text);
}

void NumberedTopics::onRpcFailed(std::uint32_t request) {
  if (trials_.onRpcFailed(request)) return;
  if (NumberedTopic* topic = byRpc(request)) topic->onRpcFailed();
}

// The beat

/// Listens to it while there is a topic.
void NumberedTopics::watchBeat() {
  const bool isWatched = beatHandle_.value != 0;
  if (isWatched != topics_.empty()) return;
  if (isWatched) {
    channels_.close(std::exchange(beatHandle_, {}));
    beat_.onInterrupted();
    return;
  }
  InnerHandle& self = *this;
  const auto handle = channels_.openInner(self, {"switchboard:beat", {}, true, {}});
  if (handle) beatHandle_ = handle.value();
}

void NumberedTopics::onHandleState(const UserChannel& channel) {
  if (channel.isLive()) {
    beatWasLive_ = true;
    beat_.onJoined();
  } else {
    if (channel.state() == SubscriptionState::Parked && std::exchange(beatWasLive_, false)) beatIsLost_ = true;
    beat_.onInterrupted();
  }
}

void NumberedTopics::onHandleBroadcast(std::string_view event, std::string_view payload) {
  if (event == "beat") beat_.onBeat(payload);
}

void NumberedTopics::onBroadcastsDoubted() {
  for (const auto& topic : topics_) topic->numbers().doubt();
}

}  // namespace switchboard
