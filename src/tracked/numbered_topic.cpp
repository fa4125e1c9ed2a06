#include "tracked/numbered_topic.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "json/scanner.h"
#include "protocol/beat.h"
#include "protocol/filter.h"
#include "subscription/continuity/gap_start.h"

namespace switchboard {

namespace {

const Cause kOpening{ReasonCode::Connecting, Retry::Backoff, "Waiting for the connection."};
const Cause kAsking{ReasonCode::Connecting, Retry::Backoff, "Asking the database where the numbers are."};
const Cause kTooLarge{ReasonCode::PayloadTooLarge, Retry::Backoff,
                      "A change came without values that are too large to send."};
const Cause kBulk{ReasonCode::PayloadTooLarge, Retry::Backoff, "A statement changed too many rows to send them."};
const Cause kTruncated{ReasonCode::Truncated, Retry::Backoff, "The table was emptied by TRUNCATE."};
const Cause kTooOld{ReasonCode::NotKept, Retry::Backoff, "The database does not keep the missing changes any more."};
const Cause kOtherEpoch{ReasonCode::TrackedAgain, Retry::Backoff,
                        "The table was tracked again meanwhile: its numbers begin again."};
const Cause kUnanswered{ReasonCode::NoRpc, Retry::Backoff, "`switchboard_changes` did not give the missing changes."};

const Cause& causeOf(NumbersGapReason reason) {
  switch (reason) {
    case NumbersGapReason::TooOld:
      return kTooOld;
    case NumbersGapReason::OtherEpoch:
      return kOtherEpoch;
    case NumbersGapReason::Bulk:
      return kBulk;
    case NumbersGapReason::Unanswered:
    case NumbersGapReason::FellBack:
      break;
  }
  return kUnanswered;
}

Cause causeOf(FallBackReason reason, std::string_view message) {
  const auto cause = [&](ReasonCode code, Retry retry, std::string_view what) {
    return Cause{code, retry, message.empty() ? std::string(what) : concat({what, " ", message})};
  };
  switch (reason) {
    case FallBackReason::Refused:
      return cause(ReasonCode::TrackRefused, Retry::NewToken, "The database refuses the topic.");
    case FallBackReason::NotTracked:
      return cause(ReasonCode::NotTracked, Retry::Parked, "The database does not track the table like this.");
    case FallBackReason::WentBack:
      return cause(ReasonCode::WentBack, Retry::Parked, "The database knows fewer changes than have come.");
    case FallBackReason::NoAnswer:
      break;
  }
  return cause(ReasonCode::NoRpc, Retry::Parked, "`switchboard_changes` does not answer.");
}

std::optional<NumberedPosition> positionOf(const std::optional<RoadOptions::From>& from) {
  if (!from) return std::nullopt;
  return NumberedPosition{from->epoch, from->number};
}

ChangeType typeOf(NumberedType type) {
  return type == NumberedType::Insert   ? ChangeType::Insert
         : type == NumberedType::Update ? ChangeType::Update
                                        : ChangeType::Delete;
}

/// Of a row that changed its topic: the image that is not of this topic has the primary key alone, so that it never
/// matches.
RowMove moveBetween(RowMatch before, RowMatch after) {
  if (before == RowMatch::Yes) return RowMove::Leaves;
  return before == RowMatch::No || after == RowMatch::No ? RowMove::Outside : RowMove::Unknown;
}

bool isOf(const KeyEntry& entry, const NumberedTable& table) {
  return spells(table.table, entry.spec.binding.table) && spells(table.schema, entry.spec.binding.schema);
}

}  // namespace

NumberedTopic::Key::Key(KeyEntry& of)
    : entry(&of), filter(RowFilter::of(parseFilter(of.spec.binding.filter).value()).value()) {}

NumberedTopic::NumberedTopic(const Spec& spec, const NumbersOptions& options, Context& context, UserChannels& channels,
                             Subscriptions& subscriptions, NumberedTopicDelegate& delegate)
    : context_(context),
      channels_(channels),
      subscriptions_(subscriptions),
      delegate_(delegate),
      from_(spec.roadOptions.from),
      numbers_(spec.topic, positionOf(from_), options, context, *this),
      channelCause_(kOpening),
      committedAt_(from_ ? WallTime{} : context.clock.wallNow()) {}

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
  numbers_.stop();
  channels_.close(handle_);
}

