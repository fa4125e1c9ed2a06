#include "check/losses.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// What has not come so long after it was sent will not: a dead link is found within 30 s.
constexpr Duration kLongest = 60s;

/// When, after a token was sent, an announcement passes for its answer. The server waits for 1 to 3 s, and a refused
/// join may hold its socket up for 5 s (protocol.md §7, §3.2).
constexpr Duration kTokenSoonest = 1s;
constexpr Duration kTokenLatest = 10s;

bool covers(const ToldGap& gap, Duration commit) {
  return gap.from <= commit && (!gap.to || commit <= *gap.to);
}

bool isWithin(const LossSpan& span, const Owed& owed) {
  return span.from <= owed.sent && owed.sent <= span.to;
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
  if (frame[3] == "access_token") tokens_[{link.id(), frame[2].get<std::string>()}].push_back(machine_.now());
}

void Losses::onReceived(Link& link, const DownFrame& frame) {
  const WireView::Place place{link.id(), frame.topic};
  if (frame.mark == Mark::Subscribed) onAnnouncement(place, frame.loss);
  if (frame.mark == Mark::Change && frame.loss) onUnannounced(place, *frame.loss);
}

/// A channel that ends between the first change after a loss and its announcement has never spoken of the loss. A beat
/// stands for all channels of its socket.
void Losses::onUnannounced(const WireView::Place& place, const LossSpan& span) {
  const WireChannel* channel = wire_.find(place);
  const bool isPulse = channel != nullptr && channel->bindings.front().table == kPulseTable;
  for (auto& [id, watched] : watched_) {
    const auto carriers = wire_.carriers(watched);
    const bool concerns = std::any_of(carriers.begin(), carriers.end(), [&](const auto& carrier) {
      return carrier == place || (isPulse && carrier.first == place.first);
    });
    if (!concerns) continue;
    for (auto& owed : watched.owed) {
      if (isWithin(span, owed)) owed.unannounced = place;
    }
  }
}

/// Whether an announcement that comes now may be what the server owes for a token. One is for all tokens that it may be
/// for.
bool Losses::takeAnswered(const WireView::Place& place) {
  auto& sent = tokens_[place];
  const auto atLeast = [now = machine_.now()](Duration age) {
    return [now, age](TimePoint at) { return now - at >= age; };
  };
  std::erase_if(sent, atLeast(kTokenLatest));
  return std::erase_if(sent, atLeast(kTokenSoonest)) > 0;
}

/// The server announces changes again after a loss and after a token, in the same words, and once for both when one
/// meets the other. What that loss took nobody can know of.
void Losses::onAnnouncement(const WireView::Place& place, const std::optional<LossSpan>& ended) {
  for (auto& [id, watched] : watched_) {
    for (auto& owed : watched.owed) {
      if (owed.unannounced == place) owed.unannounced.reset();
    }
  }
  if (!takeAnswered(place) || !ended) return;
  for (auto& [id, watched] : watched_) {
    const auto carriers = wire_.carriers(watched);
    if (std::find(carriers.begin(), carriers.end(), place) == carriers.end()) continue;
    std::erase_if(watched.owed, [&](const Owed& owed) { return isWithin(*ended, owed); });
  }
}

void Losses::onDispatch(const TableChange& change) {
  for (auto& [id, watched] : watched_) {
    if (watched.isNumbered() || !watched.firstLive || change.at < *watched.firstLive ||
        !change.matches(watched.interest))
      continue;
    watched.owed.push_back({change.seq, change.at, events_.now(), machine_.awakeTime() + kLongest, {}});
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
