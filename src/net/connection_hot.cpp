#include <algorithm>

#include "net/connection.h"
#include "protocol/frames/binary_frame.h"
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

void Connection::record(const InboundText& text, const Envelope& envelope, std::string_view whole) {
  Recorder& recorder = context_.recorder;
  if (whole.empty()) {
    recorder.frame(EntryKind::FrameIn, id_, text.size(), envelope.topic, envelope.event, envelope.ref);
  } else {
    recorder.frameText(EntryKind::FrameIn, id_, whole, whole.size(), envelope.topic, envelope.event, envelope.ref);
  }
}

/// Of most user broadcasts only what is before the payload is loaded.
void Connection::recordBytes(EntryKind kind, std::string_view bytes) {
  constexpr std::size_t kHead = 5;
  if (!context_.recorder.isOn()) return;
  const auto sizeAt = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  BinaryFrame frame;
  std::string_view loaded = bytes;
  const bool isBroadcast = kind == EntryKind::FrameIn && bytes.size() > kHead && bytes[0] == 4;
  if (isBroadcast) {
    frame.topic = bytes.substr(kHead, sizeAt(1));
    frame.event = bytes.substr(std::min(bytes.size(), kHead + sizeAt(1)), sizeAt(2));
    if (!frame.topic.starts_with(names::kNumberedTopics))
      loaded = bytes.substr(0, kHead + sizeAt(1) + sizeAt(2) + sizeAt(3));
  } else {
    const auto sender = kind == EntryKind::FrameIn ? Sender::Server : Sender::Client;
    frame = decodeBinaryFrame(sender, bytes).value_or(frame);
  }
  if (!context_.recorder.hasFrames()) {
    return context_.recorder.frame(kind, id_, bytes.size(), frame.topic, frame.event, frame.ref, true);
  }
  context_.recorder.frameText(kind, id_, loaded, bytes.size(), frame.topic, frame.event, frame.ref, true);
}

void Connection::onTransportText(const InboundText& text) {
  Turn turn(context_.turns);
  // First, since loading the text moves what was read from its ends.
  const auto wholeText = context_.recorder.hasFrames() ? text.whole() : std::string_view();
  const auto envelope = scanEnvelope(options_.version, text, scratch_);
  record(text, envelope ? *envelope : Envelope{}, wholeText);
  countInbound(text.size());
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
  recordBytes(EntryKind::FrameIn, bytes);
  countInbound(bytes.size());
  if (!delegate_.onConnectionBytes(*this, bytes)) ++counters_.ignoredFrames;
}

}  // namespace switchboard
