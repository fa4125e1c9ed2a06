#include "tracked/numbered_topic.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "protocol/beat.h"
#include "subscription/continuity/gap_start.h"
#include "tracked/causes/fallback_cause.h"
#include "tracked/causes/gap_cause.h"

namespace switchboard {

namespace {

const Cause kOpening{ReasonCode::Connecting, Retry::Backoff, "Waiting for the connection."};
const Cause kRefused{ReasonCode::Connecting, Retry::Backoff, "Asking the database why it refuses the topic."};
const Cause kAsking{ReasonCode::Connecting, Retry::Backoff, "Asking the database where the numbers are."};

std::optional<NumberedPosition> positionOf(const std::optional<RoadOptions::From>& from) {
  if (!from) return std::nullopt;
  return NumberedPosition{from->epoch, from->number};
}

}  // namespace

NumberedTopic::NumberedTopic(const Spec& spec, const NumbersOptions& options, const Vector<TrackedTable>& tables,
                             Context& context, UserChannels& channels, Subscriptions& subscriptions,
                             NumberedTopicDelegate& delegate)
    : context_(context),
      channels_(channels),
      subscriptions_(subscriptions),
      delegate_(delegate),
      options_(options),
      tables_(tables),
      from_(spec.roadOptions.from),
      numbers_(spec.topic, positionOf(from_), options, context, *this),
      refusal_(options, context, *this),
      patience_(context.deadlines, DeadlineKind::Fill, [this] { onPatienceEnd(); }),
      channelCause_(kOpening),
      since_(context.moment()) {}

bool NumberedTopic::serves(const Spec& spec) const {
  return !isClosed_ && !from_ && !spec.roadOptions.from && spec.topic == numbers_.topic();
}

void NumberedTopic::open() {
  const auto handle = channels_.openInner(*this, {numbers_.topic(), {}, true, {}});
  if (handle) {
    handle_ = handle.value();
    if (isClosed_) channels_.close(handle_);
  } else {
    fallBack({ReasonCode::TrackRefused, Retry::Parked, handle.error().message});
  }
}

void NumberedTopic::close() {
  if (std::exchange(isClosed_, true)) return;
  patience_.cancel();
  refusal_.forget();
  numbers_.stop();
  channels_.close(handle_);
}

void NumberedTopic::add(KeyEntry& entry) {
  TopicKey& key = *keys_.emplace_back(std::make_unique<TopicKey>(entry));
  if (entry.road.road == Road::PostgresChanges) {
    key.stage = TopicKey::Stage::Trial;
    changeOver();
  } else {
    entry.road = {Road::Broadcast};
    showState(key);
  }
}

bool NumberedTopic::has(const KeyEntry& entry) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) { return &key->entry() == &entry; });
}

bool NumberedTopic::remove(const KeyEntry& entry) {
  if (!has(entry)) return false;
  keys_.removeIf([&](const auto& key) { return &key->entry() == &entry; });
  if (keys_.empty()) delegate_.onTopicUnused(*this);
  return true;
}

// The channel

void NumberedTopic::onHandleState(const UserChannel& channel) {
  const bool isOpening = handle_.value == 0;
  if (isOpening && channel.state() == SubscriptionState::Parked) return;  // it is tried again now
  channelState_ = channel.state();
  channelCause_ = channel.cause();
  channelAttempts_ = channel.attempts();
  channelNextTry_ = channel.nextTryAt();
  if (channelState_ == SubscriptionState::Parked) {
    numbers_.onInterrupted();
    Cause cause = causeOf(FallBackReason::Refused, channelCause_.message);
    cause.retry = channelCause_.retry;
    refusal_.onRefused(cause);
    return showState();
  }
  refusal_.forget();
  if (channel.isLive()) {
    refusal_.onJoined();
    numbers_.onJoined();
  } else {
    numbers_.onInterrupted();
  }
  showState();
}

void NumberedTopic::onHandleBroadcast(std::string_view event, std::string_view payload) {
  if (event == "changes") numbers_.onMessage(payload);
  if (event == "position") numbers_.onPosition(payload);
}

void NumberedTopic::showState() {
  for (const auto& key : keys_) showState(*key);
}

