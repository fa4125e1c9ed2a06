#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "client.h"
#include "emscripten_platform.h"
#include "emscripten_transport.h"
#include "flush_words.h"

namespace switchboard {

/// What a client can be asked, in the order of `Command` in web/core/engine/wasmModule.ts.
enum class Command : std::uint32_t {
  Subscribe,       ///< number: the subscription; text: its spec. Answers nothing, or why not, as JSON
  Unsubscribe,     ///< number: the subscription
  UnsubscribeAll,  //
  Pause,           ///< number: the subscription
  Resume,          ///< number: the subscription
  ReconnectAll,    //
  ProvideToken,    ///< number: the request; text: the token
  FailToken,       ///< number: the request; text: why
  Notify,          ///< text: the lifecycle event
  Stats,           ///< answers them as JSON
  Dispose
};

/// A client and its platform, in the types that cross the boundary. The sink is called with the address of a flush's
/// first word. With unusable options there is no client: `Subscribe` says why, everything else does nothing.
class RealtimeClient final : private ClientSink {
 public:
  RealtimeClient(std::string_view optionsJson, std::uint32_t sink);

  /// Answers through `switchboard_answer`.
  void run(Command command, std::uint32_t number, std::string_view text);

 private:
  /// Empty, or why not, as JSON.
  std::string subscribe(SubscriptionId id, std::string_view specJson);
  void notify(std::string_view event);
  void onFlush(const Flush& flush) override;

  const std::uint32_t sink_;
  EmscriptenClock clock_;
  EmscriptenTimer timer_;
  EmscriptenRandom random_;
  EmscriptenTransportFactory transports_;
  FlushWords words_;
  std::string error_;
  std::unique_ptr<Client> client_;
};

}  // namespace switchboard