void NumberedTopic::add(KeyEntry& entry) {
  keys_.emplace_back(std::make_unique<Key>(entry));
  entry.road = {Road::Broadcast};
  showState(entry);
}

bool NumberedTopic::has(const KeyEntry& entry) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) { return key->entry == &entry; });
}

bool NumberedTopic::remove(const KeyEntry& entry) {
  if (!has(entry)) return false;
  keys_.removeIf([&](const auto& key) { return key->entry == &entry; });
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
    Cause cause = causeOf(FallBackReason::Refused, channelCause_.message);
    cause.retry = channelCause_.retry;
    return fallBack(cause);
  }
  if (channel.isLive()) {
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
  for (const auto& key : keys_) showState(*key->entry);
}

void NumberedTopic::showState(KeyEntry& entry) {
  const auto numbers = numbers_.state();
  if (channelState_ != SubscriptionState::Live) {
    subscriptions_.setNumberedState(entry, channelState_, channelCause_, channelAttempts_, channelNextTry_);
  } else if (numbers == NumbersState::Live || numbers == NumbersState::Filling) {
    subscriptions_.setNumberedState(entry, SubscriptionState::Live, {}, 0, std::nullopt);
  } else {
    subscriptions_.setNumberedState(entry, SubscriptionState::Joining, kAsking, 0, std::nullopt);
  }
}

// Changes

void NumberedTopic::onNumbered(TopicNumbers& /*numbers*/, const NumberedMessage& message) {
  commit_ = commitStamp(message);
  if (const auto at = readTimestamp(message.committed)) committedAt_ = *at - kCommitDisorder;
  bindFilters(message);
  for (const auto& change : message.changes) pass(message, change);
}

/// A key whose filter can't be decided on the columns as they are now falls back.
void NumberedTopic::bindFilters(const NumberedMessage& message) {
  Vector<std::pair<KeyEntry*, std::string>> failed;
  for (const auto& table : message.tables) {
    for (const auto& key : keys_) {
      if (!isOf(*key->entry, table) || (key->columns == table.columns && key->bases == table.bases)) continue;
      key->columns = table.columns;
      key->bases = table.bases;
      if (const auto error = key->filter.bind(table.columns, table.bases))
        failed.emplace_back(key->entry, error->message);
    }
  }
  for (const auto& [entry, text] : failed) {
    fallBack(*entry, {ReasonCode::FilterNotExact, Retry::Parked, text}, message.number);
  }
}

void NumberedTopic::pass(const NumberedMessage& message, const NumberedChange& change) {
  Vector<KeyEntry*> asIs;
  Vector<KeyEntry*> asDelete;
  Vector<KeyEntry*> withRow;
  for (const auto& key : keys_) {
    KeyEntry& entry = *key->entry;
    if (!isOf(entry, message.tables[change.table])) continue;
    switch (fateOf(*key, change)) {
      case Fate::Ignored:
        break;
      case Fate::AsIs:
        asIs.push_back(&entry);
        break;
      case Fate::AsDelete:
        asDelete.push_back(&entry);
        break;
      case Fate::AsDeleteWithRow:
        withRow.push_back(&entry);
        break;
      case Fate::Unknown:
        reportGap(entry, change.type == NumberedType::Truncate ? kTruncated : kTooLarge,
                  {std::string(message.epoch), message.number, message.number});
        break;
    }
  }
  if (!asIs.empty()) subscriptions_.deliver(asIs, changePayload(message, change));
  NumberedChange left = change;
  left.type = NumberedType::Delete;
  if (!withRow.empty()) subscriptions_.deliver(withRow, changePayload(message, left));
  left.record = {};
  if (!asDelete.empty()) subscriptions_.deliver(asDelete, changePayload(message, left));
}

