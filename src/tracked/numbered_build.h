#pragma once

#include "tracked/tracked_tables.h"

/// Numbered changes, or what stands in for them in a build without: they are 18 kB of brotli.
#ifndef SWITCHBOARD_WITHOUT_NUMBERED
#include "tracked/numbered_topics.h"
#else
#include "pool/connection_pool.h"
#include "subscription/subscriptions.h"
#include "tracked/rpc_request.h"
#include "user_channel/user_channels.h"

namespace switchboard {

class NumberedTopics {
 public:
  NumberedTopics(const NumberedTopicsOptions& /*options*/, Context& /*context*/, ConnectionPool& /*pool*/,
                 UserChannels& /*channels*/, Subscriptions& /*subscriptions*/) {}
  void retryNow() {}
  void onRpcAnswer(std::uint32_t /*request*/, std::string_view /*text*/) {}
  void onRpcFailed(std::uint32_t /*request*/) {}
  void shutDown() {}
  bool hasNews() const { return false; }
  Vector<RpcRequest> takeWanted() { return {}; }
  Vector<std::uint32_t> takeUnwanted() { return {}; }
};

}  // namespace switchboard
#endif
