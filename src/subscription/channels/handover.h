#pragma once

#include <memory>

#include "base/id_map.h"
#include "base/ids.h"
#include "base/inline_callback.h"
#include "base/vector.h"
#include "protocol/change.h"
#include "subscription/channels/duplicate_filter.h"
#include "timing/context.h"

namespace switchboard {

/// Lines that are being replaced by others with the same wanted bindings, without a moment in which neither brings
/// changes: the new one goes live, both run side by side for a while and each change passes once, then the old one
/// leaves.
class Rebuilds {
 public:
  /// `onDone(oldLine, newLine)`: the new line has taken over; the old one is to leave. `overlap`: how long both run
  /// side by side. `pause`: how long a line is left alone after its rebuild failed.
  Rebuilds(Context& context, Duration overlap, Duration pause, InlineCallback<void(LineId, LineId)> onDone)
      : context_(context), overlap_(overlap), pause_(pause), onDone_(onDone) {}

  void start(LineId oldLine, LineId newLine);
  /// Whether the line takes part in a rebuild, or did in one that failed a short while ago.
  bool busy(LineId line) const;
  /// Whether a change, brought by this line for this key, passes.
  bool admit(LineId line, KeyId key, const Change& change);
  /// The line's join goes out: from here on the new line may bring what the old one brings.
  void onJoining(LineId line);
  void onLive(LineId line);
  /// The line is gone, whichever side of a rebuild it was. For a while the other may still bring what this one has
  /// brought before.
  void onGone(LineId line);

 private:
  struct Rebuild;
  void onEnd(Rebuild& rebuild);
  void erase(const Rebuild& rebuild);

  struct Rebuild {
    LineId oldLine;
    LineId newLine;
    bool joining = false;  ///< the new line's join went out
    bool halved = false;   ///< one of the two is gone
    Overlap overlap;
    std::unique_ptr<Deadline> end;
  };

  Context& context_;
  const Duration overlap_;
  const Duration pause_;
  InlineCallback<void(LineId, LineId)> onDone_;
  Vector<std::unique_ptr<Rebuild>> rebuilds_;
  IdMap<LineId, TimePoint> pausedUntil_;
};

}  // namespace switchboard