NumberedTopic::Fate NumberedTopic::fateOf(const Key& key, const NumberedChange& change) {
  const Spec& spec = key.entry->spec;
  if (change.type == NumberedType::Truncate) {
    // Concerns every row, whatever the filter. Who listens to DELETE alone expects no other type.
    if (spec.binding.event == "*") return Fate::AsIs;
    return spec.wants(ChangeType::Delete) ? Fate::Unknown : Fate::Ignored;
  }
  const auto asIs = spec.wants(typeOf(change.type)) ? Fate::AsIs : Fate::Ignored;
  if (change.type != NumberedType::Update) {
    if (asIs == Fate::Ignored) return asIs;
    const auto match = key.filter.match(change.type == NumberedType::Insert ? change.record : change.oldRecord);
    return match == RowMatch::Yes ? asIs : match == RowMatch::No ? Fate::Ignored : Fate::Unknown;
  }
  const auto after = key.filter.match(change.record);
  if (after == RowMatch::Yes) return asIs;
  const auto before = change.oldRecord.empty() ? RowMatch::Unknown : key.filter.match(change.oldRecord);
  switch (change.moved ? moveBetween(before, after) : moveOf(before, after)) {
    case RowMove::Outside:
      return Fate::Ignored;
    case RowMove::Enters:
    case RowMove::Stays:
      return asIs;
    case RowMove::Unknown:
      return Fate::Unknown;
    case RowMove::Leaves:
      break;
  }
  using Leaving = RoadOptions::Leaving;
  if (spec.roadOptions.leaving == Leaving::Update) return asIs;
  if (!spec.wants(ChangeType::Delete)) return Fate::Ignored;
  return spec.roadOptions.leaving == Leaving::Both ? Fate::AsDeleteWithRow : Fate::AsDelete;
}

// Gaps

GapStart NumberedTopic::startOf(MissingNumbers numbers) const {
  GapStart start{commit_, committedAt_};
  start.numbers = std::move(numbers);
  return start;
}

void NumberedTopic::reportGap(const KeyEntry& entry, const Cause& cause, MissingNumbers numbers) {
  subscriptions_.reportGap(entry, cause, startOf(std::move(numbers)));
}

void NumberedTopic::onNumbersGap(TopicNumbers& /*numbers*/, const NumbersGap& gap) {
  if (gap.reason == NumbersGapReason::FellBack) return;  // `onFellBack` follows
  for (const auto& key : keys_) {
    const auto concerns = [&](const BulkChange& bulk) { return isOf(*key->entry, gap.bulk->tables[bulk.table]); };
    if (gap.bulk != nullptr && std::none_of(gap.bulk->bulk.begin(), gap.bulk->bulk.end(), concerns)) continue;
    reportGap(*key->entry, causeOf(gap.reason), {std::string(gap.epoch), gap.fromNumber, gap.toNumber});
  }
}

// The database

void NumberedTopic::onRpcAnswer(std::string_view text) {
  rpc = 0;
  const auto before = numbers_.counts().filled;
  numbers_.onAnswer(request_, text);
  subscriptions_.onFilled(numbers_.counts().filled - before);
}

void NumberedTopic::onRpcFailed() {
  rpc = 0;
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
  if (numbers.state() != NumbersState::FellBack) showState();
}

void NumberedTopic::onFellBack(TopicNumbers& /*numbers*/, FallBackReason reason, std::string_view message) {
  fallBack(causeOf(reason, message));
}

/// All keys.
void NumberedTopic::fallBack(const Cause& cause) {
  while (!keys_.empty()) fallBack(*keys_.front()->entry, cause, numbers_.position() + 1);
}

void NumberedTopic::fallBack(KeyEntry& entry, const Cause& cause, std::uint64_t from) {
  std::optional<GapStart> start;
  if (entry.firstLive || from_) start = startOf({numbers_.epoch(), from, std::nullopt});
  subscriptions_.fallBack(entry, cause, start);
  remove(entry);
}

}  // namespace switchboard
