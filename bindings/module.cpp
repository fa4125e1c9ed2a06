#include <emscripten/em_macros.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "realtime_client.h"

// What JavaScript calls of a client; see client_library.js. The platform's exports are beside what they call.
extern "C" {

// in client_library.js
/// Copies the recording.
void switchboard_recorded(const char* data, std::size_t bytes);

using switchboard::RealtimeClient;

/// To be given to switchboard_delete. `sink`: what `switchboard_batch` gets.
EMSCRIPTEN_KEEPALIVE RealtimeClient* switchboard_open(std::uint32_t sink, const char* options, std::size_t bytes) {
  return new RealtimeClient({options, bytes}, sink);
}

EMSCRIPTEN_KEEPALIVE void switchboard_run(RealtimeClient* client, const char* command, std::size_t bytes,
                                          const char* payload, std::size_t payloadBytes) {
  client->run({command, bytes}, {payload, payloadBytes});
}

/// `text`: event, metadata and payload one after the other; `bytes`: of all three. `ack` and `isJson`: 0 or 1. Times in
/// ms. Returns whether it was sent: see `Client::push`.
EMSCRIPTEN_KEEPALIVE bool switchboard_push(RealtimeClient* client, std::uint32_t id, std::uint32_t handle, bool ack,
                                           bool isJson, unsigned timeout, unsigned every, const char* text,
                                           std::size_t eventBytes, std::size_t metadataBytes, std::size_t bytes) {
  const char* const metadata = text + eventBytes;
  const char* const payload = metadata + metadataBytes;
  return client->push({{id},
                       {handle},
                       {text, eventBytes},
                       {metadata, metadataBytes},
                       {payload, bytes - eventBytes - metadataBytes},
                       isJson ? switchboard::PayloadEncoding::JsonText : switchboard::PayloadEncoding::Bytes,
                       ack,
                       switchboard::Duration{timeout},
                       switchboard::Duration{every}});
}

EMSCRIPTEN_KEEPALIVE void switchboard_record(RealtimeClient* client) {
  const std::string recording = client->record();
  switchboard_recorded(recording.data(), recording.size());
}

EMSCRIPTEN_KEEPALIVE void switchboard_delete(RealtimeClient* client) {
  delete client;
}
}
