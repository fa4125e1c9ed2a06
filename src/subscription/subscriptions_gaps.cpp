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

/// From what all lines have brought: one that has brought nothing yet profits from the others.
void Exchange::readDatabaseClock() {
  for (const auto& [id, line] : lines_) readDatabaseClock(line->lastCommit());
  for (const auto& pulse : pulses_) readDatabaseClock(pulse->lastBeat());
}

void Exchange::readDatabaseClock(LastCommit& commits) {
  const Moment now = context_.moment();
  if (commits.first()) database_.note(*commits.first(), now);
  if (const auto last = commits.read()) database_.note(*last, now);
}

/// `settled`: without what may have come shortly before the newest frame.
LineEvidence Exchange::evidenceOf(Line& line, const KeyEntry& entry, bool settled) {
  readDatabaseClock();
  const auto lastOf = [&](LastCommit& commits) {
    return settled ? commits.readSettled(line.multiplexer().connection().confirmedAt().at) : commits.read();
  };
  LineEvidence evidence;
  evidence.liveSince = database_.earliest(line.liveSince(), context_.moment());
  evidence.lastChange = lastOf(line.lastCommit());
  evidence.seenBefore = entry.seen;
  Pulse* pulse = pulseOf(line.multiplexer());
  if (pulse == nullptr || pulse->state() == PulseState::Refused) return evidence;
  evidence.hasPulse = true;
  evidence.lastBeat = lastOf(pulse->lastBeat());
  const TimePoint announced = pulse->announcedAt();
  const bool isEarlier = announced < line.liveSince().at;
  evidence.beatVouches = isEarlier || (evidence.lastBeat && evidence.lastBeat->arrived - announced > kResubscription);
  return evidence;
}

GapStart Exchange::gapStart(Line& line, const KeyEntry& entry) {
  return startOfGap(evidenceOf(line, entry, false));
}

/// Changes come before the announcement of the subscription that brings them.
GapStart Exchange::resubscribedGapStart(Line& line, const KeyEntry& entry) {
  return startOfGap(evidenceOf(line, entry, true));
}

/// What the server did to single channels is reported by these; all that it lost for all of them lies after the last
/// beat.
GapStart Exchange::pulseGapStart(Pulse& pulse, const KeyEntry& entry) {
  Line* line = findCarrier(entry.server->id);
  LineEvidence evidence = evidenceOf(*line, entry, false);
  evidence.hasPulse = evidence.beatVouches = true;
  evidence.lastBeat = pulse.lastBeat().read();
  return startOfGap(evidence);
}

/// What is lost begins with the first change that was held. One without a time of its own may have been held since its
/// key was first live.
void Exchange::onWindowOverflow(const Vector<SubscriptionId>& subscribers, std::string_view firstCommit) {
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
