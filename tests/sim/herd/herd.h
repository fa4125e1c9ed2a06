#pragma once

#include <cstdint>
#include <vector>

#include "net/connection.h"

namespace switchboard::sim {

/// When the clients of a herd came back, counted from the moment at which the server did.
struct Returns {
  std::vector<Duration> times;  ///< ascending, one for each client

  /// The largest part of all clients that came back within any 100 ms, in percent.
  double largestShare() const;
  Duration quantile(double part) const;
  Duration mean() const;
};

/// `clients` connections lose one server at the same moment; it refuses every handshake at once for `outage`.
Returns herdReturns(unsigned clients, Duration outage, std::uint64_t seed, ConnectionOptions options = {});

/// The same with the schedule of realtime-js: 1, 2, 5, then 10 s after each failure (protocol.md §5).
Returns referenceReturns(unsigned clients, Duration outage, std::uint64_t seed);

/// How often each of `clients` tries within `span` when the server accepts every socket and closes it at once.
/// Ascending.
std::vector<unsigned> attemptsWhenDropped(unsigned clients, Duration span, std::uint64_t seed,
                                          ConnectionOptions options = {});

}  // namespace switchboard::sim
