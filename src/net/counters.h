#pragma once

#include <cstdint>

namespace switchboard {

/// Counts since the client was created; they never decrease. More members than elsewhere: one for each thing counted.
struct Counters {
  std::uint64_t framesIn = 0;
  std::uint64_t framesOut = 0;
  std::uint64_t bytesIn = 0;
  std::uint64_t bytesOut = 0;
  std::uint64_t changes = 0;     ///< database changes routed to at least one subscription
  std::uint64_t deliveries = 0;  ///< calls of callbacks: changes times their subscribers
  std::uint64_t conflated = 0;   ///< deliveries that were replaced by a newer change of the same row
  std::uint64_t ignoredFrames =
      0;  ///< well-formed frames without a receiver: unknown topics, old joins, unexpected replies
  std::uint64_t badFrames = 0;     ///< malformed frames
  std::uint64_t connects = 0;      ///< sockets opened
  std::uint64_t joins = 0;         ///< phx_join frames sent
  std::uint64_t pulses = 0;        ///< beats of the database's pulse received, on all sockets
  std::uint64_t pulsesMissed = 0;  ///< beats that are missing between received ones, by their numbers
  std::uint64_t filled = 0;        ///< numbered messages that were missed, and that the database gave
};

}  // namespace switchboard
