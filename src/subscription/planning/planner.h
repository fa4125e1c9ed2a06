#pragma once

#include <cstdint>
#include <optional>

#include "base/containers/vector.h"
#include "base/ids.h"

namespace switchboard {

/// A binding that ought to exist.
struct DesiredBinding {
  KeyId key;
  std::uint32_t bisectionGroup = 0;
  bool risky = false;
};

/// A channel as it is now.
struct CurrentChannel {
  ChannelId id;
  Vector<KeyId> keys;       ///< the bindings it was joined with
  bool live = false;        ///< its changes flow
  bool inHandover = false;  ///< it replaces another channel or is being replaced
};

struct PlanLimits {
  std::size_t bindingsPerChannel = 100;
};

/// A channel to be joined with these bindings. With `replaces`, that channel is left only once the new one is live.
struct NewChannel {
  Vector<KeyId> keys;
  std::optional<ChannelId> replaces;
  bool risky = false;
};

struct Plan {
  Vector<NewChannel> open;
  Vector<ChannelId> close;

  bool empty() const { return open.empty() && close.empty(); }
};

/// What has to change so that every desired binding is on a channel, and no channel is there for nothing. Pure.
///
/// * Bindings that are on no channel are packed into as few new channels as the limit allows; suspects only with their
///   own group, risky ones apart from the rest. A channel that is joined or joining is never touched to add one.
/// * A channel none of whose bindings is desired is closed.
/// * A live channel most of whose bindings are not desired is handed over without those.
Plan makePlan(const Vector<DesiredBinding>& desired, const Vector<CurrentChannel>& channels, const PlanLimits& limits);

}  // namespace switchboard
