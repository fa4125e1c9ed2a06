#include "channel/multiplexer.h"

/// The way in of every frame, compiled for speed.
namespace switchboard {

void Multiplexer::onConnectionFrame(Connection& /*connection*/, const Envelope& envelope) {
  Channel* channel = router_.find(envelope.topic);
  if (channel == nullptr || !channel->onFrame(envelope)) ++counters_.ignoredFrames;
}

}  // namespace switchboard
