#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/inbound_text.h"

namespace switchboard {

/// The events of a socket. The bytes of a message are valid until the call returns.
class TransportEvents {
 public:
  virtual void onTransportOpen() = 0;
  virtual void onTransportText(const InboundText& text) = 0;
  /// What comes after the fields of a user broadcast need not be loaded: only where it is counts, for the batch.
  virtual void onTransportBinary(std::string_view bytes) = 0;
  /// Last event, at most once. `code` as in RFC 6455 §7.4; 1006 when there was no close frame.
  virtual void onTransportClose(int code, std::string_view reason) = 0;

 protected:
  ~TransportEvents() = default;
};

/// One WebSocket. Opens on its own. Destroying it closes the socket with 1000 if it is open, and no event follows.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Only between `onTransportOpen` and `onTransportClose`; otherwise dropped.
  virtual void sendText(std::string_view text) = 0;
  virtual void sendBinary(std::string_view bytes) = 0;
  /// Starts the closing handshake. `onTransportClose` follows when the peer answers, on a dead link perhaps never.
  virtual void close(int code, std::string_view reason) = 0;
};

class TransportFactory {
 public:
  virtual ~TransportFactory() = default;
  /// Never calls `events` before it returns. Null when the runtime refuses the url.
  virtual std::unique_ptr<Transport> open(const std::string& url, TransportEvents& events) = 0;
};

}  // namespace switchboard
