#pragma once

#include <cstdint>

namespace switchboard {

/// What happened since the client was made; only ever grows.
struct Counters {
  std::uint64_t framesIn = 0;
  std::uint64_t framesOut = 0;
  std::uint64_t bytesIn = 0;
  std::uint64_t bytesOut = 0;
  std::uint64_t changes = 0;        ///< database changes routed to somebody
  std::uint64_t deliveries = 0;     ///< callbacks asked for: changes times their subscribers
  std::uint64_t conflated = 0;      ///< of those deliveries, the ones that a newer change of the row took the place of
  std::uint64_t ignoredFrames = 0;  ///< well-formed, but for nobody: unknown topics, old joins, replies to nothing
  std::uint64_t badFrames = 0;      ///< no frames at all
  std::uint64_t connects = 0;       ///< sockets opened
  std::uint64_t joins = 0;          ///< phx_join frames sent
  std::uint64_t pulses = 0;         ///< beats of the database's pulse heard, on all sockets
  std::uint64_t pulsesMissed = 0;   ///< beats that never came, by the count of those that did
};

}  // namespace switchboard
