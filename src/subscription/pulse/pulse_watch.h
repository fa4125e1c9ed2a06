#pragma once

#include <cstddef>
#include <string>

#include "pool/connection_pool.h"
#include "subscription/channels/channel_table.h"
#include "subscription/continuity/gap_evidence.h"
#include "subscription/continuity/gap_reporter.h"
#include "subscription/continuity/poll_fallback.h"
#include "subscription/continuity/state_reporter.h"
#include "subscription/pulse/pulse_set.h"

namespace switchboard {

/// Listens to the database's pulse on each socket that carries something live, and draws the conclusions: while it is
/// silent, what is live on the socket is suspect; a beat that was skipped is a gap.
class PulseWatch final : private PulseDelegate, private SocketObserver {
 public:
  /// `topicPrefix`: of the pulses' topics. All arguments outlive this.
  PulseWatch(const PulseOptions& options, const ChangesChannelOptions& channelOptions, const std::string& topicPrefix,
             Context& context, ConnectionPool& pool, const ChannelTable& channels, PulseSet& pulses,
             GapEvidence& evidence, GapReporter& gaps, StateReporter& states, PollFallback& pollFallback);

  /// What is live where may have changed.
  void update();
  /// Waits no longer for the next try: something has changed.
  void wake();
  /// This process did not run for a while, so nothing could come in.
  void excuse();
  void stop();
  /// Channels that listen.
  std::size_t channelCount() const;
  /// Whether it is a beat that was brought by a binding to all tables.
  bool isStrayBeat(const KeyEntry& source, const Change& change) const;

 private:
  void addMissing();
  void suspect(Pulse& pulse, bool atOnce);

  void onPulseState(Pulse& pulse) override;
  void onPulseSkipped(Pulse& pulse, const Cause& cause) override;
  void onRoundTrip(Multiplexer& socket) override;
  void describe(const Multiplexer& socket, ConnectionStatus& status) const override;

  const PulseOptions& options_;
  const ChangesChannelOptions& channelOptions_;
  const std::string& topicPrefix_;
  Context& context_;
  ConnectionPool& pool_;
  const ChannelTable& channels_;
  PulseSet& pulses_;
  GapEvidence& evidence_;
  GapReporter& gaps_;
  StateReporter& states_;
  PollFallback& pollFallback_;
  bool stopped_ = false;
};

}  // namespace switchboard
