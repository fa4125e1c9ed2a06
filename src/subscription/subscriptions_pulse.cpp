#include <algorithm>
#include <string>

#include "base/text.h"
#include "protocol/beat.h"
#include "subscription/subscriptions.h"

namespace switchboard {

namespace {

const Cause kSilent{ReasonCode::PulseLost, Retry::Backoff,
                    "The database's pulse is not heard: changes may be getting lost, unless the job that raises it "
                    "has stopped."};

}  // namespace

std::size_t Subscriptions::pulseCount() const {
  return static_cast<std::size_t>(
      std::count_if(pulses_.begin(), pulses_.end(), [](const auto& pulse) { return pulse->hasChannel(); }));
}

/// Null when there is none.
Pulse* Subscriptions::pulseOf(const Multiplexer& multiplexer) const {
  const auto it = std::find_if(pulses_.begin(), pulses_.end(),
                               [&](const auto& pulse) { return &pulse->multiplexer() == &multiplexer; });
  return it == pulses_.end() ? nullptr : it->get();
}

void Subscriptions::excusePulses() {
  for (const auto& pulse : pulses_) pulse->excuse();
}

/// Each socket has a pulse of its own, also one that was opened only now.
void Subscriptions::addPulses() {
  if (!options_.pulse.enabled()) return;
  pool_.forEach([&](Multiplexer& multiplexer) {
    if (pulseOf(multiplexer) != nullptr) return;
    const std::string prefix = topicPrefix_ + "pulse" + decimal(multiplexer.connection().id().value) + "-";
    PulseDelegate& listener = *this;
    pulses_.push_back(std::make_unique<Pulse>(options_.pulse, options_.channel, prefix, context_, multiplexer,
                                              pool_.tokens(), pool_.counters(), listener));
  });
}

void Subscriptions::describe(const Multiplexer& multiplexer, ConnectionStatus& status) const {
  if (!options_.pulse.enabled()) return;
  const Pulse* pulse = pulseOf(multiplexer);
  status.pulse = pulse != nullptr ? pulse->state() : PulseState::Idle;
  if (pulse != nullptr) status.pulseDelay = pulse->delay();
}

/// A pulse is listened to from when something is live on its socket until nothing is left there.
void Subscriptions::updatePulses() {
  addPulses();
  for (const auto& pulse : pulses_) {
    const Multiplexer& multiplexer = pulse->multiplexer();
    const bool carries = std::any_of(channels_.begin(), channels_.end(),
                                     [&](const auto& item) { return &item.second->multiplexer() == &multiplexer; });
    pulse->setNeeded(pulse->hasChannel() ? carries : carriesLive(multiplexer));
    if (pulse->state() == PulseState::Silent) suspect(*pulse, true);
  }
}

/// The keys that get their changes over this socket now, each once.
Vector<KeyEntry*> Subscriptions::liveOn(const Multiplexer& multiplexer) {
  Vector<KeyEntry*> keys;
  for (const auto& [id, channel] : channels_) {
    if (&channel->multiplexer() != &multiplexer || !channel->isLive()) continue;
    for (auto* entry : dependentsOf(*channel)) {
      const bool known = std::find(keys.begin(), keys.end(), entry) != keys.end();
      if (entry->state == SubscriptionState::Live && !known) keys.push_back(entry);
    }
  }
  return keys;
}

/// While the pulse is silent, nothing vouches for what is live. `atOnce`: it has been silent for a while, so whoever
/// hears of it only now, being new, has its rows fetched at once rather than when its turn comes.
void Subscriptions::suspect(Pulse& pulse, bool atOnce) {
  for (auto* entry : liveOn(pulse.multiplexer())) {
    const auto notified = reporter_.suspect(*entry, kSilent, pulseGapStart(pulse, *entry));
    if (atOnce) pollFallback_.pollNow(notified);
  }
}

void Subscriptions::onPulseState(Pulse& pulse, PulseState /*from*/) {
  if (shutDown_) return;
  if (pulse.state() == PulseState::Silent) suspect(pulse, false);
  if (pulse.state() == PulseState::Beating || pulse.state() == PulseState::Refused) {
    readDatabaseClock();
    for (auto* entry : liveOn(pulse.multiplexer())) {
      if (entry->isSuspect()) reporter_.confirm(*entry);
    }
  }
  pool_.report(pulse.multiplexer());
  pollFallback_.update();
}

/// A silence is a gap already, but not yet of those who subscribed in it after the last plan.
void Subscriptions::onPulseSkipped(Pulse& pulse, const Cause& cause) {
  if (pulse.state() == PulseState::Silent) {
    suspect(pulse, false);
    return;
  }
  for (auto* entry : liveOn(pulse.multiplexer())) {
    if (!entry->isSuspect()) reporter_.reportGap(entry->subscribers, cause, pulseGapStart(pulse, *entry));
  }
}

bool Subscriptions::isStrayBeat(const KeyEntry& source, const Change& change) const {
  if (!options_.pulse.enabled()) return false;
  const auto& binding = source.spec.binding;
  const bool wildcard = binding.table == "*" || binding.schema == "*";
  return wildcard && isOf(change, options_.pulse.schema, options_.pulse.table);
}

}  // namespace switchboard
