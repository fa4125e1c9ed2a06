#pragma once

#include <cstdint>
#include <vector>

#include "simulation.h"

namespace switchboard::sim {

struct RunOptions {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1;
  std::uint64_t steps = 500;
  bool trace = false;
  unsigned jobs = 1;      ///< worlds that are played side by side
  bool progress = false;  ///< a line every now and then, and the totals, on standard output
};

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  Outcome sum;  ///< counts added up, longest and most taken over all
  std::vector<Duration> recoveries;
};

/// Plays the worlds. What fails is printed on standard error, with the command that replays it,
/// also when an assertion ends the process.
Totals run(const RunOptions& options);

}  // namespace switchboard::sim
