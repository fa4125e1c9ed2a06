#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client.h"
#include "rooms/room_book.h"
#include "world/sim_random.h"
#include "world/trace.h"

namespace switchboard::sim {

/// The application's side of rooms: handles that come and go, send and track.
class Visitor {
 public:
  Visitor(EventQueue& events, Trace& trace, SimRandom& random, RoomBook& book)
      : events_(events), trace_(trace), random_(random), book_(book) {}

  /// One of the things that applications do with channels.
  void act(Client& client);

 private:
  void open(Client& client);
  void close(Client& client, unsigned id);
  void push(Client& client, unsigned id);
  void track(Client& client, unsigned id);

  EventQueue& events_;
  Trace& trace_;
  SimRandom& random_;
  RoomBook& book_;
  unsigned lastHandle_ = 1'000'000;  ///< ids of subscriptions are below
  unsigned lastPush_ = 0;
  unsigned lastTracked_ = 0;
};

}  // namespace switchboard::sim
