#pragma once

#include <map>
#include <string>

#include "check/invariant.h"
#include "client.h"
#include "network/link.h"
#include "world/machine.h"

namespace switchboard::sim {

/// Holds the waits of each connection against docs/reconnecting.md: none is longer than the policy allows, and
/// none that a limit or the lack of a network asks for is cut short without a reason.
class Waits {
 public:
  /// `options`: those that the client ought to run with.
  Waits(EventQueue& events, const Machine& machine, const ReconnectOptions& options, Violations& violations)
      : events_(events), machine_(machine), options_(options), violations_(violations) {}

  void onNewClient();
  /// What the runtime says of the network.
  void onNetwork(bool online);
  void onVisibility(bool hidden) { hidden_ = hidden; }
  /// Something else from which better times may be concluded.
  void onHope();
  /// `reconnectAll()`: nothing has to be waited for any more.
  void onOrder();
  /// What the client is about to hear.
  void onReceived(const Link& link, const DownFrame& frame);
  void onStep(const Client& client);

 private:
  struct Line {
    ConnectionState state = ConnectionState::Idle;
    ReasonCode code = ReasonCode::Ok;
    TimePoint since{};        ///< of both
    TimePoint outageSince{};  ///< the last loss of a socket that frames had come in on, or the first need of one
    TimePoint firstFrameAt{};
    TimePoint lastFrameAt{};
    bool live = false;            ///< frames have come in on the socket
    bool lost = false;            ///< the wait is that after an open socket, not after a handshake
    bool reconnectsSoon = false;  ///< `online` has just been heard
    Duration owed{0};             ///< time live that earns all quick reconnects back; rather too much than too little
    TimePoint retryAt{};
    TimePoint notBefore{};  ///< until when the wait that it is in must not be cut short
    bool ordered = false;   ///< nothing need be waited for until the next attempt
    bool hopeful = false;   ///< nor a network
  };

  void observe(Line& line, const Connection& connection);
  void onChange(Line& line, const Connection& connection);
  void onLoss(Line& line);
  void spend(Line& line) const;
  void onWait(Line& line, const Connection& connection, ConnectionState from);
  void checkWait(const Line& line, const Connection& connection);
  Duration longestWait(const Line& line, const Connection& connection) const;
  Duration longestOfPolicy(const Line& line, const Connection& connection) const;
  void fail(const Connection& connection, const std::string& what);

  EventQueue& events_;
  const Machine& machine_;
  const ReconnectOptions options_;
  Violations& violations_;
  std::map<unsigned, Line> lines_;
  TimePoint limitedUntil_{};  ///< when a limit that holds for every connection ends at the latest
  unsigned refused_ = 0;      ///< the socket that a join was refused on last, for a limit
  bool online_ = true;
  bool hidden_ = false;
};

}  // namespace switchboard::sim
