#include "check/silence.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace switchboard::sim {

namespace {

bool isPulse(const WireChannel* channel) {
  return channel != nullptr && channel->bindings.size() == 1 && channel->bindings.front().table == kPulseTable;
}

/// What comes after `mark`, as far as one of `ends`.
std::string_view after(std::string_view text, std::string_view mark, std::string_view ends) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + mark.size());
  return rest.substr(0, rest.find_first_of(ends));
}

}  // namespace

const Silence::Place* Silence::pulseOn(unsigned link) const {
  const auto it =
      std::find_if(pulses_.begin(), pulses_.end(), [link](const auto& item) { return item.first.first == link; });
  return it != pulses_.end() && it->second ? &it->first : nullptr;
}

void Silence::onLost(const TableChange& change, const SentOn& channels) {
  if (change.table == kPulseTable) return;
  for (auto& [id, watched] : watched_) {
    if (!watched.live() || watched.openGap || !change.matches(watched.interest)) continue;
    const auto carriers = wire_.carriers(watched);
    if (carriers.empty()) continue;
    const Place* pulse = pulseOn(carriers.front().first);
    const bool vouched = pulse != nullptr && std::all_of(carriers.begin(), carriers.end(), [&](const auto& place) {
                           return place.first == pulse->first && channels.count(place) != 0;
                         });
    if (vouched) watched.losses.push_back({change.seq, commitText(change.at), *pulse});
  }
}

/// What happens to the pulse's own channel says nothing of changes, and is no gap.
void Silence::forget(const Place& place) {
  for (auto& [id, watched] : watched_) {
    std::erase_if(watched.losses, [&](const Loss& loss) { return loss.pulse == place; });
  }
}

void Silence::onSent(Link& link, const Json& frame) {
  if (frame[3] != "phx_leave") return;
  const Place place{link.id(), frame[2].get<std::string>()};
  if (pulses_.erase(place) != 0) forget(place);
}

void Silence::onReceived(Link& link, const DownFrame& frame) {
  const Place place{link.id(), frame.topic};
  if (frame.mark == Mark::Change && pulses_.count(place) != 0) {
    onBeat(place, frame.text);
  } else if (frame.mark == Mark::Subscribed && isPulse(wire_.find(place))) {
    pulses_[place].reset();
    forget(place);
  } else if (frame.mark == Mark::Ended || frame.mark == Mark::BindingError) {
    if (pulses_.erase(place) != 0) forget(place);
  }
}

void Silence::onBeat(const Place& place, const std::string& text) {
  const auto digits = after(text, R"("seq":)", ",}");
  std::uint64_t seq = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  auto& last = pulses_[place];
  checkpoints_.push_back({place, std::string(after(text, R"("commit_timestamp":")", "\"")), last && seq > *last + 1});
  last = seq;
}

/// The gaps of those who lost something with the socket are yet to be reported.
void Silence::onEnded(Link& link) {
  std::erase_if(pulses_, [&](const auto& item) { return item.first.first == link.id(); });
}

void Silence::onNewClient() {
  pulses_.clear();
  checkpoints_.clear();
}

/// An overflow is of what came, and says nothing of what did not.
void Silence::onGap(Watched& watched, const Gap& gap) {
  if (gap.code == ReasonCode::Overflow) return;
  for (const auto& loss : watched.losses) {
    if (gap.fromCommit <= loss.commit) continue;
    violations_.report(Invariant::SilentLossesReported, events_.now(),
                       "a gap of " + watched.key + " begins at " + gap.fromCommit + ", but change " +
                           std::to_string(loss.seq) + " of " + loss.commit + " was lost before: " + gap.message);
  }
  watched.losses.clear();
}

void Silence::check() {
  for (const auto& checkpoint : checkpoints_) {
    for (auto& [id, watched] : watched_) {
      std::erase_if(watched.losses, [&, id = id](const Loss& loss) {
        const bool isBefore = loss.pulse == checkpoint.place && loss.commit <= checkpoint.commit;
        if (isBefore && checkpoint.lost) {
          violations_.report(Invariant::SilentLossesReported, events_.now(),
                             "subscription " + std::to_string(id) +
                                 " was not notified of the beats that were lost with " + std::to_string(loss.seq));
        }
        return isBefore;
      });
    }
  }
  checkpoints_.clear();
}

}  // namespace switchboard::sim
