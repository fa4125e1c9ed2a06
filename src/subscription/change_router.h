#pragma once

#include "base/containers/vector.h"
#include "net/counters.h"
#include "subscription/channels/changes_channel.h"
#include "subscription/channels/handover.h"
#include "subscription/delivery/fan_out.h"
#include "subscription/interest/registry.h"
#include "subscription/pulse/pulse_watch.h"

namespace switchboard {

/// Takes each change from its channel to the subscriptions that want it. Drops beats of the pulse, and what they have
/// had already: copies from both sides of a handover, and repetitions after a key came to another binding.
class ChangeRouter final : public ChangeSink {
 public:
  ChangeRouter(Context& context, Counters& counters, Registry& registry, Handovers& handovers, const PulseWatch& pulses,
               FanOut& fanOut)
      : context_(context),
        counters_(counters),
        registry_(registry),
        handovers_(handovers),
        pulses_(pulses),
        fanOut_(fanOut) {}

  void onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) override;

 private:
  bool isRepeated(KeyEntry& entry, const Change& change) const;

  Context& context_;
  Counters& counters_;
  Registry& registry_;
  Handovers& handovers_;
  const PulseWatch& pulses_;
  FanOut& fanOut_;
  Vector<SubscriptionId> immediate_;  // reused for each change
};

}  // namespace switchboard
