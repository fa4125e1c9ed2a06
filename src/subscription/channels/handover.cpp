#include "subscription/channels/handover.h"

#include <algorithm>
#include <utility>

namespace switchboard {

void Handovers::start(ChannelId oldChannel, ChannelId newChannel) {
  auto handover = std::make_unique<Handover>();
  handover->oldChannel = oldChannel;
  handover->newChannel = newChannel;
  handover->end = std::make_unique<Deadline>(context_.deadlines, DeadlineKind::Overlap,
                                             [this, &handover = *handover] { onEnd(handover); });
  handovers_.push_back(std::move(handover));
}

bool Handovers::busy(ChannelId channel) const {
  const TimePoint* pausedUntil = pausedUntil_.find(channel);
  if (pausedUntil != nullptr && *pausedUntil > context_.now()) return true;
  return std::any_of(handovers_.begin(), handovers_.end(), [channel](const auto& handover) {
    return handover->oldChannel == channel || handover->newChannel == channel;
  });
}

bool Handovers::admit(ChannelId channel, KeyId key, const Change& change) {
  for (const auto& handover : handovers_) {
    if (handover->oldChannel == channel) {
      return !handover->joining || handover->filter.admit(DuplicateFilter::Side::Old, key, change.data.read());
    }
    if (handover->newChannel == channel)
      return handover->filter.admit(DuplicateFilter::Side::New, key, change.data.read());
  }
  return true;
}

void Handovers::onJoining(ChannelId channel) {
  for (const auto& handover : handovers_) {
    if (handover->newChannel == channel) handover->joining = true;
  }
}

void Handovers::onLive(ChannelId channel) {
  for (const auto& handover : handovers_) {
    if (handover->newChannel == channel) handover->end->setWithin(overlap_);  // it may be announced again
  }
}

void Handovers::onEnd(Handover& handover) {
  if (handover.halved) {
    erase(handover);
  } else {
    onDone_(handover.oldChannel, handover.newChannel);
  }
}

void Handovers::onGone(ChannelId channel) {
  pausedUntil_.erase(channel);
  const auto it = std::find_if(handovers_.begin(), handovers_.end(), [channel](const auto& handover) {
    return handover->oldChannel == channel || handover->newChannel == channel;
  });
  if (it == handovers_.end()) return;
  Handover& handover = **it;
  if (handover.halved) {
    erase(handover);
    return;
  }
  if (handover.newChannel == channel) pausedUntil_[handover.oldChannel] = context_.now() + pause_;
  handover.halved = true;
  handover.end->setAfter(overlap_);
}

void Handovers::erase(const Handover& handover) {
  const auto it = std::find_if(handovers_.begin(), handovers_.end(),
                               [&handover](const auto& item) { return item.get() == &handover; });
  (*it)->end->cancel();
  context_.turns.deferredDelete(std::move(*it));  // its deadline may be what brought us here
  handovers_.erase(it);
}

}  // namespace switchboard
