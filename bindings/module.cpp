#include <emscripten/bind.h>

#include "realtime_client.h"

/// Registers the types that the methods below take and return, in the place of Embind's own, which registers all that
/// C++ has. Weak, so that where Embind's library is linked its own one wins.
extern "C" __attribute__((constructor, weak)) void
__embind_register_native_and_builtin_types() {  // NOLINT(*-reserved-identifier)
  using namespace emscripten::internal;         // NOLINT(google-build-using-namespace)
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_integer(TypeID<std::uint32_t>::get(), "unsigned int", sizeof(std::uint32_t), 0, UINT32_MAX);
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
  _embind_register_emval(TypeID<emscripten::val>::get(), "emscripten::val");
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
