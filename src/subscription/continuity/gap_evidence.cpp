#include "subscription/continuity/gap_evidence.h"

#include <string>

#include "protocol/beat.h"

namespace switchboard {

namespace {

/// When the server subscribes all channels again, those that it has not announced again after so long never went.
constexpr Duration kResubscription{15'000};

}  // namespace

void GapEvidence::readClock() {
  for (const auto& [id, channel] : channels_) readClock(channel->lastCommit());
  for (const auto& pulse : pulses_) readClock(pulse->lastBeat());
}

void GapEvidence::readClock(LastCommit& commits) {
  const Moment now = context_.moment();
  if (commits.first()) database_.note(*commits.first(), now);
  if (const auto last = commits.read()) database_.note(*last, now);
}

void GapEvidence::record(std::string_view what, const KeyEntry& entry, WallTime at) const {
  context_.recorder.begin(EntryKind::Evidence).text(what).number(entry.id.value);
  context_.recorder.signedNumber(at.time_since_epoch().count()).end();
}

WallTime GapEvidence::earliest(Moment moment) {
  readClock();
  return database_.earliest(moment, context_.moment());
}

WallTime GapEvidence::latest() {
  readClock();
  return database_.latest(context_.moment());
}

/// `settled`: without what may have come shortly before the newest frame.
ChannelEvidence GapEvidence::evidenceOf(ChangesChannel& channel, const KeyEntry& entry, bool settled) {
  readClock();
  const auto lastOf = [&](LastCommit& commits) {
    return settled ? commits.readSettled(channel.multiplexer().connection().confirmedAt().at) : commits.read();
  };
  ChannelEvidence evidence;
  evidence.liveSince = database_.earliest(channel.liveSince(), context_.moment());
  evidence.lastChange = lastOf(channel.lastCommit());
  evidence.seenBefore = entry.seen;
  record("liveSince", entry, evidence.liveSince);
  if (evidence.lastChange) record("lastChange", entry, evidence.lastChange->at);
  Pulse* pulse = pulses_.find(channel.multiplexer());
  if (pulse == nullptr || pulse->state() == PulseState::Refused) return evidence;
  evidence.hasPulse = true;
  evidence.lastBeat = lastOf(pulse->lastBeat());
  if (evidence.lastBeat) record("lastBeat", entry, evidence.lastBeat->at);
  const TimePoint announced = pulse->announcedAt();
  const bool isEarlier = announced < channel.liveSince().at;
  evidence.beatVouches = isEarlier || (evidence.lastBeat && evidence.lastBeat->arrived - announced > kResubscription);
  return evidence;
}

GapStart GapEvidence::afterLoss(ChangesChannel& channel, const KeyEntry& entry) {
  return startOfGap(evidenceOf(channel, entry, false));
}

/// Changes come before the announcement of the subscription that brings them.
GapStart GapEvidence::afterResubscription(ChangesChannel& channel, const KeyEntry& entry) {
  return startOfGap(evidenceOf(channel, entry, true));
}

/// What the server lost for all channels lies after the last beat. What it did to single ones is reported by these,
/// unless the socket is lost before: soon after it has subscribed all of them again, a beat does not vouch for those
/// that it has not announced yet.
GapStart GapEvidence::afterLastBeat(Pulse& pulse, const KeyEntry& entry) {
  ChangesChannel* channel = channels_.findCarrier(entry.source->id);
  ChannelEvidence evidence = evidenceOf(*channel, entry, false);
  evidence.hasPulse = true;
  evidence.lastBeat = pulse.lastBeat().read();
  return startOfGap(evidence);
}

GapStart GapEvidence::ofOverflow(const KeyEntry* entry, std::string_view firstCommit) {
  readClock();
  const auto committed = readTimestamp(firstCommit);
  if (committed) return startAt({std::string(firstCommit), *committed, {}, {}});
  GapStart start;
  if (entry == nullptr) return start;
  start.at = entry->firstLive ? database_.earliest(*entry->firstLive, context_.moment()) : entry->since;
  return start;
}

}  // namespace switchboard