void NumberedTopic::showState(const TopicKey& key) {
  if (key.stage == TopicKey::Stage::Trial) return;
  KeyEntry& entry = key.entry();
  const bool isLive = numbers_.state() == NumbersState::Live || numbers_.state() == NumbersState::Filling;
  if (refusal_.isPending()) {
    subscriptions_.setNumberedState(entry, SubscriptionState::Joining, kRefused, 0, std::nullopt);
  } else if (channelState_ != SubscriptionState::Live) {
    subscriptions_.setNumberedState(entry, channelState_, channelCause_, channelAttempts_, channelNextTry_);
  } else if (isLive && key.stage == TopicKey::Stage::Following) {
    if (entry.state != SubscriptionState::Live) Subscriptions::endGapAt(entry, numbers_.epoch(), numbers_.position());
    subscriptions_.setNumberedState(entry, SubscriptionState::Live, {}, 0, std::nullopt);
  } else {
    subscriptions_.setNumberedState(entry, SubscriptionState::Joining, kAsking, 0, std::nullopt);
  }
}

void NumberedTopic::onPatienceEnd() {
  Vector<KeyEntry*> changing;
  for (const auto& key : keys_) {
    if (key->stage == TopicKey::Stage::Changing) changing.push_back(&key->entry());
  }
  if (changing.empty()) return;
  if (channelState_ != SubscriptionState::Live) return patience_.setAfter(options_.requestTimeout);
  const Cause cause = causeOf(FallBackReason::NoAnswer, {});
  for (auto* entry : changing) fallBack(*entry, cause, numbers_.position() + 1);
}

/// Keys on trial whose changes come from here now. Whether the changes can be decided exactly shows with the first one.
void NumberedTopic::changeOver() {
  if (channelState_ != SubscriptionState::Live || numbers_.state() != NumbersState::Live) return;
  bool isAny = false;
  for (const auto& key : keys_) {
    const bool isReady = key->isBound() || key->entry().road.fellBack != ReasonCode::FilterNotExact;
    if (key->stage != TopicKey::Stage::Trial || !isReady) continue;
    isAny = true;
    key->stage = TopicKey::Stage::Changing;
    key->changedAt = numbers_.lastRequest();
    subscriptions_.changeOver(key->entry());
    showState(*key);
  }
  if (!isAny) return;
  patience_.setAfter(options_.requestTimeout);
  numbers_.confirm();
}

void NumberedTopic::onConfirmed(TopicNumbers& numbers) {
  for (const auto& key : keys_) {
    if (key->stage != TopicKey::Stage::Changing || numbers.confirmed() <= key->changedAt) continue;
    key->stage = TopicKey::Stage::Following;
    showState(*key);
  }
}

// Changes

void NumberedTopic::onNumbered(TopicNumbers& /*numbers*/, const NumberedMessage& message) {
  commit_ = commitStamp(message);
  cameAt_ = context_.now();
  if (const auto at = readTimestamp(message.committed)) committedAt_ = *at - kCommitDisorder;
  bind(message);
  for (const auto& change : message.changes) pass(message, change);
}

/// A key that can't have its changes exactly, with the columns as they are now, falls back.
void NumberedTopic::bind(const NumberedMessage& message) {
  Vector<std::pair<KeyEntry*, std::string>> failed;
  for (const auto& table : message.tables) {
    for (const auto& key : keys_) {
      if (!key->isOf(table)) continue;
      if (const auto error = key->bind(table)) failed.emplace_back(&key->entry(), error->message);
    }
  }
  for (const auto& [entry, text] : failed) {
    fallBack(*entry, {ReasonCode::FilterNotExact, Retry::Parked, text}, message.number);
  }
  changeOver();
}

void NumberedTopic::pass(const NumberedMessage& message, const NumberedChange& change) {
  Vector<KeyEntry*> takers[kForms];
  for (const auto& key : keys_) {
    KeyEntry& entry = key->entry();
    if (key->stage != TopicKey::Stage::Following || !key->isOf(message.tables[change.table])) continue;
    const Fate fate = key->fateOf(change);
    if (fate == Fate::Unknown) {
      reportGap(entry, causeOfUnknown(change.type), {std::string(message.epoch), message.number, message.number});
    } else if (fate != Fate::Ignored && key->getsAllColumns()) {
      takers[static_cast<std::size_t>(fate)].push_back(&entry);
    } else if (fate != Fate::Ignored) {
      Vector<KeyEntry*> one;
      one.push_back(&entry);
      subscriptions_.deliver(one, key->payload(message, inForm(change, fate)));
    }
  }
  for (std::size_t form = 0; form < kForms; ++form) {
    if (takers[form].empty()) continue;
    subscriptions_.deliver(takers[form], changePayload(message, inForm(change, static_cast<Fate>(form))));
  }
}

// Gaps

