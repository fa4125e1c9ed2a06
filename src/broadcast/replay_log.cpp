#include "broadcast/replay_log.h"

#include <algorithm>
#include <cstring>

namespace switchboard {

namespace {

/// The end of an id: ids of one time begin alike.
std::uint64_t markOf(std::string_view id) {
  std::uint64_t mark = 0;
  const std::size_t size = std::min(id.size(), sizeof mark);
  std::memcpy(&mark, id.data() + id.size() - size, size);
  return mark;
}

}  // namespace

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
  const std::uint64_t mark = markOf(meta.id);
  if (remembers(meta.id, mark)) {
    overlapped_ = overlapped_ || meta.replayed;
    return false;
  }
  if (ids_.size() < kRemembered) {
    ids_.push_back(meta.id);
    marks_.push_back(mark);
  } else {
    ids_[oldest_] = meta.id;
    marks_[oldest_] = mark;
    oldest_ = (oldest_ + 1) % kRemembered;
  }
  return true;
}

bool ReplayLog::remembers(std::string_view id, std::uint64_t mark) const {
  const std::uint64_t* const marks = marks_.data();
  for (std::size_t i = 0, count = marks_.size(); i < count; ++i) {
    if (marks[i] == mark && ids_[i] == id) return true;
  }
  return false;
}

}  // namespace switchboard
