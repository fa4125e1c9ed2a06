#include "check/ledger.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <vector>

#include "check/losses.h"

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// A change that has not come after so long will not: a dead link is found within 30 s (15 s of silence, 10 s for the
/// answer, 5 s for a stall), and interrupts.
constexpr Duration kPatience = 60s;

/// The changes in a payload, which each name their number once.
std::vector<std::uint64_t> seqsOf(std::string_view payload) {
  constexpr std::string_view kMark = R"("seq":)";
  std::vector<std::uint64_t> seqs;
  for (auto at = payload.find(kMark); at != std::string_view::npos; at = payload.find(kMark, at + 1)) {
    const auto* first = payload.data() + at + kMark.size();
    std::uint64_t seq = 0;
    std::from_chars(first, payload.data() + payload.size(), seq);
    seqs.push_back(seq);
  }
  return seqs;
}

}  // namespace

void Ledger::onDispatch(const TableChange& change, const SentOn& sentOn) {
  changes_[change.seq] = change;
  while (changes_.size() > 20'000) changes_.erase(changes_.begin());
  for (auto& [id, watched] : watched_) {
    if (!watched.live() || !change.matches(watched.interest) || change.at <= watched.mayLackTo) continue;
    const auto carriers = wire_.carriers(watched);
    const bool sent =
        std::all_of(carriers.begin(), carriers.end(), [&](const auto& place) { return sentOn.count(place) != 0; });
    if (carriers.empty() || !sent) continue;
    watched.debts.push_back({change.seq, change.copies, machine_.awakeTime() + kPatience});
  }
}

void Ledger::onDelivery(unsigned id, std::string_view payload) {
  const auto seqs = seqsOf(payload);
  if (seqs.empty()) violations_.report(Invariant::OnlyWhatWasAsked, events_.now(), std::string(payload));
  for (const auto seq : seqs) onChange(id, seq);
}

void Ledger::onChange(unsigned id, std::uint64_t seq) {
  const auto it = watched_.find(id);
  const auto about = [&] { return "subscription " + std::to_string(id) + ", change " + std::to_string(seq); };
  if (it == watched_.end()) {
    violations_.report(Invariant::SilentAfterEnd, events_.now(), "delivered to an ended one: " + about());
    return;
  }
  Watched& watched = it->second;
  const auto change = changes_.find(seq);
  if (change == changes_.end() || !change->second.matches(watched.interest)) {
    violations_.report(Invariant::OnlyWhatWasAsked, events_.now(), about() + " for " + watched.key);
    return;
  }
  watched.lastCopies = seq == watched.lastSeq ? watched.lastCopies + 1 : 1;
  if (seq < watched.lastSeq || watched.lastCopies > change->second.copies) {
    violations_.report(Invariant::OnceAndInOrder, events_.now(), about() + " after " + std::to_string(watched.lastSeq));
    return;
  }
  watched.lastSeq = seq;
  Losses::onDelivery(watched, seq);
  while (!watched.debts.empty() && watched.debts.front().seq < seq) {
    violations_.report(Invariant::NothingLost, events_.now(),
                       about() + " came, but not " + std::to_string(watched.debts.front().seq));
    watched.debts.pop_front();
  }
  if (watched.debts.empty() || watched.debts.front().seq != seq) return;
  if (--watched.debts.front().missing == 0) watched.debts.pop_front();
}

void Ledger::check() {
  for (const auto& [id, watched] : watched_) {
    if (watched.debts.empty() || watched.paused || machine_.awakeTime() < watched.debts.front().due) continue;
    violations_.report(Invariant::NothingLost, events_.now(),
                       "subscription " + std::to_string(id) + " (" + watched.key + ") never got change " +
                           std::to_string(watched.debts.front().seq));
  }
}

}  // namespace switchboard::sim
