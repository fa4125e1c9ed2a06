#include <emscripten/bind.h>

#include "realtime_client.h"

EMSCRIPTEN_BINDINGS(switchboard) {
  using switchboard::RealtimeClient;
  emscripten::class_<RealtimeClient>("RealtimeClient")
      .constructor<const std::string&, emscripten::val>()
      .function("subscribe", &RealtimeClient::subscribe)
      .function("unsubscribe", &RealtimeClient::unsubscribe)
      .function("unsubscribeAll", &RealtimeClient::unsubscribeAll)
      .function("pause", &RealtimeClient::pause)
      .function("resume", &RealtimeClient::resume)
      .function("reconnectAll", &RealtimeClient::reconnectAll)
      .function("provideToken", &RealtimeClient::provideToken)
      .function("failToken", &RealtimeClient::failToken)
      .function("signal", &RealtimeClient::signal)
      .function("stats", &RealtimeClient::stats)
      .function("dispose", &RealtimeClient::dispose);
}
