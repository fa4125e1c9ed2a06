#include <string>
#include <utility>

#include "protocol/beat.h"
#include "subscription/subscriptions.h"

namespace switchboard {

namespace {

const Cause kOverflow{ReasonCode::Overflow, Retry::Backoff,
                      "More changes were held back than the delivery window may hold."};

/// When the server subscribes all channels again, those that it has not announced again after so long never went.
constexpr Duration kResubscription{15'000};

}  // namespace

/// From what all channels have brought: one that has brought nothing yet profits from the others.
void Subscriptions::readDatabaseClock() {
  for (const auto& [id, channel] : channels_) readDatabaseClock(channel->lastCommit());
  for (const auto& pulse : pulses_) readDatabaseClock(pulse->lastBeat());
}

void Subscriptions::readDatabaseClock(LastCommit& commits) {
  const Moment now = context_.moment();
  if (commits.first()) database_.note(*commits.first(), now);
  if (const auto last = commits.read()) database_.note(*last, now);
}

/// `settled`: without what may have come shortly before the newest frame.
ChannelEvidence Subscriptions::evidenceOf(ChangesChannel& channel, const KeyEntry& entry, bool settled) {
  readDatabaseClock();
  const auto lastOf = [&](LastCommit& commits) {
    return settled ? commits.readSettled(channel.multiplexer().connection().confirmedAt().at) : commits.read();
  };
  ChannelEvidence evidence;
  evidence.liveSince = database_.earliest(channel.liveSince(), context_.moment());
  evidence.lastChange = lastOf(channel.lastCommit());
  evidence.seenBefore = entry.seen;
  Pulse* pulse = pulseOf(channel.multiplexer());
  if (pulse == nullptr || pulse->state() == PulseState::Refused) return evidence;
  evidence.hasPulse = true;
  evidence.lastBeat = lastOf(pulse->lastBeat());
  const TimePoint announced = pulse->announcedAt();
  const bool isEarlier = announced < channel.liveSince().at;
  evidence.beatVouches = isEarlier || (evidence.lastBeat && evidence.lastBeat->arrived - announced > kResubscription);
  return evidence;
}

GapStart Subscriptions::gapStart(ChangesChannel& channel, const KeyEntry& entry) {
  return startOfGap(evidenceOf(channel, entry, false));
}

/// Changes come before the announcement of the subscription that brings them.
GapStart Subscriptions::resubscribedGapStart(ChangesChannel& channel, const KeyEntry& entry) {
  return startOfGap(evidenceOf(channel, entry, true));
}

/// What the server did to single channels is reported by these; all that it lost for all of them lies after the last
/// beat.
GapStart Subscriptions::pulseGapStart(Pulse& pulse, const KeyEntry& entry) {
  ChangesChannel* channel = findCarrier(entry.source->id);
  ChannelEvidence evidence = evidenceOf(*channel, entry, false);
  evidence.hasPulse = evidence.beatVouches = true;
  evidence.lastBeat = pulse.lastBeat().read();
  return startOfGap(evidence);
}

/// What is lost begins with the first change that was held. One without a time of its own may have been held since its
/// key was first live.
void Subscriptions::onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit) {
  GapStart start;
  const auto committed = readTimestamp(firstCommit);
  const KeyEntry* entry = registry_.findBySubscription(subscribers.front());
  if (committed) {
    start = startAt({std::string(firstCommit), *committed, {}, {}});
  } else if (entry != nullptr) {
    readDatabaseClock();
    start.at = entry->firstLive ? database_.earliest(*entry->firstLive, context_.moment()) : entry->since;
  }
  reporter_.reportGap(subscribers, kOverflow, start);
}

}  // namespace switchboard
