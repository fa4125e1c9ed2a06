#include "emscripten_transport.h"

namespace switchboard {

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
  if (event->isText) {
    events.onTransportText({data, event->numBytes - 1});  // the count includes the final NUL
  } else {
    events.onTransportBinary({data, event->numBytes});
  }
  return EM_TRUE;
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
