#pragma once

#include <cstdint>
#include <string>

#include "pool/connection_pool.h"
#include "subscription/channels/channel_table.h"
#include "subscription/channels/handover.h"
#include "subscription/continuity/gap_evidence.h"
#include "subscription/planning/planner.h"

namespace switchboard {

/// Opens channels on the pool's sockets, each with a topic of its own, and ends them.
class ChannelOpener {
 public:
  /// `topicPrefix`: of the channels' topics; nobody else uses it. All arguments outlive this.
  ChannelOpener(const ChangesChannelOptions& options, const std::string& topicPrefix, Context& context,
                ConnectionPool& pool, Registry& registry, ChannelTable& channels, Handovers& handovers,
                GapEvidence& evidence, const ChangesChannelListeners& listeners)
      : options_(options),
        topicPrefix_(topicPrefix),
        context_(context),
        pool_(pool),
        registry_(registry),
        channels_(channels),
        handovers_(handovers),
        evidence_(evidence),
        listeners_(listeners) {}

  /// False when it has to wait for a socket.
  bool open(const NewChannel& wanted);
  /// Nothing when there is none.
  void end(ChannelId id);

 private:
  Multiplexer* placeFor(const NewChannel& wanted);

  const ChangesChannelOptions& options_;
  const std::string& topicPrefix_;
  Context& context_;
  ConnectionPool& pool_;
  Registry& registry_;
  ChannelTable& channels_;
  Handovers& handovers_;
  GapEvidence& evidence_;
  const ChangesChannelListeners listeners_;
  std::uint32_t lastId_ = 0;
};

}  // namespace switchboard
