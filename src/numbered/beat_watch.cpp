#include "numbered/beat_watch.h"

#include <algorithm>

#include "numbered/message_reader.h"
#include "timing/backoff.h"

namespace switchboard {

namespace {

/// A deadline this much behind its time says that this process did not run.
constexpr Duration kLateBeat{1'000};

/// The longest time between two reports that beats are overdue.
constexpr Duration kLongestPause{60'000};

}  // namespace

BeatWatch::BeatWatch(Context& context, BeatWatchDelegate& delegate)
    : context_(context), delegate_(delegate), next_(context.deadlines, DeadlineKind::Beat, [this] { onDue(); }) {}

void BeatWatch::onJoined() {
  onInterrupted();
  isJoined_ = true;
}

void BeatWatch::onInterrupted() {
  next_.cancel();
  seq_.reset();
  silences_ = 0;
  isJoined_ = isBeating_ = false;
}

void BeatWatch::onBeat(std::string_view text) {
  const auto beat = readNumberedBeat(text);
  if (!isJoined_ || !beat) return;
  const auto seq = beat.value().seq;
  const bool isNext = !seq_ || seq == *seq_ || seq == *seq_ + 1;
  const bool isDoubtful = silences_ > 0 || !isNext;
  seq_ = seq;
  every_ = beat.value().every;
  silences_ = 0;
  isBeating_ = true;
  expect(every_ * 5 / 2);
  if (isDoubtful) delegate_.onBroadcastsDoubted();
}

void BeatWatch::expect(Duration within) {
  dueAt_ = context_.now() + within;
  next_.setAt(dueAt_);
}

void BeatWatch::onDue() {
  if (context_.now() - dueAt_ > kLateBeat) {  // what came in meanwhile may still be waiting to be read
    expect(every_);
    return;
  }
  isBeating_ = false;
  expect(doubled(every_, std::max(every_, kLongestPause), silences_++));
  delegate_.onBroadcastsDoubted();
}

}  // namespace switchboard
