#include "subscription/pulse/pulse.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.h"
#include "protocol/beat.h"
#include "timing/backoff.h"

namespace switchboard {

namespace {

/// A deadline this much behind its time says that this process did not run.
constexpr Duration kLate{1'000};

/// How soon to look again whether a socket that is being probed has answered.
constexpr Duration kProbeCheck{1'000};

}  // namespace

Pulse::Pulse(const PulseOptions& options, const ChangesChannelOptions& channelOptions, std::string topicPrefix,
             Context& context, Multiplexer& multiplexer, TokenRefresher& tokens, Counters& counters,
             PulseDelegate& delegate)
    : options_(options),
      channelOptions_(channelOptions),
      topicPrefix_(std::move(topicPrefix)),
      context_(context),
      multiplexer_(multiplexer),
      tokens_(tokens),
      counters_(counters),
      delegate_(delegate),
      next_(context.deadlines, DeadlineKind::Pulse, [this] { onDue(); }) {}

void Pulse::transition(PulseState to) {
  if (to == state_) return;
  assert(isLegal(state_, to) && "illegal pulse transition");
  context_.recorder.decide("pulse", toString(to), {multiplexer_.connection().id().value});
  state_ = to;
  delegate_.onPulseState(*this);
}

void Pulse::setNeeded(bool wanted) {
  needed_ = wanted;
  if (!wanted) {
    stop();
  } else if (!channel_ && !next_.isSet()) {
    start();
  }
}

void Pulse::wake() {
  notBefore_ = {};
  if (channel_) return;
  next_.cancel();
  if (needed_) start();
}

void Pulse::start() {
  if (!needed_ || !multiplexer_.connection().isOpen() || !multiplexer_.hasRoom()) return;
  if (notBefore_ > context_.now()) {
    next_.setAt(notBefore_);
    return;
  }
  channel_ = std::make_unique<ChangesChannel>(
      ChannelId{}, topicPrefix_ + decimal(++lastChannel_),
      Vector<ChannelBinding>{{KeyId{}, {"*", options_.schema, options_.table, {}, {}}}}, channelOptions_, context_,
      multiplexer_, tokens_, ChangesChannelListeners{*this, *this});
  transition(PulseState::Joining);
  if (channel_) channel_->start();
}

void Pulse::stop() {
  next_.cancel();
  endChannel();
  if (state_ != PulseState::Refused) transition(PulseState::Idle);
}

void Pulse::endChannel() {
  if (!channel_) return;
  auto channel = std::move(channel_);
  channel->end();
  context_.turns.deferredDelete(std::move(channel));
}

/// What the beats before it were is of no use any more: some may have gone unheard.
void Pulse::listen() {
  lastSeq_.reset();
  awaitBeat();
}

void Pulse::awaitBeat() {
  heardAt_ = context_.now();
  dueAt_ = heardAt_ + options_.period * 5 / 2;
  next_.setAt(dueAt_);
}

void Pulse::onLive(ChangesChannel& /*channel*/, bool again) {
  attempts_ = 0;
  announcedAt_ = context_.now();
  if (state_ == PulseState::Joining) {
    listen();
    transition(PulseState::Waiting);
  } else if (again) {
    lastSeq_.reset();  // what was lost when the server subscribed again is reported by the channels that lost it
  }
}

void Pulse::onFailed(ChangesChannel& /*channel*/, const Cause& cause, bool refused) {
  endChannel();
  next_.cancel();
  const Duration again = fullJitter(context_.random, options_.retryBase, options_.retryCap, attempts_++);
  const bool forGood = cause.retry == Retry::Parked || cause.retry == Retry::NewToken;
  if (!multiplexer_.connection().isOpen()) {
    transition(PulseState::Idle);
    return;
  }
  if (forGood) {
    notBefore_ = context_.now() + options_.refusedPause + again;
    context_.log.write(LogLevel::Warn,
                       concat({"The pulse ", options_.schema, ".", options_.table,
                               " can't be listened to, so silent losses go unnoticed: ", cause.message}));
  } else {
    notBefore_ = context_.now() + again + (refused ? options_.stalledPause : Duration{0});
  }
  next_.setAt(notBefore_);
  transition(forGood ? PulseState::Refused : PulseState::Idle);
}

/// A beat that comes before the announcement proves nothing: the server may yet subscribe again.
void Pulse::onChange(ChangesChannel& /*channel*/, const Vector<KeyId>& /*keys*/, const Change& change) {
  if (state_ == PulseState::Joining) return;
  const auto beat = readBeat(change.data.read());
  if (!beat) return;
  ++counters_.pulses;
  if (beat->committedAt) {
    delay_ = std::chrono::duration_cast<Duration>(context_.clock.wallNow() - *beat->committedAt);
  }
  const auto cause = beat->seq ? skipped(*beat->seq) : std::nullopt;
  if (cause) delegate_.onPulseSkipped(*this, *cause);
  lastSeq_ = beat->seq;
  awaitBeat();
  if (beat->committedAt) lastBeat_.note(change, heardAt_, multiplexer_.connection().confirmedAt());
  transition(PulseState::Beating);
}

std::optional<Cause> Pulse::skipped(std::uint64_t seq) {
  if (!lastSeq_ || seq == *lastSeq_ || seq == *lastSeq_ + 1) return std::nullopt;
  if (seq < *lastSeq_) {
    return Cause{ReasonCode::PulseLost, Retry::Backoff,
                 concat({"The database's pulse went back from ", decimal(*lastSeq_), " to ", decimal(seq),
                         ", as after a restore."})};
  }
  const std::uint64_t missed = seq - *lastSeq_ - 1;
  counters_.pulsesMissed += missed;
  return Cause{
      ReasonCode::PulseLost, Retry::Backoff,
      concat({decimal(missed), missed == 1 ? " beat" : " beats",
              " of the database's pulse never came; changes may be lost with ", missed == 1 ? "it." : "them."})};
}

void Pulse::excuse() {
  if (state_ != PulseState::Waiting && state_ != PulseState::Beating) return;
  dueAt_ = std::max(dueAt_, context_.now() + options_.period * 5 / 2);
  next_.setAt(dueAt_);
}

void Pulse::onDue() {
  if (channel_) {
    checkSilence();
  } else {
    start();
  }
}

void Pulse::checkSilence() {
  if (state_ != PulseState::Waiting && state_ != PulseState::Beating) return;
  const TimePoint now = context_.now();
  if (now - dueAt_ > kLate) {  // what came in meanwhile may still be waiting to be read
    dueAt_ = now + options_.period;
  } else if (multiplexer_.connection().lastInboundAt() <= heardAt_) {
    dueAt_ = now + std::min(kProbeCheck, options_.period);
    multiplexer_.connection().reconnectSoon();
  } else {
    transition(PulseState::Silent);
    return;
  }
  next_.setAt(dueAt_);
}

}  // namespace switchboard
