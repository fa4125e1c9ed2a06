#include "channel/channel.h"

/// The way in of every frame, compiled for speed.
namespace switchboard {

bool Channel::onFrame(const Envelope& envelope) {
  if (state_ != ChannelState::Joining && state_ != ChannelState::Joined) return false;
  if (!envelope.isChange()) return onRareFrame(envelope);
  delegate_.onChannelMessage(*this, envelope);
  return true;
}

bool Channel::onBinary(const BinaryFrame& frame) {
  if (state_ != ChannelState::Joining && state_ != ChannelState::Joined) return false;
  if (!frame.joinRef.empty() && frame.joinRef != joinRef_) return false;
  return delegate_.onChannelBinary(*this, frame);
}

}  // namespace switchboard
