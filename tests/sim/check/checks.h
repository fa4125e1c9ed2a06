#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "check/invariant.h"
#include "check/ledger.h"
#include "check/losses.h"
#include "check/silence.h"
#include "check/waits.h"
#include "check/watched.h"
#include "check/wire_view.h"
#include "client.h"
#include "numbered/number_book.h"
#include "rooms/room_book.h"
#include "server/sim_server.h"

namespace switchboard::sim {

/// How long things may take and how many there may be. Each number is derived in checks.cpp from the options that the
/// client runs with.
struct Bounds {
  unsigned joinsPerSecond = 20;
  unsigned maxChannels = 100;
  unsigned maxSockets = 4;
  bool tokenCallback = false;
  ReconnectOptions reconnect{};
  bool calendarIsTrue = false;
};

/// Watches one client, its wire and its application. All invariants are checked here, in the ledger, or in what the
/// sink reports to either.
class Checks final : public WireObserver {
 public:
  Checks(EventQueue& events, const Machine& machine, Trace& trace, SimServer& server, Bounds bounds, RoomTraits rooms,
         const NumberedTraits& numbered, const ChangeLog& log, WatchList& watched, Violations& violations);
  Checks(const Checks&) = delete;
  Checks& operator=(const Checks&) = delete;

  Ledger& ledger() { return ledger_; }
  Losses& losses() { return losses_; }
  Silence& silence() { return silence_; }
  Waits& waits() { return waits_; }
  NumberBook& numbers() { return numbers_; }
  const NumberBook& numbers() const { return numbers_; }
  RoomBook& rooms() { return rooms_; }
  const RoomBook& rooms() const { return rooms_; }
  /// `reconnectAll()`. It waits for nothing, and the waits grow from the start again: a new series of attempts, to
  /// which those before it do not count.
  void onOrder();
  const WireView& wire() const { return wire_; }

  /// Something has been done that may interrupt subscriptions.
  void disturb();
  /// All is well since `since`, if it is.
  void setHealthy(bool healthy) { healthy_ = healthy; }
  bool healthy() const { return healthy_; }
  /// Since all is well: the time until the last subscribed key was live.
  Duration lastRecovery() const { return recovery_; }
  bool allServed() const;
  /// Nothing that anybody does will help.
  bool isRefusedForGood(const Watched& watched) const { return numbers_.mayBeParked(watched, role_); }

  /// A new client has begun; what is known of the last one is of no use.
  void onNewClient();
  /// Tokens that must show nowhere.
  void addSecret(std::string secret) { secrets_.push_back(std::move(secret)); }
  /// One of this role is what the client has now.
  void onTokenGiven(std::string_view role);
  void onBatch(const Batch& batch);
  void onBatchAfterDispose() { fail(Invariant::SilentAfterEnd, "the sink was called after dispose"); }
  /// After each step, while there is a client that has not been disposed of.
  void onStep(const Client& client);
  /// `openLinks`: sockets that the client has not let go of.
  void onDisposed(const Client& client, bool timerArmed, std::size_t openLinks);

  std::uint64_t joins() const { return joins_; }
  std::uint64_t connects() const { return connects_; }
  unsigned mostConnectsIn1s() const { return mostConnectsIn1s_; }
  unsigned mostConnectsIn15s() const { return mostConnectsIn15s_; }
  Duration longestRecovery() const { return longestRecovery_; }

 private:
  void onOpened(Link& link) override;
  void onSent(Link& link, const Json& frame) override;
  void onReceived(Link& link, const DownFrame& frame) override;
  void onEnded(Link& link) override;

  void onGap(const Gap& gap);
  void publish(const StatusDelta& delta);
  void publishOne(const SubscriptionStatus& status);
  void checkRegistry(const Client& client);
  void checkPublished(const Client& client);
  void checkLiveness();
  void checkHonesty();
  Duration heardAt(const Watched& watched) const;
  void checkBindings();
  void checkBounds(const Client& client);
  void checkSecrets(std::string_view text);
  bool isServed(const Watched& watched) const;
  bool isTopicServed(const Watched& watched) const;
  bool isAsItShouldBe(const Watched& watched) const;
  void fail(Invariant invariant, std::string detail);

  EventQueue& events_;
  const Machine& machine_;
  SimServer& server_;
  const Bounds bounds_;
  WatchList& watched_;
  Violations& violations_;
  WireView wire_;
  std::map<unsigned, Duration> heardAt_;  ///< when a frame last came in on each socket, in awake time
  Ledger ledger_;
  Losses losses_;
  Silence silence_;
  Waits waits_;
  RoomBook rooms_;
  NumberBook numbers_;

  std::map<unsigned, ConnectionState> connections_;
  std::map<std::string, Duration> doubleSince_;
  std::optional<Duration> joinedAt_;
  std::map<const TransportEvents*, std::deque<Duration>> connectTimes_;  ///< of each connection
  std::vector<std::string> secrets_;
  Duration disturbedAt_{0};
  Duration recovery_{0};
  Duration longestRecovery_{0};
  std::uint64_t joins_ = 0;
  std::uint64_t connects_ = 0;
  unsigned mostConnectsIn1s_ = 0;
  unsigned mostConnectsIn15s_ = 0;
  bool healthy_ = true;
  bool tokenGiven_ = false;
  std::string role_;  ///< of the token that the client has
};

}  // namespace switchboard::sim
