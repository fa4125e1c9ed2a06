#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client.h"
#include "recordings/recording.h"

namespace switchboard::replay {

/// The first entry that a replay made differently.
struct Difference {
  std::size_t entry = 0;           ///< its place in the recording
  std::string recorded, replayed;  ///< empty: there is none
};

/// Plays a recording through a client on virtual time: what came into the core comes again, each at its time. All that
/// the client then records is compared with the recording.
class Player final : private ClientSink {
 public:
  /// Why the recording can't be replayed, and the way out; empty: it can.
  static std::string obstacleTo(const Recording& recording);

  /// Builds the client. Only for a recording without an obstacle, which outlives this.
  explicit Player(const Recording& recording);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// Plays what comes next into the core. False when there is nothing, or there is a difference.
  bool step();
  /// The recorded entry that comes next.
  std::size_t at() const { return at_; }
  const std::optional<Difference>& difference() const { return difference_; }
  /// Sockets, subscriptions, deadlines and counts, as text.
  std::string state() const;

 private:
  class Socket;
  class Sockets;
  class ReplayedClock;
  class ReplayedTimer;
  class ReplayedRandom;

  void onBatch(const Batch& batch) override;
  const Entry* next() const;
  const Entry& inputAt(std::size_t place) const;
  void feed(const Entry& entry);
  void run(const Entry& entry);
  void push(const Entry& entry);
  void receive(const Entry& entry);
  void compare();
  std::string withTokens(std::string text) const;

  const Recording& recording_;
  std::map<std::int64_t, std::string> tokens_;  ///< stand-ins by number
  std::map<std::int64_t, Socket*> sockets_;     ///< those that are open, by number
  std::unique_ptr<ReplayedClock> clock_;
  std::unique_ptr<ReplayedTimer> timer_;
  std::unique_ptr<ReplayedRandom> random_;
  std::unique_ptr<Sockets> transports_;
  Result<std::unique_ptr<Client>> client_;
  std::size_t at_ = 0;         ///< entries that were compared
  std::size_t readBytes_ = 0;  ///< of the client's entries
  std::optional<Difference> difference_;
};

}  // namespace switchboard::replay
