#include "subscription/continuity/state_reporter.h"

#include <cassert>

namespace switchboard {

namespace {

NoticeStatus noticeStatus(const KeyEntry& entry) {
  if (entry.state == SubscriptionState::Live) return NoticeStatus::Subscribed;
  switch (entry.cause.code) {
    case ReasonCode::JoinTimeout:
    case ReasonCode::LiveTimeout:
      return NoticeStatus::TimedOut;
    case ReasonCode::ChannelClosed:
      return NoticeStatus::Closed;
    default:
      return NoticeStatus::ChannelError;
  }
}

bool isError(const Cause& cause) {
  return cause.code != ReasonCode::Ok && cause.code != ReasonCode::Connecting;
}

}  // namespace

void StateReporter::setState(KeyEntry& entry, SubscriptionState state, Cause cause) {
  const bool changed = entry.state != state;
  assert((!changed || isLegal(entry.state, state)) && "illegal key transition");
  const bool wasLive = entry.state == SubscriptionState::Live;
  const bool otherError = cause.code != entry.cause.code || wasLive;
  if (changed || entry.cause.code != cause.code) {
    context_.recorder.transition(EntryKind::KeyState, {0, {}, entry.id.value}, toString(entry.state), toString(state),
                                 cause);
  }
  entry.state = state;
  entry.cause = std::move(cause);
  if (changed) entry.since = context_.clock.wallNow();
  if (state == SubscriptionState::Live) {
    if (!entry.firstLive) entry.firstLive = context_.moment();
    entry.outage.end();
    entry.alreadySeen.onLive(context_.now());
    gaps_.close(entry);
  } else if (wasLive) {
    entry.outage.begin(context_.now());
    if (!entry.isNumbered()) gaps_.open(entry, entry.cause, entry.start);
  }
  if (entry.plannable()) entry.retries.at_.reset();
  report(entry);
  const bool worthNotice = state == SubscriptionState::Live ? changed : isError(entry.cause) && otherError;
  if (!worthNotice) return;
  const bool refused = state == SubscriptionState::Parked || entry.cause.retry == Retry::NewToken;
  const ReasonCode refusedFor = refused ? entry.cause.code : ReasonCode::Ok;
  const bool known = refused && refusedFor == entry.notified.refusedFor_;  // tried again, to no avail
  entry.notified.refusedFor_ = refusedFor;
  if (known) return;
  entry.notified.unnotified_.clear();
  notify(entry, entry.subscribers, false);
}

Vector<SubscriptionId> StateReporter::suspect(KeyEntry& entry, const Cause& cause, const GapStart& start) {
  auto notified = gaps_.open(entry, cause, start);
  if (notified.empty()) return notified;
  entry.cause = cause;
  entry.outage.begin(context_.now());
  report(entry);
  return notified;
}

void StateReporter::confirm(KeyEntry& entry) {
  gaps_.close(entry);
  entry.cause = {};
  entry.outage.end();
  report(entry);
}

void StateReporter::countFailure(KeyEntry& entry, unsigned failures, std::optional<TimePoint> retryAt) {
  entry.retries.attempts_ = failures + 1;
  if (retryAt) entry.retries.at_ = retryAt;
}

void StateReporter::notifyNew(KeyEntry& entry) {
  if (entry.notified.unnotified_.empty()) return;
  const auto unnotified = std::exchange(entry.notified.unnotified_, {});
  const bool isLive = entry.state == SubscriptionState::Live;
  if (isLive || isError(entry.cause)) notify(entry, unnotified, isLive);
}

void StateReporter::add(KeyEntry& entry, SubscriptionId id) {
  entry.notified.unnotified_.push_back(id);
  report(entry);
}

void StateReporter::forget(KeyEntry& entry, SubscriptionId id) {
  entry.notified.unnotified_.remove(id);
  notices_.removeIf([id](const Notice& notice) { return notice.subscription == id; });
}

void StateReporter::notify(const KeyEntry& entry, const Vector<SubscriptionId>& subscribers, bool alreadyLive) {
  for (const auto id : subscribers) {
    notices_.push_back({id, noticeStatus(entry), entry.cause.code, entry.cause.message,
                        entry.state != SubscriptionState::Parked, nextRetryAt(entry), alreadyLive});
  }
}

std::optional<WallTime> StateReporter::nextRetryAt(const KeyEntry& entry) const {
  if (const auto& at = entry.retries.at()) return context_.wallAt(*at);
  if (entry.state == SubscriptionState::Pending || entry.state == SubscriptionState::Retrying) {
    return entry.retries.waitsUntil();
  }
  return std::nullopt;
}

void StateReporter::report(const KeyEntry& entry) {
  const FreshnessMode mode = entry.outage.nextPollAt()                ? FreshnessMode::Polling
                             : entry.state == SubscriptionState::Live ? FreshnessMode::Live
                                                                      : FreshnessMode::Paused;
  for (const auto id : entry.subscribers) {
    tracker_.set(SubscriptionStatus{id,
                                    entry.state,
                                    entry.since,
                                    entry.retries.attempts(),
                                    nextRetryAt(entry),
                                    entry.cause.code,
                                    entry.cause.message,
                                    entry.state != SubscriptionState::Parked,
                                    mode,
                                    entry.road,
                                    false,
                                    {}});
  }
}

}  // namespace switchboard
