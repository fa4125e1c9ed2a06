#include "presence/own_presence.h"

#include <algorithm>
#include <utility>

namespace switchboard {

OwnPresence::OwnPresence(const OwnPresenceOptions& options, Context& context, OwnPresenceDelegate& delegate)
    : options_(options),
      context_(context),
      delegate_(delegate),
      due_(context.deadlines, DeadlineKind::Track, [this] { send(); }),
      linger_(context.deadlines, DeadlineKind::Linger, [this] {
        forget(*lingering_);
        schedule();
      }) {}

void OwnPresence::track(HandleId handle, std::string payload) {
  forget(handle);
  if (lingering_) forget(*lingering_);
  entries_.emplace_back(Entry{handle, std::move(payload)});
  schedule();
}

void OwnPresence::untrack(HandleId handle) {
  forget(handle);
  schedule();
}

void OwnPresence::onHandleClosed(HandleId handle) {
  if (entries_.empty() || entries_.back().handle != handle) {
    forget(handle);
    return;
  }
  lingering_ = handle;
  linger_.setAfter(options_.linger);
}

void OwnPresence::onJoined() {
  joined_ = true;
  sent_.reset();
  calls_.clear();
  schedule();
}

void OwnPresence::onLost() {
  joined_ = false;
  due_.cancel();
}

void OwnPresence::forget(HandleId handle) {
  if (lingering_ == handle) {
    lingering_.reset();
    linger_.cancel();
  }
  entries_.removeIf([&](const Entry& entry) { return entry.handle == handle; });
}

bool OwnPresence::isUpToDate() const {
  const std::string* payload = desired();
  return payload == nullptr ? !sent_ : sent_ == *payload;
}

/// Never sends from here: the same entry into the core may bring another payload.
void OwnPresence::schedule() {
  if (!joined_ || isUpToDate()) {
    due_.cancel();
  } else if (!due_.isSet()) {
    due_.setAt(std::max(context_.now(), nextCall()));
  }
}

TimePoint OwnPresence::nextCall() const {
  if (calls_.size() < options_.burst) return TimePoint::min();
  // The burst is used up for as long as its calls are within the window.
  const TimePoint burstOver = calls_[calls_.size() - options_.burst] + options_.window;
  const TimePoint spaced = std::min(burstOver, calls_.back() + options_.spacing);
  if (calls_.size() < options_.maxCalls) return spaced;
  return std::max(spaced, calls_[calls_.size() - options_.maxCalls] + options_.window);
}

void OwnPresence::send() {
  const std::string* payload = desired();
  if (calls_.size() == options_.maxCalls) calls_.erase(calls_.begin());
  calls_.push_back(context_.now());
  if (payload == nullptr) {
    sent_.reset();
    delegate_.sendUntrack();
  } else {
    sent_ = *payload;
    delegate_.sendTrack(*sent_);
  }
}

}  // namespace switchboard
