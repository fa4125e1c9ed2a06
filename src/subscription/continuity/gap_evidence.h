#pragma once

#include <string_view>

#include "subscription/channels/channel_table.h"
#include "subscription/continuity/database_clock.h"
#include "subscription/continuity/gap_start.h"
#include "subscription/pulse/pulse_set.h"
#include "timing/context.h"

namespace switchboard {

/// Says from when on changes may be missing, by what channels and pulses have brought. Keeps the database's clock.
class GapEvidence {
 public:
  GapEvidence(Context& context, const ChannelTable& channels, const PulseSet& pulses)
      : context_(context), channels_(channels), pulses_(pulses) {}

  /// By all that has come so far: the database's clock showed at least this then.
  WallTime earliest(Moment moment);
  /// Likewise: it shows at most this now.
  WallTime latest();
  /// From what all channels have brought: one that has brought nothing yet profits from the others.
  void readClock();
  void readClock(LastCommit& commits);

  /// Where the key's gap begins if its changes stop coming on this channel now.
  GapStart afterLoss(ChangesChannel& channel, const KeyEntry& entry);
  /// Where that begins which the server did not send before it announced changes again.
  GapStart afterResubscription(ChangesChannel& channel, const KeyEntry& entry);
  /// Where that begins which the pulse proves to be lost. The key is on a channel.
  GapStart afterLastBeat(Pulse& pulse, const KeyEntry& entry);
  /// What is lost when a window overflows begins with the first change that was held. One without a time of its own may
  /// have been held since its key was first live. `entry`: null when it is gone.
  GapStart ofOverflow(const KeyEntry* entry, std::string_view firstCommit);

 private:
  ChannelEvidence evidenceOf(ChangesChannel& channel, const KeyEntry& entry, bool settled);
  void record(std::string_view what, const KeyEntry& entry, WallTime at) const;

  Context& context_;
  const ChannelTable& channels_;
  const PulseSet& pulses_;
  DatabaseClock database_;
};

}  // namespace switchboard
