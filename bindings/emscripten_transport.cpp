#include "emscripten_transport.h"

#include <emscripten/em_macros.h>

#include <cstddef>

extern "C" {
// in platform_library.js
/// Opens a socket. Its events call the exports at the end of this file. 0: the runtime refuses the url.
std::uint32_t switchboard_socket_open(switchboard::EmscriptenTransport* transport, const char* url, std::size_t bytes);
void switchboard_socket_send(std::uint32_t socket, const char* text, std::size_t bytes);
void switchboard_socket_send_bytes(std::uint32_t socket, const char* data, std::size_t bytes);
void switchboard_socket_close(std::uint32_t socket, int code, const char* reason, std::size_t bytes);
/// Closes it with 1000 if it is open. No event follows.
void switchboard_socket_delete(std::uint32_t socket);

// in platform_library.js, for the frame that is being handled
/// Loads the whole text, if it is not loaded yet. Returns its size in bytes.
std::size_t switchboard_load();
/// Retains its text in place of the text with the number `kept`, or under a new number if `kept` is 0. Returns the
/// number; 0: the retained texts are too large already.
std::uint32_t switchboard_retain(std::uint32_t kept);
/// Upper bound of the text's size in bytes.
std::size_t switchboard_retained_limit(std::uint32_t kept);
/// Copies the text and returns its size in bytes.
std::size_t switchboard_retained_copy(std::uint32_t kept, char* to, std::size_t room);
void switchboard_release(std::uint32_t kept);
}

namespace switchboard {

namespace {

class EmscriptenRetainedText final : public RetainedText {
 public:
  explicit EmscriptenRetainedText(std::uint32_t number) : number_(number) {}
  ~EmscriptenRetainedText() override { switchboard_release(number_); }
  EmscriptenRetainedText(const EmscriptenRetainedText&) = delete;
  EmscriptenRetainedText& operator=(const EmscriptenRetainedText&) = delete;

  std::uint32_t number() const { return number_; }
  std::string text() const override {
    std::string copy(switchboard_retained_limit(number_), '\0');
    copy.resize(switchboard_retained_copy(number_, copy.data(), copy.size()));
    return copy;
  }

 private:
  const std::uint32_t number_;
};

/// `front`: how many bytes of the front are loaded; of the back half as many, unless the whole text is loaded. `ascii`:
/// whether what is loaded is ASCII. A text that is not is loaded as a whole.
class EmscriptenText final : public InboundText {
 public:
  EmscriptenText(std::string_view view, std::size_t front, bool ascii)
      : InboundText(view, ascii ? front : view.size(), ascii && front < view.size() ? front / 2 : view.size(), ascii) {}

  bool retain(std::unique_ptr<RetainedText>& kept) const override {
    const auto* before = static_cast<EmscriptenRetainedText*>(kept.get());
    const auto number = switchboard_retain(before != nullptr ? before->number() : 0);
    if (number == 0) return false;
    if (before == nullptr) kept = std::make_unique<EmscriptenRetainedText>(number);
    return true;
  }
  bool loaded() const { return loaded_; }

 private:
  std::string_view load() const override {
    loaded_ = true;
    return {front().data(), switchboard_load()};
  }

  mutable bool loaded_ = false;
};

}  // namespace

EmscriptenTransport::~EmscriptenTransport() {
  if (socket_ != 0) switchboard_socket_delete(socket_);
}

bool EmscriptenTransport::open(std::string_view url) {
  socket_ = switchboard_socket_open(this, url.data(), url.size());
  return socket_ != 0;
}

void EmscriptenTransport::sendText(std::string_view text) {
  switchboard_socket_send(socket_, text.data(), text.size());
}

void EmscriptenTransport::sendBinary(std::string_view bytes) {
  switchboard_socket_send_bytes(socket_, bytes.data(), bytes.size());
}

void EmscriptenTransport::close(int code, std::string_view reason) {
  switchboard_socket_close(socket_, code, reason.data(), reason.size());
}

std::unique_ptr<Transport> EmscriptenTransportFactory::open(const std::string& url, TransportEvents& events) {
  auto transport = std::make_unique<EmscriptenTransport>(events);
  if (!transport->open(url)) return nullptr;
  return transport;
}

}  // namespace switchboard

// Called by a socket's events. They may destroy the transport.
extern "C" {

using switchboard::EmscriptenTransport;

EMSCRIPTEN_KEEPALIVE void switchboard_socket_opened(EmscriptenTransport* transport) {
  transport->events().onTransportOpen();
}

/// `front` and `ascii`: see EmscriptenText. Returns whether the core loaded the rest.
EMSCRIPTEN_KEEPALIVE bool switchboard_socket_text(EmscriptenTransport* transport, const char* data, std::size_t bytes,
                                                  std::size_t front, bool ascii) {
  const switchboard::EmscriptenText text({data, bytes}, front, ascii);
  transport->events().onTransportText(text);
  return text.loaded();
}

EMSCRIPTEN_KEEPALIVE void switchboard_socket_binary(EmscriptenTransport* transport, const char* data,
                                                    std::size_t bytes) {
  transport->events().onTransportBinary({data, bytes});
}

EMSCRIPTEN_KEEPALIVE void switchboard_socket_closed(EmscriptenTransport* transport, int code, const char* reason,
                                                    std::size_t bytes) {
  transport->events().onTransportClose(code, {reason, bytes});
}
}
