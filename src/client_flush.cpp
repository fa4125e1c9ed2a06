#include <utility>

#include "client.h"

/// The end of every turn, by itself because it is compiled for speed.
namespace switchboard {

namespace {

/// Callbacks that enter the client again get their say within the turn, but not for ever.
constexpr int kMaxRounds = 100;

}  // namespace

bool Client::hasNews() const {
  return !deliveries_.empty() || tracker_.changed() || subscriptions_->hasNews() || tokenRequest_ || !logs_.empty();
}

void Client::collect() {
  deliveries_.takeInto(flush_.deliveries);
  flush_.columnLists.clear();
  if (!flush_.deliveries.empty()) flush_.columnLists = deliveries_.columnLists().takeNew();
  if (tracker_.changed()) {
    flush_.status = tracker_.take();
  } else {
    flush_.status.reset();
  }
  if (flush_.status) flush_.counters = subscriptions_->counters();
  flush_.notices = subscriptions_->reporter().takeNotices();
  flush_.gaps = subscriptions_->reporter().takeGaps();
  flush_.polls = subscriptions_->takePolls();
  flush_.tokenRequest = std::exchange(tokenRequest_, std::nullopt);
  flush_.logs = std::exchange(logs_, {});
}

void Client::onTurnEnd() {
  for (int round = 0; round < kMaxRounds && !disposed_; ++round) {
    subscriptions_->settle();
    if (!hasNews()) return;
    collect();
    if (flush_.empty()) return;
    sink_.onFlush(flush_);
    for (auto& delivery : flush_.deliveries) delivery.owned = {};
  }
}

}  // namespace switchboard
