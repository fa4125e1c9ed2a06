#include "subscription/pulse/pulse_watch.h"

#include <algorithm>
#include <memory>

#include "base/text.h"

namespace switchboard {

namespace {

const Cause kSilent{ReasonCode::PulseLost, Retry::Backoff,
                    "The database's pulse is not heard: changes may be getting "
                    "lost, unless the job that raises it "
                    "has stopped."};

}  // namespace

PulseWatch::PulseWatch(const PulseOptions& options, const ChangesChannelOptions& channelOptions,
                       const std::string& topicPrefix, Context& context, ConnectionPool& pool,
                       const ChannelTable& channels, PulseSet& pulses, GapEvidence& evidence, GapReporter& gaps,
                       StateReporter& states, PollFallback& pollFallback)
    : options_(options),
      channelOptions_(channelOptions),
      topicPrefix_(topicPrefix),
      context_(context),
      pool_(pool),
      channels_(channels),
      pulses_(pulses),
      evidence_(evidence),
      gaps_(gaps),
      states_(states),
      pollFallback_(pollFallback) {
  pool_.setObserver(*this);
}

/// Each socket has a pulse of its own, also one that was opened only now.
void PulseWatch::addMissing() {
  if (!options_.enabled()) return;
  pool_.forEach([&](Multiplexer& socket) {
    if (pulses_.find(socket) != nullptr) return;
    PulseDelegate& delegate = *this;
    pulses_.add(std::make_unique<Pulse>(options_, channelOptions_,
                                        concat({topicPrefix_, "pulse", decimal(socket.connection().id().value), "-"}),
                                        context_, socket, pool_.tokens(), pool_.counters(), delegate));
  });
}

/// A pulse is listened to from when something is live on its socket until nothing is left there.
void PulseWatch::update() {
  addMissing();
  for (const auto& pulse : pulses_) {
    const Multiplexer& socket = pulse->multiplexer();
    pulse->setNeeded(pulse->hasChannel() ? channels_.carriesAny(socket) : channels_.carriesLive(socket));
    if (pulse->state() == PulseState::Silent) suspect(*pulse, true);
  }
}

void PulseWatch::wake() {
  for (const auto& pulse : pulses_) pulse->wake();
}

void PulseWatch::excuse() {
  for (const auto& pulse : pulses_) pulse->excuse();
}

void PulseWatch::stop() {
  stopped_ = true;
  for (const auto& pulse : pulses_) pulse->setNeeded(false);
}

std::size_t PulseWatch::channelCount() const {
  return static_cast<std::size_t>(
      std::count_if(pulses_.begin(), pulses_.end(), [](const auto& pulse) { return pulse->hasChannel(); }));
}

/// While the pulse is silent, nothing confirms what is live. `atOnce`: it has been silent for a while, so new
/// subscribers are polled immediately.
void PulseWatch::suspect(Pulse& pulse, bool atOnce) {
  for (auto* entry : channels_.liveOn(pulse.multiplexer())) {
    const auto notified = states_.suspect(*entry, kSilent, evidence_.afterLastBeat(pulse, *entry));
    if (atOnce) pollFallback_.pollNow(notified);
  }
}

void PulseWatch::onPulseState(Pulse& pulse) {
  if (stopped_) return;
  if (pulse.state() == PulseState::Silent) suspect(pulse, false);
  if (pulse.state() == PulseState::Beating || pulse.state() == PulseState::Refused) {
    evidence_.readClock();
    for (auto* entry : channels_.liveOn(pulse.multiplexer())) {
      if (entry->isSuspect()) states_.confirm(*entry);
    }
  }
  pool_.report(pulse.multiplexer());
  pollFallback_.update();
}

/// A silence is a gap already, but not yet of those who subscribed in it after the last plan.
void PulseWatch::onPulseSkipped(Pulse& pulse, const Cause& cause) {
  if (pulse.state() == PulseState::Silent) {
    suspect(pulse, false);
    return;
  }
  for (auto* entry : channels_.liveOn(pulse.multiplexer())) {
    if (!entry->isSuspect()) gaps_.report(entry->id, entry->subscribers, cause, evidence_.afterLastBeat(pulse, *entry));
  }
}

/// What the heartbeat has confirmed since the last one is read before it is overwritten.
void PulseWatch::onRoundTrip(Multiplexer& /*socket*/) {
  evidence_.readClock();
}

void PulseWatch::describe(const Multiplexer& socket, ConnectionStatus& status) const {
  if (!options_.enabled()) return;
  const Pulse* pulse = pulses_.find(socket);
  status.pulse = pulse != nullptr ? pulse->state() : PulseState::Idle;
  if (pulse != nullptr) status.pulseDelay = pulse->delay();
}

bool PulseWatch::isStrayBeat(const KeyEntry& source, const Change& change) const {
  return options_.enabled() && source.spec.binding.isWildcard() && isOf(change, options_.schema, options_.table);
}

}  // namespace switchboard
