#include "net/connection.h"
#include "protocol/frames/names.h"

/// The path of every inbound frame, in a file of its own because it is compiled for speed.
namespace switchboard {

void Connection::countInbound(std::size_t bytes) {
  ++counters_.framesIn;
  counters_.bytesIn += bytes;
  heartbeat_.onInbound();
  if (liveSince_) return;
  liveSince_ = context_.now();
  if (policy_.attempts() == 0) return;
  policy_.onLive();
  delegate_.onConnectionState(*this, state_);
}

void Connection::onTransportText(const InboundText& text) {
  Turn turn(context_.turns);
  countInbound(text.size());
  const auto envelope = scanEnvelope(options_.version, text, scratch_);
  if (!envelope) {
    onMalformed(text.whole());
    return;
  }
  if (!envelope->isChange() && envelope->topic == names::kPhoenixTopic) {
    if (!heartbeat_.onReply(envelope->ref)) ++counters_.ignoredFrames;
    return;
  }
  delegate_.onConnectionFrame(*this, *envelope);
}

void Connection::onTransportBinary(std::string_view bytes) {
  Turn turn(context_.turns);
  countInbound(bytes.size());
  if (!delegate_.onConnectionBytes(*this, bytes)) ++counters_.ignoredFrames;
}

}  // namespace switchboard
