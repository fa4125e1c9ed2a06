#include <emscripten/em_macros.h>

#include "realtime_client.h"

// What JavaScript calls of a client; see client_library.js. The platform's exports are beside what they call.
extern "C" {

using switchboard::Command;
using switchboard::RealtimeClient;

/// To be given to switchboard_delete. `sink`: what `switchboard_flush` gets.
EMSCRIPTEN_KEEPALIVE RealtimeClient* switchboard_open(std::uint32_t sink, const char* options, std::size_t bytes) {
  return new RealtimeClient({options, bytes}, sink);
}

EMSCRIPTEN_KEEPALIVE void switchboard_run(RealtimeClient* client, Command command, std::uint32_t number,
                                          const char* text, std::size_t bytes) {
  client->run(command, number, {text, bytes});
}

EMSCRIPTEN_KEEPALIVE void switchboard_delete(RealtimeClient* client) {
  delete client;
}
}
