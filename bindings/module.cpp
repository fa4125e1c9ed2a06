#include <emscripten/bind.h>

#include "realtime_client.h"

/// Embind prints the address of a type that was never registered, for its error message, and nothing else prints. This
/// stands in the place of the C library's, so that printf stays out of the module.
extern "C" int siprintf(char* text, const char* /*format*/, ...) {  // NOLINT(cert-dcl50-cpp)
  *text = '\0';
  return 0;
}

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
