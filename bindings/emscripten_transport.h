#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/transport.h"

namespace switchboard {

/// A WebSocket of the runtime, through platform_library.js.
class EmscriptenTransport final : public Transport {
 public:
  explicit EmscriptenTransport(TransportEvents& events) : events_(events) {}
  ~EmscriptenTransport() override;
  EmscriptenTransport(const EmscriptenTransport&) = delete;
  EmscriptenTransport& operator=(const EmscriptenTransport&) = delete;

  /// Once, before anything else. False when the runtime refuses the url.
  bool open(std::string_view url);
  void sendText(std::string_view text) override;
  void sendBinary(std::string_view bytes) override;
  void close(int code, std::string_view reason) override;

  TransportEvents& events() { return events_; }

 private:
  TransportEvents& events_;
  std::uint32_t socket_ = 0;  ///< 0: none
};

class EmscriptenTransportFactory final : public TransportFactory {
 public:
  std::unique_ptr<Transport> open(const std::string& url, TransportEvents& events) override;
};

}  // namespace switchboard
