#include "runner.h"

#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace switchboard::sim {

namespace {

/// For the signal handler, which can't be handed anything. It runs on the thread whose world has failed.
thread_local char currentReplay[160];

void replayCommand(char* text, std::size_t size, std::uint64_t seed, std::uint64_t steps) {
  std::snprintf(text, size, "npm run test:sim -- --seeds 1 --from %llu --steps %llu --trace",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(steps));
}

void onAbort(int /*signal*/) {
  constexpr char kWords[] = "\nan assertion of the core failed; replay with: ";
  (void)!write(STDERR_FILENO, kWords, sizeof kWords - 1);
  std::size_t length = 0;
  while (currentReplay[length] != 0) ++length;
  (void)!write(STDERR_FILENO, currentReplay, length);
  (void)!write(STDERR_FILENO, "\n", 1);
  std::signal(SIGABRT, SIG_DFL);
}

void printFailure(const SimulationOptions& options, const Violation& violation) {
  SimulationOptions again = options;
  again.trace = Trace::Mode::Last;
  const Outcome replayed = simulate(again);
  char replay[160];
  replayCommand(replay, sizeof replay, options.seed, options.steps);
  std::fprintf(stderr, "\nseed %llu breaks %s at %.3f s: %s\nreplay with: %s\nthe last events:\n",
               static_cast<unsigned long long>(options.seed), std::string(toString(violation.invariant)).c_str(),
               static_cast<double>(violation.at.count()) / 1'000, violation.detail.c_str(), replay);
  for (const auto& line : replayed.trace) std::fprintf(stderr, "  %s\n", line.c_str());
}

void add(Totals& totals, const Outcome& outcome) {
  Outcome& sum = totals.sum;
  sum.steps += outcome.steps;
  sum.faults += outcome.faults;
  sum.clients += outcome.clients;
  sum.connects += outcome.connects;
  sum.joins += outcome.joins;
  sum.changes += outcome.changes;
  sum.deliveries += outcome.deliveries;
  sum.batches += outcome.batches;
  sum.said += outcome.said;
  sum.broadcasts += outcome.broadcasts;
  sum.numbers.changes += outcome.numbers.changes;
  sum.numbers.gaps += outcome.numbers.gaps;
  sum.numbers.ends += outcome.numbers.ends;
  sum.calls += outcome.calls;
  sum.time += outcome.time;
  sum.longestRecovery = std::max(sum.longestRecovery, outcome.longestRecovery);
  sum.mostConnectsIn1s = std::max(sum.mostConnectsIn1s, outcome.mostConnectsIn1s);
  sum.mostConnectsIn15s = std::max(sum.mostConnectsIn15s, outcome.mostConnectsIn15s);
  totals.recoveries.push_back(outcome.longestRecovery);
}

void print(const Totals& totals) {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  const Outcome& sum = totals.sum;
  std::printf(
      "%llu seeds, %llu failed: %llu steps, %.1f h of simulated time, %llu faults, %llu clients, %llu connects,\n"
      "%llu joins, %llu changes, %llu deliveries, %llu batches, %llu broadcasts to rooms and %llu from the client\n",
      number(totals.seeds), number(totals.failed), number(sum.steps), static_cast<double>(sum.time.count()) / 3'600'000,
      number(sum.faults), number(sum.clients), number(sum.connects), number(sum.joins), number(sum.changes),
      number(sum.deliveries), number(sum.batches), number(sum.said), number(sum.broadcasts));
  std::printf(
      "%llu numbered changes, %llu gaps of numbers, %llu times off the broadcast road, %llu calls for missing ones\n",
      number(sum.numbers.changes), number(sum.numbers.gaps), number(sum.numbers.ends), number(sum.calls));
  auto recoveries = totals.recoveries;
  std::sort(recoveries.begin(), recoveries.end());
  if (recoveries.empty()) return;
  std::printf("slowest recovery of a seed once all is well: median %.1f s, longest %.1f s\n",
              static_cast<double>(recoveries[recoveries.size() / 2].count()) / 1'000,
              static_cast<double>(recoveries.back().count()) / 1'000);
  std::printf("most sockets opened by one connection: %u in 1 s, %u in 15 s\n", sum.mostConnectsIn1s,
              sum.mostConnectsIn15s);
}

/// One run, by several threads, each of which takes the next seed when it is done with one.
struct Run {
  const RunOptions& options;
  Totals totals{};
  std::mutex mutex{};
  std::uint64_t taken = 0;

  void work() {
    for (auto seed = next(); seed; seed = next()) {
      replayCommand(currentReplay, sizeof currentReplay, *seed, options.steps);
      SimulationOptions one;
      one.seed = *seed;
      one.steps = options.steps;
      one.trace = options.trace ? Trace::Mode::Print : Trace::Mode::Digest;
      const Outcome outcome = simulate(one);
      const std::lock_guard lock(mutex);
      note(one, outcome);
    }
  }

 private:
  std::optional<std::uint64_t> next() {
    const std::lock_guard lock(mutex);
    if (taken == options.seeds) return std::nullopt;
    return options.from + taken++;
  }
  void note(const SimulationOptions& one, const Outcome& outcome) {
    ++totals.seeds;
    add(totals, outcome);
    if (outcome.violation) {
      ++totals.failed;
      printFailure(one, *outcome.violation);
    }
    if (!options.progress || options.trace || totals.seeds % std::max<std::uint64_t>(200, options.seeds / 50) != 0)
      return;
    std::printf("%llu seeds, %llu steps\n", static_cast<unsigned long long>(totals.seeds),
                static_cast<unsigned long long>(totals.sum.steps));
    std::fflush(stdout);
  }
};

}  // namespace

Totals run(const RunOptions& options) {
  std::signal(SIGABRT, onAbort);
  Run shared{options};
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::max(1u, options.jobs); ++i) others.emplace_back([&shared] { shared.work(); });
  shared.work();
  for (auto& thread : others) thread.join();
  std::signal(SIGABRT, SIG_DFL);
  if (options.progress) print(shared.totals);
  return std::move(shared.totals);
}

}  // namespace switchboard::sim