/// Nobody knows when that was committed after which a key continues.
WallTime NumberedTopic::missingSince() const {
  if (committedAt_) return *committedAt_;
  return from_ ? WallTime{} : subscriptions_.databaseTime(since_);
}

GapStart NumberedTopic::startOf(MissingNumbers numbers) const {
  GapStart start{commit_, missingSince()};
  start.numbers = std::move(numbers);
  return start;
}

void NumberedTopic::reportGap(const KeyEntry& entry, const Cause& cause, MissingNumbers numbers) {
  subscriptions_.reportGap(entry, cause, startOf(std::move(numbers)));
}

void NumberedTopic::onNumbersGap(TopicNumbers& /*numbers*/, const NumbersGap& gap) {
  if (gap.reason == NumbersGapReason::FellBack) return;  // `onFellBack` follows
  for (const auto& key : keys_) {
    if (key->stage != TopicKey::Stage::Following) continue;
    const auto concerns = [&](const BulkChange& bulk) { return key->isOf(gap.bulk->tables[bulk.table]); };
    if (gap.bulk != nullptr && std::none_of(gap.bulk->bulk.begin(), gap.bulk->bulk.end(), concerns)) continue;
    reportGap(key->entry(), causeOf(gap.reason), {std::string(gap.epoch), gap.fromNumber, gap.toNumber});
  }
}

// The database

void NumberedTopic::onRpcAnswer(std::string_view text) {
  rpc = 0;
  if (refusal_.isPending()) return refusal_.onAnswer(text);
  const auto before = numbers_.counts().filled;
  numbers_.onAnswer(request_, text);
  subscriptions_.onFilled(numbers_.counts().filled - before);
}

void NumberedTopic::onRpcFailed() {
  rpc = 0;
  if (refusal_.isPending()) return refusal_.onFailed();
  numbers_.onRequestFailed(request_);
}

void NumberedTopic::onChangesWanted(TopicNumbers& /*numbers*/, const ChangesRequest& request) {
  request_ = request.id;
  delegate_.onRpcWanted(*this, request);
}

void NumberedTopic::onChangesUnwanted(TopicNumbers& /*numbers*/, std::uint32_t /*request*/) {
  delegate_.onRpcUnwanted(*this);
}

void NumberedTopic::onNumbersState(TopicNumbers& numbers) {
  if (numbers.state() == NumbersState::FellBack) return;
  showState();
  if (numbers.state() != NumbersState::Live) return;
  delegate_.onTopicLive(*this);
  changeOver();
}

/// Tables may share a name: nothing of one comes that is not among those, and not all of one that has other topics.
void NumberedTopic::onTables(TopicNumbers& numbers, std::string_view tables) {
  Vector<std::pair<KeyEntry*, std::string>> wrong;
  for (const auto& key : keys_) {
    const auto& binding = key->entry().spec.binding;
    const auto by = columnOf(tables, binding);
    const TrackedTable* table = findTable(binding, tables_);
    if (!by) {
      wrong.emplace_back(&key->entry(), "It tracks other tables under this name.");
    } else if (table != nullptr && *by != table->by) {
      wrong.emplace_back(&key->entry(), by->empty() ? std::string("It tracks it without a column.")
                                                    : concat({"It tracks it by `", *by, "`."}));
    }
  }
  for (const auto& [entry, why] : wrong) {
    fallBack(*entry, causeOf(FallBackReason::NotTracked, why), numbers.position() + 1);
  }
}

void NumberedTopic::onFellBack(TopicNumbers& /*numbers*/, FallBackReason reason, std::string_view message) {
  fallBack(causeOf(reason, message));
}

/// All keys.
void NumberedTopic::fallBack(const Cause& cause) {
  while (!keys_.empty()) fallBack(keys_.front()->entry(), cause, numbers_.position() + 1);
}

void NumberedTopic::fallBack(KeyEntry& entry, const Cause& cause, std::uint64_t from) {
  const Cause full = withHint(cause, findTable(entry.spec.binding, tables_));
  if (entry.road.road == Road::PostgresChanges) {
    subscriptions_.setFallback(entry, full);
  } else {
    std::optional<GapStart> start;
    if (entry.firstLive || from_) start = startOf({numbers_.epoch(), from, std::nullopt});
    subscriptions_.fallBack(entry, full, start, cameAt_);
  }
  delegate_.onKeyFellBack(entry, channelState_ == SubscriptionState::Parked ? &cause : nullptr);
  remove(entry);
}

}  // namespace switchboard
