#include "broadcast/replay_log.h"

#include <algorithm>

namespace switchboard {

void ReplayLog::want(const ReplayRequest& request) {
  if (!first_ || request.since < first_->since) first_ = request;
}

std::optional<ReplayRequest> ReplayLog::request() {
  replayed_ = 0;
  overlapped_ = false;
  if (!aliveAt_) return first_;
  return ReplayRequest{*aliveAt_ - kMargin, kMostReplayed};
}

void ReplayLog::onJoined(WallTime now) {
  if (!aliveAt_) aliveAt_ = now;
}

void ReplayLog::onAlive(WallTime now) {
  if (aliveAt_) aliveAt_ = now;
}

bool ReplayLog::admit(const BroadcastMeta& meta) {
  if (meta.replayed) ++replayed_;
  if (meta.id.empty()) return true;
  if (remembers(meta.id)) {
    overlapped_ = overlapped_ || meta.replayed;
    return false;
  }
  if (ids_.size() < kRemembered) {
    ids_.push_back(meta.id);
  } else {
    ids_[oldest_] = meta.id;
    oldest_ = (oldest_ + 1) % kRemembered;
  }
  return true;
}

bool ReplayLog::remembers(std::string_view id) const {
  return std::find(ids_.begin(), ids_.end(), id) != ids_.end();
}

}  // namespace switchboard
