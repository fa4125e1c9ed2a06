#include <emscripten/em_macros.h>

#include "realtime_client.h"

// What JavaScript calls of a client; see client_library.js. The platform's exports are beside what they call.
extern "C" {

using switchboard::RealtimeClient;

/// To be given to switchboard_delete. `sink`: what `switchboard_batch` gets.
EMSCRIPTEN_KEEPALIVE RealtimeClient* switchboard_open(std::uint32_t sink, const char* options, std::size_t bytes) {
  return new RealtimeClient({options, bytes}, sink);
}

EMSCRIPTEN_KEEPALIVE void switchboard_run(RealtimeClient* client, const char* command, std::size_t bytes,
                                          const char* payload, std::size_t payloadBytes) {
  client->run({command, bytes}, {payload, payloadBytes});
}

EMSCRIPTEN_KEEPALIVE void switchboard_delete(RealtimeClient* client) {
  delete client;
}
}
