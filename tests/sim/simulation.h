#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "application/tampering.h"
#include "check/invariant.h"
#include "numbered/number_book.h"
#include "world/trace.h"

namespace switchboard::sim {

struct SimulationOptions {
  std::uint64_t seed = 1;
  std::uint64_t steps = 500;  ///< at least so many; a round that has begun is played to its end
  Trace::Mode trace = Trace::Mode::Digest;
  Tampering tampering;
};

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t digest = 0;  ///< equal for equal runs
  std::uint64_t steps = 0;
  std::uint64_t faults = 0;
  std::uint64_t clients = 0;
  std::uint64_t connects = 0;
  std::uint64_t joins = 0;
  std::uint64_t changes = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t batches = 0;
  std::uint64_t said = 0;        ///< broadcasts of others
  std::uint64_t broadcasts = 0;  ///< of the client
  NumberCounts numbers;          ///< of subscriptions to tracked tables
  std::uint64_t calls = 0;       ///< for missing messages
  Duration time{0};              ///< that passed in the world
  Duration longestRecovery{0};   ///< from the last disturbance to the last subscribed key being live
  unsigned mostConnectsIn1s = 0;
  unsigned mostConnectsIn15s = 0;
  std::deque<std::string> trace;
};

/// Plays one world to its end, or to the first violation. The same options give the same run.
Outcome simulate(const SimulationOptions& options);

}  // namespace switchboard::sim
