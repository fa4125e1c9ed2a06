#include "tracked/numbered_topics.h"

#include <algorithm>

namespace switchboard {

NumberedTopics::NumberedTopics(Context& context, UserChannels& channels, Subscriptions& subscriptions)
    : context_(context), channels_(channels), subscriptions_(subscriptions), beat_(context, *this) {
  subscriptions.useNumberedRoad(*this);
}

/// Keys that have come, or whose time to be tried again has.
void NumberedTopics::update() {
  Vector<KeyEntry*> waiting;
  for (const auto& [id, entry] : subscriptions_.registry().entries()) {
    const bool isWaiting = entry->isNumbered() && entry->isSubscribed() && entry->state == SubscriptionState::Pending;
    const auto has = [entry = entry](const auto& topic) { return topic->has(*entry); };
    if (isWaiting && std::none_of(topics_.begin(), topics_.end(), has)) waiting.push_back(entry);
  }
  for (auto* entry : waiting) join(*entry);
  watchBeat();
}

void NumberedTopics::join(KeyEntry& entry) {
  if (entry.spec.topic.empty()) {  // there is no such road for it, and it may take no other
    std::optional<GapStart> start;
    if (const auto& from = entry.spec.roadOptions.from) start = GapStart{{}, {}, {from->epoch, from->number + 1, {}}};
    subscriptions_.fallBack(entry, {entry.spec.road.fellBack, Retry::Parked, entry.spec.road.message}, start);
    return;
  }
  for (const auto& topic : topics_) {
    if (topic->serves(entry.spec)) return topic->add(entry);
  }
  NumberedTopicDelegate& self = *this;
  NumberedTopic& topic = *topics_.emplace_back(
      std::make_unique<NumberedTopic>(entry.spec, options_, context_, channels_, subscriptions_, self));
  topic.add(entry);
  topic.open();
}

void NumberedTopics::leave(KeyEntry& entry) {
  for (const auto& topic : topics_) {
    if (topic->remove(entry)) break;
  }
  watchBeat();
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
  for (const auto& topic : topics_) topic->close();
  if (beatHandle_.value != 0) channels_.close(beatHandle_);
  beat_.onInterrupted();
}

// Calls

void NumberedTopics::onRpcWanted(NumberedTopic& topic, const ChangesRequest& request) {
  topic.rpc = ++lastRpc_;
  wanted_.push_back({topic.rpc, topic.numbers().topic(), request.after, request.atMost});
}

void NumberedTopics::onRpcUnwanted(NumberedTopic& topic) {
  const auto request = std::exchange(topic.rpc, 0);
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
  if (NumberedTopic* topic = byRpc(request)) topic->onRpcAnswer(text);
}

void NumberedTopics::onRpcFailed(std::uint32_t request) {
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
    beat_.onJoined();
  } else {
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
