#pragma once

#include <memory>

#include "base/containers/id_map.h"
#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"
#include "base/ids.h"
#include "protocol/changes/change.h"
#include "subscription/channels/duplicate_filter.h"
#include "timing/context.h"

namespace switchboard {

/// Channels that are being replaced by others with the same desired bindings, without a moment in which neither brings
/// changes: the new one goes live, both run side by side for a while and each change passes once, then the old one
/// leaves.
class Handovers {
 public:
  /// `onDone(oldChannel, newChannel)`: the new channel has taken over; the old one is to leave. `overlap`: how long
  /// both run side by side. `pause`: how long a channel is left alone after its handover failed.
  Handovers(Context& context, Duration overlap, Duration pause, InlineCallback<void(ChannelId, ChannelId)> onDone)
      : context_(context), overlap_(overlap), pause_(pause), onDone_(onDone) {}

  void start(ChannelId oldChannel, ChannelId newChannel);
  /// Whether the channel takes part in a handover, or did in one that failed a short while ago.
  bool busy(ChannelId channel) const;
  /// Whether a change, brought by this channel for this key, passes.
  bool admit(ChannelId channel, KeyId key, const Change& change);
  /// The channel's join goes out: from here on the new channel may bring what the old one brings.
  void onJoining(ChannelId channel);
  void onLive(ChannelId channel);
  /// The channel is gone, whichever side of a handover it was. For a while the other may still bring what this one has
  /// brought before.
  void onGone(ChannelId channel);

 private:
  struct Handover;
  void onEnd(Handover& handover);
  void erase(const Handover& handover);

  struct Handover {
    ChannelId oldChannel;
    ChannelId newChannel;
    bool joining = false;  ///< the new channel's join went out
    bool halved = false;   ///< one of the two is gone
    DuplicateFilter filter;
    std::unique_ptr<Deadline> end;
  };

  Context& context_;
  const Duration overlap_;
  const Duration pause_;
  InlineCallback<void(ChannelId, ChannelId)> onDone_;
  Vector<std::unique_ptr<Handover>> handovers_;
  IdMap<ChannelId, TimePoint> pausedUntil_;
};

}  // namespace switchboard
