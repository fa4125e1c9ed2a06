#pragma once

#include <cstdint>

#include "check/checks.h"
#include "numbered/change_log.h"
#include "server/sim_server.h"

namespace switchboard::sim {

/// What goes wrong with numbered changes: on their way, in the database, and with the function that gives the missing.
class LogChaos {
 public:
  struct World {
    EventQueue& events;
    Trace& trace;
    SimRandom& random;
    SimServer& server;
    ChangeLog& log;
    Checks& checks;
  };

  explicit LogChaos(World world) : world_(world) {}

  /// One fault; those that last go by themselves after a while.
  void strike();
  /// Ends everything that lasts. The server's mood is not touched.
  void heal();

 private:
  void endAfter(Duration span, void (*undo)(LogChaos&));
  void refuse();

  World world_;
  unsigned heals_ = 0;
};

}  // namespace switchboard::sim
