#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/containers/vector.h"
#include "base/error.h"
#include "protocol/frames/frame.h"

namespace switchboard {

/// The address to connect to, as given by the application.
struct Endpoint {
  std::string url;     ///< ws:// or wss://, without `/websocket`, as in "wss://ref.supabase.co/realtime/v1"
  std::string apikey;  ///< sent as a parameter; never logged
  Vector<std::pair<std::string, std::string>> params;  ///< further parameters, in this order
  Version version = Version::V2;
};

/// The socket's url: `{url}/websocket?apikey=…&{params}&vsn=…`, each key and value percent-encoded, `vsn` last
/// (protocol.md §1.1).
Result<std::string> socketUrl(const Endpoint& endpoint);

}  // namespace switchboard
