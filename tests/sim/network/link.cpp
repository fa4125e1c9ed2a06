#include "network/link.h"

#include <algorithm>
#include <utility>

#include "support/fake_text.h"

namespace switchboard::sim {

namespace {

class LinkTransport final : public Transport {
 public:
  explicit LinkTransport(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  ~LinkTransport() override { link_->release(); }
  LinkTransport(const LinkTransport&) = delete;
  LinkTransport& operator=(const LinkTransport&) = delete;
  void sendText(std::string_view text) override { link_->sendUp(text); }
  void sendBinary(std::string_view bytes) override { link_->sendBytesUp(bytes); }
  void close(int /*code*/, std::string_view /*reason*/) override { link_->closeUp(); }

 private:
  std::shared_ptr<Link> link_;
};

}  // namespace

Link::Link(unsigned id, Version version, LinkContext& context, TransportEvents& client)
    : id_(id), version_(version), context_(context), client_(&client) {}

Duration Link::arrival(Duration& free) {
  const auto& weather = context_.weather;
  const Duration delay = weather.latency + context_.random.between(Duration{0}, weather.jitter);
  free = std::max(free, context_.events.now() + delay);
  return free;
}

void Link::dial() {
  context_.trace.add(context_.events.now(), "dial", id_);
  const auto self = shared_from_this();
  if (context_.weather.down) {
    if (context_.random.chance(60)) close(1006, "");
    return;
  }
  context_.events.at(arrival(upFree_), [self, this] {
    if (released()) return;
    const Handshake handshake = context_.server.onHandshake(*this);
    if (handshake.outcome == Handshake::Outcome::Hang) return;
    context_.events.after(handshake.delay, [self, this, accepted = handshake.outcome == Handshake::Outcome::Accept] {
      if (released()) return;
      if (!accepted) {
        close(1006, "");
        return;
      }
      atServer_ = true;
      send({DownFrame::Kind::Open, {}, 0, Mark::Other, {}, {}});
      context_.server.onAccepted(*this);
    });
  });
}

void Link::send(DownFrame frame) {
  down_.push_back(std::move(frame));
  context_.events.at(arrival(downFree_), [self = shared_from_this()] { self->deliver(); });
}

void Link::close(int code, std::string_view reason) {
  atServer_ = false;
  send({DownFrame::Kind::Close, std::string(reason), code, Mark::Other, {}, {}});
}

void Link::deliver() {
  auto& events = context_.events;
  if (context_.machine.asleep()) {
    events.discount();
    events.at(context_.machine.wakesAt(), [self = shared_from_this()] { self->deliver(); });
    return;
  }
  const DownFrame frame = std::move(down_.front());
  down_.pop_front();
  const bool isMessage = frame.kind == DownFrame::Kind::Text || frame.kind == DownFrame::Kind::Binary;
  if (released() || dropDown_ || ended_ || (isMessage && !open_)) {
    events.discount();
    return;
  }
  switch (frame.kind) {
    case DownFrame::Kind::Open:
      context_.trace.add(events.now(), "open", id_);
      open_ = true;
      context_.observer.onReceived(*this, frame);
      client_->onTransportOpen();
      break;
    case DownFrame::Kind::Close:
      context_.trace.add(events.now(), "closed", id_, frame.code);
      open_ = false;
      ended_ = true;
      context_.observer.onReceived(*this, frame);
      context_.observer.onEnded(*this);
      client_->onTransportClose(frame.code, frame.text);
      break;
    case DownFrame::Kind::Text:
      context_.trace.add(events.now(), "<-", id_, frame.text);
      context_.observer.onReceived(*this, frame);
      client_->onTransportText(testing::FakeText(frame.text));
      break;
    case DownFrame::Kind::Binary:
      context_.trace.add(events.now(), "<- binary", id_, frame.text.size());
      context_.observer.onReceived(*this, frame);
      client_->onTransportBinary(frame.text);
      break;
  }
}

void Link::goHalfOpen(bool up, bool down) {
  context_.trace.add(context_.events.now(), "half-open", id_, up ? "up" : "", down ? "down" : "");
  dropUp_ = dropUp_ || up;
  dropDown_ = dropDown_ || down;
}

void Link::cut() {
  context_.trace.add(context_.events.now(), "cut", id_);
  leaveServer();
  close(1006, "");
}

void Link::leaveServer() {
  if (!atServer_) return;
  atServer_ = false;
  context_.server.onClientGone(*this);
}

void Link::sendUp(std::string_view text) {
  if (!open_) return;
  context_.trace.add(context_.events.now(), "->", id_, text);
  sendFrameUp(readFrame(text));
}

void Link::sendBytesUp(std::string_view bytes) {
  if (!open_) return;
  context_.trace.add(context_.events.now(), "-> binary", id_, bytes.size());
  sendFrameUp(readBinary(bytes));
}

void Link::sendFrameUp(Json frame) {
  context_.observer.onSent(*this, frame);
  context_.events.at(arrival(upFree_), [self = shared_from_this(), this, frame = std::move(frame)] {
    if (atServer_ && !dropUp_) context_.server.onClientFrame(*this, frame);
  });
}

void Link::closeUp() {
  context_.trace.add(context_.events.now(), "close", id_);
  open_ = false;
  context_.observer.onEnded(*this);
  context_.events.at(arrival(upFree_), [self = shared_from_this(), this] {
    if (dropUp_) return;
    leaveServer();
    close(1000, "");
  });
}

void Link::release() {
  context_.trace.add(context_.events.now(), "release", id_);
  client_ = nullptr;
  open_ = false;
  context_.observer.onEnded(*this);
  context_.events.at(arrival(upFree_), [self = shared_from_this(), this] {
    if (!dropUp_) leaveServer();
  });
}

std::unique_ptr<Transport> Network::open(const std::string& url, TransportEvents& events) {
  const Version version = url.find("vsn=1.0.0") == std::string::npos ? Version::V2 : Version::V1;
  auto link = std::make_shared<Link>(++lastId_, version, context_, events);
  links_.push_back(link);
  context_.observer.onOpened(*link);
  link->dial();
  return std::make_unique<LinkTransport>(std::move(link));
}

std::vector<std::shared_ptr<Link>> Network::links() {
  std::vector<std::shared_ptr<Link>> current;
  for (const auto& weak : links_) {
    auto link = weak.lock();
    if (link && !link->released()) current.push_back(std::move(link));
  }
  links_.assign(current.begin(), current.end());
  return current;
}

}  // namespace switchboard::sim
