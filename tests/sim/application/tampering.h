#pragma once

#include <functional>

#include "client.h"

namespace switchboard::sim {

/// What is between a client and its world. Nothing, unless a test wants to see an invariant fire.
struct Tampering {
  std::function<TransportFactory&(TransportFactory&)> transports = [](TransportFactory & real) -> auto& {
    return real;
  };
  std::function<ClientSink&(ClientSink&)> sink = [](ClientSink & real) -> auto& { return real; };
  std::function<const Clock&(const Clock&)> clock = [](const Clock& real) -> auto& { return real; };
  std::function<Timer&(Timer&)> timer = [](Timer & real) -> auto& { return real; };
  std::function<Random&(Random&)> random = [](Random & real) -> auto& { return real; };
  std::function<void(Client&)> begun = [](Client&) {};
  std::function<void()> ended = [] {};  ///< the world is about to go
  std::function<void(ClientOptions&)> options = [](ClientOptions&) {};
};

}  // namespace switchboard::sim
