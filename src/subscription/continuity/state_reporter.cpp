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
  entry.state = state;
  entry.cause = std::move(cause);
  if (changed) entry.since = context_.clock.wallNow();
  if (state == SubscriptionState::Live) {
    if (!entry.firstLive) entry.firstLive = context_.moment();
    entry.notLiveSince.reset();
    entry.nextPollAt.reset();
    gaps_.close(entry);
  } else if (wasLive) {
    if (!entry.notLiveSince) entry.notLiveSince = context_.now();
    gaps_.open(entry, entry.cause, entry.start);
  }
  if (entry.plannable()) entry.retryAt.reset();
  report(entry);
  const bool worthNotice = state == SubscriptionState::Live ? changed : isError(entry.cause) && otherError;
  if (!worthNotice) return;
  const bool refused = state == SubscriptionState::Parked || entry.cause.retry == Retry::NewToken;
  const ReasonCode refusedFor = refused ? entry.cause.code : ReasonCode::Ok;
  const bool known = refused && refusedFor == entry.refusedFor;  // tried again, to no avail
  entry.refusedFor = refusedFor;
  if (known) return;
  entry.unnotified.clear();
  notify(entry, entry.subscribers, false);
}

Vector<SubscriptionId> StateReporter::suspect(KeyEntry& entry, const Cause& cause, const GapStart& start) {
  auto notified = gaps_.open(entry, cause, start);
  if (notified.empty()) return notified;
  entry.cause = cause;
  if (!entry.notLiveSince) entry.notLiveSince = context_.now();
  report(entry);
  return notified;
}

void StateReporter::confirm(KeyEntry& entry) {
  gaps_.close(entry);
  entry.cause = {};
  entry.notLiveSince.reset();
  entry.nextPollAt.reset();
  report(entry);
}

void StateReporter::notifyNew(KeyEntry& entry) {
  if (entry.unnotified.empty()) return;
  const auto unnotified = std::exchange(entry.unnotified, {});
  const bool isLive = entry.state == SubscriptionState::Live;
  if (isLive || isError(entry.cause)) notify(entry, unnotified, isLive);
}

void StateReporter::forget(SubscriptionId id) {
  notices_.removeIf([id](const Notice& notice) { return notice.subscription == id; });
}

void StateReporter::notify(const KeyEntry& entry, const Vector<SubscriptionId>& subscribers, bool alreadyLive) {
  for (const auto id : subscribers) {
    notices_.push_back({id, noticeStatus(entry), entry.cause.code, entry.cause.message,
                        entry.state != SubscriptionState::Parked, nextRetryAt(entry), alreadyLive});
  }
}

std::optional<WallTime> StateReporter::nextRetryAt(const KeyEntry& entry) const {
  if (entry.retryAt) return context_.wallAt(*entry.retryAt);
  if (entry.state == SubscriptionState::Pending || entry.state == SubscriptionState::Retrying) return entry.waitsUntil;
  return std::nullopt;
}

void StateReporter::report(const KeyEntry& entry) {
  const FreshnessMode mode = entry.nextPollAt                         ? FreshnessMode::Polling
                             : entry.state == SubscriptionState::Live ? FreshnessMode::Live
                                                                      : FreshnessMode::Paused;
  for (const auto id : entry.subscribers) {
    tracker_.set(SubscriptionStatus{id, entry.state, entry.since, entry.attempts, nextRetryAt(entry), entry.cause.code,
                                    entry.cause.message, entry.state != SubscriptionState::Parked, mode});
  }
}

}  // namespace switchboard
