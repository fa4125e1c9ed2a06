#include "subscription/continuity/gap_start.h"

#include <algorithm>

namespace switchboard {

namespace {

/// The last commit before which nothing is missing.
const Commit* lastCheckpoint(const ChannelEvidence& evidence) {
  const Commit* change = evidence.lastChange ? &*evidence.lastChange : nullptr;
  const Commit* beat = evidence.lastBeat ? &*evidence.lastBeat : nullptr;
  if (!evidence.hasPulse) return change;
  if (evidence.beatVouches) return beat;
  if (change == nullptr || beat == nullptr) return nullptr;
  return change->at < beat->at ? change : beat;
}

}  // namespace

GapStart startOfGap(const ChannelEvidence& evidence) {
  const Commit* checkpoint = lastCheckpoint(evidence);
  if (checkpoint == nullptr) return {evidence.seenBefore, evidence.liveSince};
  GapStart start = startAt(*checkpoint);
  start.at = std::max(start.at, evidence.liveSince);
  return start;
}

}  // namespace switchboard
