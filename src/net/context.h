#pragma once

#include "base/turn.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/random.h"
#include "timing/deadline_queue.h"

namespace switchboard {

/// What nearly every part of one client shares. All of it outlives them.
struct Context {
  const Clock& clock;
  DeadlineQueue& deadlines;
  Turns& turns;
  Random& random;
  Log& log;

  TimePoint now() const { return deadlines.now(); }
};

/// What happened since the client was made; only ever grows.
struct Counters {
  std::uint64_t framesIn = 0;
  std::uint64_t framesOut = 0;
  std::uint64_t bytesIn = 0;
  std::uint64_t bytesOut = 0;
  std::uint64_t changes = 0;        ///< database changes routed to somebody
  std::uint64_t deliveries = 0;     ///< callbacks asked for: changes times their subscribers
  std::uint64_t ignoredFrames = 0;  ///< well-formed, but for nobody: unknown topics, old joins, replies to nothing
  std::uint64_t badFrames = 0;      ///< no frames at all
  std::uint64_t connects = 0;       ///< sockets opened
  std::uint64_t joins = 0;          ///< phx_join frames sent
};

}  // namespace switchboard
