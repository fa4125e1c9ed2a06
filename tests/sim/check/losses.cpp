#include "check/losses.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// What has not come so long after it was sent will not: a dead link is found within 30 s.
constexpr Duration kLongest = 60s;

/// How long after a token was sent an announcement passes for its answer.
constexpr Duration kTokenTaken = 10s;

bool covers(const ToldGap& gap, Duration commit) {
  return gap.from <= commit && (!gap.to || commit <= *gap.to);
}

std::string textOf(const ToldGap& gap) {
  return std::to_string(gap.from.count()) + " to " + (gap.to ? std::to_string(gap.to->count()) : "now") + " ms (" +
         gap.message + ")";
}

}  // namespace

void Losses::onNewClient() {
  knowsDatabase_ = false;
  tokens_.clear();
}

void Losses::onSent(Link& link, const Json& frame) {
  if (frame[3] == "access_token") tokens_[{link.id(), frame[2].get<std::string>()}] = machine_.now();
}

void Losses::onReceived(Link& link, const DownFrame& frame) {
  const WireView::Place place{link.id(), frame.topic};
  if (frame.mark == Mark::Subscribed) onAnnouncement(place, frame.endsLoss);
  if (frame.mark == Mark::Change && frame.afterLoss) onUnannounced(place);
}

/// A channel that ends between the first change after a loss and its announcement has never spoken of the loss.
void Losses::onUnannounced(const WireView::Place& place) {
  const WireChannel* channel = wire_.find(place);
  const bool isPulse = channel != nullptr && channel->bindings.front().table == kPulseTable;
  for (auto& [id, watched] : watched_) {
    const auto carriers = wire_.carriers(watched);
    const bool concerns = std::any_of(carriers.begin(), carriers.end(), [&](const auto& carrier) {
      return carrier == place || (isPulse && carrier.first == place.first);
    });
    if (!concerns) continue;
    for (auto& owed : watched.owed) owed.unannounced = place;
  }
}

/// The server announces changes again after a loss and after a token, in the same words. Where both meet, nobody can
/// tell.
void Losses::onAnnouncement(const WireView::Place& place, bool endsLoss) {
  for (auto& [id, watched] : watched_) {
    for (auto& owed : watched.owed) {
      if (owed.unannounced == place) owed.unannounced.reset();
    }
  }
  const auto token = tokens_.find(place);
  if (token == tokens_.end()) return;
  const bool expected = machine_.now() - token->second <= kTokenTaken;
  tokens_.erase(token);
  if (!expected || !endsLoss) return;
  for (auto& [id, watched] : watched_) {
    const auto carriers = wire_.carriers(watched);
    if (std::find(carriers.begin(), carriers.end(), place) != carriers.end()) watched.owed.clear();
  }
}

void Losses::onDispatch(const TableChange& change) {
  for (auto& [id, watched] : watched_) {
    if (!watched.firstLive || change.at < *watched.firstLive || !change.matches(watched.interest)) continue;
    watched.owed.push_back({change.seq, change.at, machine_.awakeTime() + kLongest, {}});
  }
}

void Losses::onDelivery(Watched& watched, std::uint64_t seq) {
  const auto it = std::find_if(watched.owed.begin(), watched.owed.end(), [seq](const auto& o) { return o.seq == seq; });
  if (it != watched.owed.end()) watched.owed.erase(it);
}

void Losses::onLive(Watched& watched) const {
  if (!watched.firstLive) watched.firstLive = events_.now();
}

void Losses::onGap(Watched& watched, const Gap& gap) const {
  const auto known =
      std::find_if(watched.gaps.begin(), watched.gaps.end(), [&](const auto& g) { return g.id == gap.id; });
  const auto to = gap.to ? std::optional(*gap.to - kWallStart - std::min(Duration{0}, error())) : std::nullopt;
  if (known != watched.gaps.end()) {
    known->to = to;
  } else {
    watched.gaps.push_back({gap.id, gap.from - kWallStart - std::max(Duration{0}, error()), to, gap.message});
  }
}

void Losses::check() {
  for (auto& [id, watched] : watched_) {
    if (!watched.owed.empty() && !watched.openGap && !watched.paused) judge(id, watched);
    // What was committed before a gap's end may be sent a little later yet.
    const Duration oldest = watched.owed.empty() ? events_.now() - kLongest : watched.owed.front().commit;
    while (!watched.gaps.empty() && watched.gaps.front().to && *watched.gaps.front().to < oldest) {
      watched.gaps.pop_front();
    }
  }
}

void Losses::judge(unsigned id, Watched& watched) {
  while (!watched.owed.empty() && watched.owed.front().due <= machine_.awakeTime()) {
    const Owed owed = watched.owed.front();
    watched.owed.pop_front();
    if (owed.unannounced) continue;
    if (std::any_of(watched.gaps.begin(), watched.gaps.end(), [&](const auto& g) { return covers(g, owed.commit); })) {
      continue;
    }
    std::string detail = "subscription " + std::to_string(id) + " (" + watched.key + ") missed change " +
                         std::to_string(owed.seq) + " of " + std::to_string(owed.commit.count()) + " ms, live since " +
                         std::to_string(watched.firstLive->count()) + " ms; gaps:";
    for (const auto& gap : watched.gaps) detail += " " + textOf(gap);
    violations_.report(Invariant::LossesInGaps, events_.now(), std::move(detail));
  }
}

}  // namespace switchboard::sim
