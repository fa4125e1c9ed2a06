#include <chrono>
#include <cstdio>

#include "herd/herd.h"

using namespace switchboard;
using namespace switchboard::sim;
using namespace std::chrono_literals;

namespace {

constexpr unsigned kClients = 10'000;
constexpr std::uint64_t kSeed = 1;

double seconds(Duration span) {
  return static_cast<double>(span.count()) / 1'000;
}

void print(const char* name, Duration outage, const Returns& returns) {
  std::printf("%-12s %4lld s outage: largest share in 100 ms %6.2f %%, median return %5.2f s, 95 %% within %5.2f s\n",
              name, static_cast<long long>(outage.count() / 1'000), returns.largestShare(),
              seconds(returns.quantile(0.5)), seconds(returns.quantile(0.95)));
}

}  // namespace

/// Exits with 1 when a mark is missed.
int main() {
  std::printf("%u clients lose one server at once; it refuses them until it is back\n", kClients);
  bool met = true;
  for (const Duration outage : {Duration{20s}, Duration{30s}, Duration{300s}}) {
    const Returns ours = herdReturns(kClients, outage, kSeed);
    print("switchboard", outage, ours);
    print("realtime-js", outage, referenceReturns(kClients, outage, kSeed));
    met = met && (outage == 20s ? ours.quantile(0.5) <= 5'500ms : ours.largestShare() <= 1.5);
  }
  const auto attempts = attemptsWhenDropped(kClients, 15s, kSeed);
  std::printf("a server that accepts and drops for 15 s sees %u attempts of a client in the median, %u at most\n",
              attempts[attempts.size() / 2], attempts.back());
  met = met && attempts.back() <= 8;
  std::printf("marks: at most 1.5 %% (30 s, 300 s), median 5.5 s (20 s), at most 8 attempts: %s\n",
              met ? "met" : "MISSED");
  return met ? 0 : 1;
}
