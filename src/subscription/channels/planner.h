#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/vector.h"

namespace switchboard {

/// A binding that ought to exist.
struct WantedBinding {
  KeyId key;
  std::uint32_t suspectGroup = 0;
  bool risky = false;
};

/// A channel as it stands.
struct CurrentLine {
  LineId id;
  Vector<KeyId> keys;      ///< the bindings it was joined with
  bool live = false;       ///< its changes flow
  bool inRebuild = false;  ///< it replaces another line or is being replaced
};

struct PlanLimits {
  std::size_t bindingsPerLine = 100;
};

/// A channel to be joined with these bindings. With `replaces`, that line is left only once the new one is live.
struct NewLine {
  Vector<KeyId> keys;
  std::optional<LineId> replaces;
  bool risky = false;
};

struct Plan {
  Vector<NewLine> open;
  Vector<LineId> close;

  bool empty() const { return open.empty() && close.empty(); }
};

/// What has to change so that every wanted binding is on a line, and no line is there for nothing. Pure.
///
/// * Bindings that are on no line are packed into as few new lines as the limit allows; suspects only with their own
/// group, risky ones
///   apart from the rest. A line that is joined or joining is never touched to add one.
/// * A line none of whose bindings is wanted is closed.
/// * A live line whose unwanted bindings outnumber the wanted ones is rebuilt without them.
Plan makePlan(const Vector<WantedBinding>& wanted, const Vector<CurrentLine>& lines, const PlanLimits& limits);

}  // namespace switchboard
