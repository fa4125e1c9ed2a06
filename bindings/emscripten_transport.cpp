#include "emscripten_transport.h"

#include <cstdint>
#include <cstdlib>

extern "C" {
// in websocket_library.js, all about the frame that is being handled
/// Brings in all of it, if that has not been done; its size in bytes.
std::uint32_t switchboard_bring_in();
/// Keeps its text in place of what is kept under `kept`, or under a new number if that is 0. 0: there is too much
/// already.
std::uint32_t switchboard_keep(std::uint32_t kept);
/// To be freed.
char* switchboard_kept_text(std::uint32_t kept);
void switchboard_forget(std::uint32_t kept);
}

namespace switchboard {

namespace {

/// What websocket_library.js writes for `isText`; above these, the number of bytes that are at hand of the front.
constexpr int kBinary = 0;
constexpr int kNotAscii = 1;

class EmscriptenKeptText final : public KeptText {
 public:
  explicit EmscriptenKeptText(std::uint32_t number) : number_(number) {}
  ~EmscriptenKeptText() override { switchboard_forget(number_); }
  EmscriptenKeptText(const EmscriptenKeptText&) = delete;
  EmscriptenKeptText& operator=(const EmscriptenKeptText&) = delete;

  std::uint32_t number() const { return number_; }
  std::string text() const override {
    char* const text = switchboard_kept_text(number_);
    std::string copy(text);
    std::free(text);
    return copy;
  }

 private:
  const std::uint32_t number_;
};

/// `front`: how many bytes are there of the front, and half as many of the back unless it is all; none if all is, and
/// is not ASCII.
class EmscriptenText final : public InboundText {
 public:
  EmscriptenText(std::string_view view, std::size_t front)
      : InboundText(view, front > 0 ? front : view.size(), front > 0 && front < view.size() ? front / 2 : view.size(),
                    front > 0) {}

  bool keepIn(std::unique_ptr<KeptText>& kept) const override {
    const auto* before = static_cast<EmscriptenKeptText*>(kept.get());
    const auto number = switchboard_keep(before != nullptr ? before->number() : 0);
    if (number == 0) return false;
    if (before == nullptr) kept = std::make_unique<EmscriptenKeptText>(number);
    return true;
  }
  bool broughtIn() const { return broughtIn_; }

 private:
  std::string_view bringIn() const override {
    broughtIn_ = true;
    return {front().data(), switchboard_bring_in()};
  }

  mutable bool broughtIn_ = false;
};

}  // namespace

EmscriptenTransport::EmscriptenTransport(EMSCRIPTEN_WEBSOCKET_T socket, TransportEvents& events)
    : socket_(socket), events_(events) {
  emscripten_websocket_set_onopen_callback(socket_, this, &EmscriptenTransport::onOpen);
  emscripten_websocket_set_onmessage_callback(socket_, this, &EmscriptenTransport::onMessage);
  emscripten_websocket_set_onclose_callback(socket_, this, &EmscriptenTransport::onClose);
}

EmscriptenTransport::~EmscriptenTransport() {
  emscripten_websocket_close(socket_, 1000, nullptr);
  emscripten_websocket_delete(socket_);
}

void EmscriptenTransport::sendText(std::string_view text) {
  const std::string terminated(text);
  emscripten_websocket_send_utf8_text(socket_, terminated.c_str());
}

void EmscriptenTransport::close(int code, std::string_view reason) {
  const std::string terminated(reason);
  emscripten_websocket_close(socket_, static_cast<unsigned short>(code),
                             terminated.empty() ? nullptr : terminated.c_str());
}

EM_BOOL EmscriptenTransport::onOpen(int /*type*/, const EmscriptenWebSocketOpenEvent* /*event*/, void* self) {
  static_cast<EmscriptenTransport*>(self)->events_.onTransportOpen();
  return EM_TRUE;
}

EM_BOOL EmscriptenTransport::onMessage(int /*type*/, const EmscriptenWebSocketMessageEvent* event, void* self) {
  auto& events = static_cast<EmscriptenTransport*>(self)->events_;
  const auto* data = reinterpret_cast<const char*>(event->data);
  if (event->isText == kBinary) {
    events.onTransportBinary({data, event->numBytes});
    return EM_FALSE;
  }
  const EmscriptenText text({data, event->numBytes}, static_cast<std::size_t>(event->isText - kNotAscii));
  events.onTransportText(text);
  return text.broughtIn() ? EM_TRUE : EM_FALSE;
}

EM_BOOL EmscriptenTransport::onClose(int /*type*/, const EmscriptenWebSocketCloseEvent* event, void* self) {
  static_cast<EmscriptenTransport*>(self)->events_.onTransportClose(event->code, event->reason);
  return EM_TRUE;
}

std::unique_ptr<Transport> EmscriptenTransportFactory::open(const std::string& url, TransportEvents& events) {
  EmscriptenWebSocketCreateAttributes attributes{url.c_str(), nullptr, EM_FALSE};
  const EMSCRIPTEN_WEBSOCKET_T socket = emscripten_websocket_new(&attributes);
  if (socket <= 0) return nullptr;
  return std::make_unique<EmscriptenTransport>(socket, events);
}

}  // namespace switchboard
