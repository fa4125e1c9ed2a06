#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "status/gap.h"
#include "subscription/continuity/last_commit.h"

namespace switchboard {

/// PostgreSQL takes a transaction's commit time shortly before it puts it into the order in which the server reads:
/// what comes later in that order may bear a time that is earlier by so much.
constexpr Duration kCommitDisorder{1'000};

/// What is known of a channel when changes of it may have been lost. The server reads commits in their order, for all
/// bindings of a channel alike, and a socket keeps the order.
struct ChannelEvidence {
  WallTime liveSince{};              ///< when the server announced changes, by the database's clock at the earliest
  std::optional<Commit> lastChange;  ///< the last one that the channel brought
  bool hasPulse = false;             ///< changes may be lost in silence too, until a beat proves that none were
  std::optional<Commit> lastBeat;    ///< of the pulse on the same socket
  bool beatVouches = true;           ///< the channel was not taken down before the pulse was announced
  std::string seenBefore;            ///< stamp of the last change before this channel; empty: none
};

/// Everything that is lost from now on was committed at or after this.
GapStart startOfGap(const ChannelEvidence& evidence);

/// The start of a gap that begins with a change that was committed then.
inline GapStart startAt(const Commit& commit) {
  return {commit.stamp, commit.at - kCommitDisorder};
}

}  // namespace switchboard
