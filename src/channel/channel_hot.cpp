#include "channel/channel.h"
#include "channel/multiplexer.h"

/// The way in of every frame, by itself because it is compiled for speed.
namespace switchboard {

void Multiplexer::onConnectionFrame(Connection& /*connection*/, const Envelope& envelope) {
  Channel* channel = router_.find(envelope.topic);
  if (channel == nullptr || !channel->onFrame(envelope)) ++counters_.ignoredFrames;
}

bool Channel::onFrame(const Envelope& envelope) {
  if (state_ != ChannelState::Joining && state_ != ChannelState::Joined) return false;
  if (!envelope.isChange()) return onRareFrame(envelope);
  delegate_.onChannelMessage(*this, envelope);
  return true;
}

}  // namespace switchboard
