#pragma once

#include <emscripten/val.h>

#include <memory>
#include <string>

#include "client.h"
#include "emscripten_platform.h"
#include "emscripten_transport.h"
#include "flush_words.h"

namespace switchboard {

/// A client and its platform, in the types that cross the boundary. The sink is called with the index in HEAPU32 of a
/// flush's first word. With unusable options there is no client: `subscribe` says why, everything else does nothing.
class RealtimeClient final : private ClientSink {
 public:
  RealtimeClient(const std::string& optionsJson, emscripten::val sink);

  /// Empty, or why not, as JSON.
  std::string subscribe(std::uint32_t id, const std::string& specJson);
  void unsubscribe(std::uint32_t id);
  void unsubscribeAll();
  void pause(std::uint32_t id);
  void resume(std::uint32_t id);
  void reconnectAll();
  void provideToken(std::uint32_t request, const std::string& token);
  void failToken(std::uint32_t request, const std::string& message);
  void signal(const std::string& evidence);
  std::string stats() const;
  void dispose();

 private:
  void onFlush(const Flush& flush) override;

  emscripten::val sink_;
  EmscriptenClock clock_;
  EmscriptenTimer timer_;
  EmscriptenRandom random_;
  EmscriptenTransportFactory transports_;
  FlushWords words_;
  std::string error_;
  std::unique_ptr<Client> client_;
};

}  // namespace switchboard
