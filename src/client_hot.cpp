#include <utility>

#include "client.h"

/// The end of every turn, by itself because it is compiled for speed.
namespace switchboard {

namespace {

/// Callbacks that enter the client again get their say within the turn, but not for ever.
constexpr int kMaxRounds = 100;
/// Memory of a delivery that is used again.
constexpr std::size_t kMostKeptBytes = 1'000;

}  // namespace

bool Client::hasNews() const {
  return !deliveries_.empty() || tracker_.changed() || subscriptions_->hasNews() || channels_->hasNews() ||
         numbered_->hasNews() || !flushed_.empty() || tokenRequest_ || !logs_.empty();
}

void Client::collect() {
  deliveries_.takeInto(batch_.deliveries);
  batch_.columnLists.clear();
  if (!batch_.deliveries.empty()) batch_.columnLists = deliveries_.columnLists().takeNew();
  if (tracker_.changed()) {
    batch_.status = tracker_.take();
  } else {
    batch_.status.reset();
  }
  if (batch_.status) batch_.counters = pool_->counters();
  batch_.notices = subscriptions_->takeNotices();
  batch_.gaps = subscriptions_->takeGaps();
  batch_.polls = subscriptions_->takePolls();
  batch_.flushed = std::exchange(flushed_, {});
  batch_.pushes = channels_->takeResults();
  batch_.channelGaps = channels_->takeGaps();
  batch_.tokenRequest = std::exchange(tokenRequest_, std::nullopt);
  batch_.rpcWanted = numbered_->takeWanted();
  batch_.rpcUnwanted = numbered_->takeUnwanted();
  batch_.logs = std::exchange(logs_, {});
}

void Client::onTurnEnd() {
  for (int round = 0; round < kMaxRounds && !disposed_; ++round) {
    subscriptions_->settle();
    channels_->settle();
    if (!hasNews()) return;
    collect();
    if (batch_.empty()) return;
    if (recorder_.isOn() && (recorder_.hasFrames() || batch_.hasControl())) recordNews();
    sink_.onBatch(batch_);
    for (auto& delivery : batch_.deliveries) {
      if (delivery.owned.capacity() > kMostKeptBytes) delivery.owned = {};
    }
  }
}

}  // namespace switchboard
