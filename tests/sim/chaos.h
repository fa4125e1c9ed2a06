#pragma once

#include <cstdint>

#include "application/application.h"
#include "server/sim_server.h"

namespace switchboard::sim {

/// What goes wrong with the server and the network.
class Chaos {
 public:
  struct World {
    EventQueue& events;
    Machine& machine;
    Trace& trace;
    SimRandom& random;
    SimServer& server;
    Network& network;
    Weather& weather;
    Checks& checks;
    Application& application;
  };

  explicit Chaos(World world)
      : world_(world), emphasis_(static_cast<Emphasis>(world.random.chance(50) ? 0 : world.random.between(0u, 6u))) {}

  /// One fault; those that last go by themselves after a while.
  void strike();
  /// A silent loss of changes, or a cut.
  void loseOrBreak();
  /// Ends everything that lasts. What has died stays dead until somebody notices.
  void heal();
  std::uint64_t faults() const { return faults_; }

 private:
  /// What this world suffers from most.
  enum class Emphasis : unsigned char { Everything, Sockets, Channels, Server, Stalls, Database, Cuts };

  void strikeAny();
  void stall();
  void cutAgainAndAgain();
  void disturbDatabase();
  /// What is subscribed to is taken down and up again; changes in between are lost.
  void resubscribeAll();
  void lose(Duration span);
  void hitSocket(ServerSocket& socket);
  void hitChannel(ServerSocket& socket, const std::string& topic);
  void disturbServer();
  void sendNonsense(ServerSocket& socket);
  void refuseJoins();
  /// Undoes a lasting change of mood, unless all was healed before.
  void endAfter(Duration span, void (*undo)(Mood&));

  World world_;
  Emphasis emphasis_;
  std::uint64_t faults_ = 0;
  std::uint64_t heals_ = 0;
};

}  // namespace switchboard::sim
