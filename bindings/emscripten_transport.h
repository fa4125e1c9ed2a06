#pragma once

#include <emscripten/websocket.h>

#include <memory>
#include <string>

#include "platform/transport.h"

namespace switchboard {

/// A WebSocket through Emscripten's WebSocket API.
class EmscriptenTransport final : public Transport {
 public:
  EmscriptenTransport(EMSCRIPTEN_WEBSOCKET_T socket, TransportEvents& events);
  ~EmscriptenTransport() override;
  EmscriptenTransport(const EmscriptenTransport&) = delete;
  EmscriptenTransport& operator=(const EmscriptenTransport&) = delete;

  void sendText(std::string_view text) override;
  void close(int code, std::string_view reason) override;

 private:
  static EM_BOOL onOpen(int type, const EmscriptenWebSocketOpenEvent* event, void* self);
  static EM_BOOL onMessage(int type, const EmscriptenWebSocketMessageEvent* event, void* self);
  static EM_BOOL onClose(int type, const EmscriptenWebSocketCloseEvent* event, void* self);

  const EMSCRIPTEN_WEBSOCKET_T socket_;
  TransportEvents& events_;
};

class EmscriptenTransportFactory final : public TransportFactory {
 public:
  std::unique_ptr<Transport> open(const std::string& url, TransportEvents& events) override;
};

}  // namespace switchboard
