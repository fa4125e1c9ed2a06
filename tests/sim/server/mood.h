#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace switchboard::sim {

/// How the server behaves at present. Default: as a healthy, warm one.
struct Mood {
  enum class Handshakes : unsigned char { Accept, RefuseAtOnce, RefuseSlowly, Hang, AcceptSlowly, AcceptAndClose };
  enum class Announcement : unsigned char {
    Warm,   ///< 2 ms after the join
    Cold,   ///< after 1 to 3 s
    Late,   ///< after 8 to 25 s
    Never,  ///< not at all
    Error,  ///< a passing error first, subscribed 5 to 10 s later
  };

  Handshakes handshakes = Handshakes::Accept;
  std::optional<std::string> joinRefusal;  ///< `reason` with which joins are refused
  unsigned refusePercent = 100;            ///< of the joins, while there is a `joinRefusal`
  Duration joinTime{20};                   ///< until a join is answered, at most
  bool rateLimited = false;                ///< joins are refused, their sockets closed with 1001
  Announcement announcement = Announcement::Warm;
  bool tokensRefused = false;  ///< its signing keys lag behind: no access token is taken
  bool oneSocket = false;      ///< as `ServerTraits::oneSocket`
  /// What the database answers to every subscription: severity, SQLSTATE, name and text.
  std::optional<std::string> databaseError;
  unsigned losesPercent = 0;  ///< of the changes, beats among them, that are never sent to anybody
  // Of numbered changes.
  unsigned broadcastLossPercent = 0;  ///< of the database's broadcasts, that are lost: half for all, half for a socket
  unsigned broadcastMixPercent = 0;   ///< of them, that come late or twice
  unsigned rpcTroublePercent = 0;     ///< of the calls for missing messages, that go wrong
  bool topicsRefused = false;         ///< nobody may read any topic
};

/// What stays as it is for the life of a world.
struct ServerTraits {
  unsigned idBits = 27;        ///< of binding ids; few bits make them collide
  unsigned maxChannels = 100;  ///< for one socket
  Duration poll{100};          ///< changes are sent on multiples of this, and not less than 100 ms after their commit
  bool oneSocket = false;      ///< the project's connections are used up but for one: no second socket is accepted
};

}  // namespace switchboard::sim
