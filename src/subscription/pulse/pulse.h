#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/containers/vector.h"
#include "net/token_refresher.h"
#include "status/pulse_state.h"
#include "subscription/channels/changes_channel.h"

namespace switchboard {

struct PulseOptions {
  std::string schema = "public";
  std::string table = "switchboard_pulse";
  Duration period{0};  ///< how often the database raises the row's `seq`; 0: there is no pulse

  Duration retryBase{1'000};  ///< after its channel failed
  Duration retryCap{60'000};
  Duration refusedPause{300'000};  ///< before a table that the server refused is asked for again
  Duration stalledPause{
      60'000};  ///< least wait after a refused join, which froze the socket for 5 s (protocol.md §3.2)

  bool enabled() const { return period > Duration{0}; }
};

class Pulse;

class PulseDelegate {
 public:
  /// After each transition.
  virtual void onPulseState(Pulse& pulse) = 0;
  /// Beats between the last one and this one never came, although it was listened to all the time; changes that were
  /// committed with them may be lost as well. The state is still the one before this beat.
  virtual void onPulseSkipped(Pulse& pulse, const Cause& cause) = 0;

 protected:
  ~PulseDelegate() = default;
};

/// Listens on one socket to the row that the database raises every period. The server loses changes with no sign on the
/// wire (protocol.md §14): a beat that is missing is that sign.
///
/// It has a channel of its own: the server silences a whole channel when one table of it can't be had, and a missing
/// pulse must not cost anybody's changes. So it proves the socket, the server's replication and its event limit, which
/// are where changes are known to get lost, but not each single channel.
///
/// Silence counts only while nothing else explains it. A socket that has been as silent as the pulse is probed first:
/// if it is dead, that is notified instead. Time in which this process did not run (a frozen page, sleep) is excused.
class Pulse final : private ChangesChannelDelegate, private ChangeSink {
 public:
  Pulse(const PulseOptions& options, const ChangesChannelOptions& channelOptions, std::string topicPrefix,
        Context& context, Multiplexer& multiplexer, TokenRefresher& tokens, Counters& counters,
        PulseDelegate& delegate);
  ~Pulse() { stop(); }
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  Multiplexer& multiplexer() const { return multiplexer_; }
  PulseState state() const { return state_; }
  bool hasChannel() const { return channel_ != nullptr; }
  /// From the commit of the last beat to its arrival, as the two clocks have it; nothing before the first beat.
  std::optional<Duration> delay() const { return delay_; }
  /// What was to come over this socket and was committed before this has come, unless beats were skipped later.
  LastCommit& lastBeat() { return lastBeat_; }
  /// When the server last announced it, for whatever reason: it may have subscribed every channel again, one after the
  /// other, and says that in the same words as that it has taken a token.
  TimePoint announcedAt() const { return announcedAt_; }

  /// Whether there is anything whose changes it should vouch for.
  void setNeeded(bool wanted);
  /// Waits no longer for its next try: something has changed.
  void wake();
  /// For a while nothing could come in, because this process did not run.
  void excuse();

 private:
  void transition(PulseState to);
  void start();
  void stop();
  void endChannel();
  void listen();
  void onDue();
  void checkSilence();
  void awaitBeat();
  std::optional<Cause> skipped(std::uint64_t seq);

  void onLive(ChangesChannel& channel, bool again) override;
  void onFailed(ChangesChannel& channel, const Cause& cause, bool refused) override;
  void onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) override;

  // More members than elsewhere: half of them are what its channel, which it opens and ends by itself, is made of.
  const PulseOptions& options_;
  const ChangesChannelOptions& channelOptions_;
  const std::string topicPrefix_;
  Context& context_;
  Multiplexer& multiplexer_;
  TokenRefresher& tokens_;
  Counters& counters_;
  PulseDelegate& delegate_;
  std::unique_ptr<ChangesChannel> channel_;
  Deadline next_;  ///< the next try, or the end of patience with a silence
  TimePoint dueAt_{};
  TimePoint heardAt_{};
  TimePoint notBefore_{};
  std::optional<std::uint64_t> lastSeq_;
  std::optional<Duration> delay_;
  LastCommit lastBeat_;
  TimePoint announcedAt_{};
  std::uint32_t lastChannel_ = 0;
  unsigned attempts_ = 0;
  bool needed_ = false;
  PulseState state_ = PulseState::Idle;
};

}  // namespace switchboard
