#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/server_socket.h"

namespace switchboard::sim {

/// Where a change went: socket and topic.
using SentOn = std::set<std::pair<unsigned, std::string>>;

/// A Realtime server for one project, as protocol.md describes it, in a mood that can be changed.
class SimServer final : public ServerPort {
 public:
  SimServer(EventQueue& events, Trace& trace, SimRandom& random, TokenMint& mint, ServerTraits traits);
  SimServer(const SimServer&) = delete;
  SimServer& operator=(const SimServer&) = delete;

  Mood mood;

  /// Called with each change when it is sent, at once for all channels.
  std::function<void(const TableChange&, const SentOn&)> onDispatch;
  /// Called instead with each change that is lost, and where it should have gone.
  std::function<void(const TableChange&, const SentOn&)> onLost;
  /// Commits a change; it is sent with the others that a reading of the log finds, 0.1 s later or more, in the order of
  /// their commits.
  void commit(TableChange change);

  /// Somebody else broadcasts on the topic. Returns where it went: socket and join_ref.
  std::map<unsigned, std::string> say(const std::string& topic, std::uint64_t seq, bool kept);
  /// The database broadcasts, on a way on which it may get lost.
  void publish(const std::string& topic, std::string_view event, const std::string& payload);
  /// The database, in worlds with tracked tables.
  void setLog(const ChangeLog& log) { context_.log = &log; }
  Rooms& rooms() { return rooms_; }

  /// Those that have not ended.
  std::vector<ServerSocket*> sockets();
  /// Any of them; null when there is none.
  ServerSocket* anySocket();
  /// Any channel of any socket, and the socket; null when there is none.
  std::pair<ServerSocket*, std::string> anyChannel();

  /// Drains: closes every socket with 1012.
  void restart();

 private:
  bool hasOtherSocket(const Link& link) const;
  Handshake onHandshake(Link& link) override;
  void onAccepted(Link& link) override;
  void onClientFrame(Link& link, const Json& frame) override;
  void onClientGone(Link& link) override;

  EventQueue& events_;
  SimRandom& random_;
  const ServerTraits traits_;
  Rooms rooms_;
  ServerContext context_;
  std::map<unsigned, std::unique_ptr<ServerSocket>> sockets_;
  Duration dispatched_{0};
  Duration published_{0};
};

}  // namespace switchboard::sim
