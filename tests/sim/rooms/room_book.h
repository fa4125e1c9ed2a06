#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "check/invariant.h"
#include "check/wire_view.h"
#include "client.h"
#include "server/sim_server.h"

namespace switchboard::sim {

/// A room as an application asks for it.
struct Place {
  std::string name;
  std::string key;  ///< of presence; empty: the server chooses one
  bool isPrivate = false;

  std::string topic() const { return "realtime:" + name; }
};

/// What the rooms of a world are like.
struct RoomTraits {
  std::vector<Place> places;  ///< none: the application has no rooms
  unsigned sendsPerSecond = 100;
  bool bytes = false;  ///< payloads may be bytes
  unsigned maxSockets = 4;
  unsigned maxChannels = 100;   ///< of a socket
  bool calendarIsTrue = false;  ///< so replays can be asked for from the right time on
};

/// A handle of a channel as the application sees it. Times are awake time where they bound the client.
struct Guest {
  Place place;
  HandleOptions options;
  Duration since{0};
  Duration watchesSince{0};
  std::optional<SubscriptionStatus> published;
  Duration liveSince{0};
  Duration liveAt{0};      ///< by the world's time; of the present or last time, at first when it was opened
  Duration liveBefore{0};  ///< the same of the time before
  Duration rightAt{0};
  bool settled = false;
  bool wasLive = false;
  bool owedGap = false;  ///< it was live, and is not or was not without a gap
  std::optional<Duration> gapDue;
  std::map<std::string, Json> present;  ///< key to metas
  std::set<std::uint64_t> said;         ///< by others, that came
  std::set<std::uint64_t> pushed;       ///< by this client
  std::uint64_t lastSaid = 0;
  std::map<std::uint64_t, Duration> debts;  ///< broadcasts that have to come, and when

  bool live() const { return published && published->state == SubscriptionState::Live; }
};

/// What must hold of rooms; fed by what passes over the wire, by the application and by the client's batches.
class RoomBook {
 public:
  RoomBook(EventQueue& events, const Machine& machine, SimServer& server, const WireView& wire, RoomTraits traits,
           Violations& violations)
      : events_(events),
        machine_(machine),
        server_(server),
        wire_(wire),
        traits_(std::move(traits)),
        violations_(violations) {}

  const std::map<unsigned, Guest>& handles() const { return guests_; }
  const RoomTraits& traits() const { return traits_; }
  /// Counts the clients and their ends.
  unsigned generation() const { return generation_; }
  std::uint64_t broadcasts() const { return broadcasts_; }

  // The application's calls, before they are made.
  void onOpen(unsigned id, const Place& place, const HandleOptions& options);
  void onRefused(unsigned id);
  void onWatch(unsigned id);
  void onClose(unsigned id);
  void onPush(const Push& push);
  /// The client says so when it takes the push; what comes of it may follow within the step.
  void onSentAtOnce(PushId id);
  /// Empty: untracked.
  void onTrack(unsigned id, const std::string& payload);
  /// The client has ended.
  void onEnd();

  /// `sentOn`: socket and join_ref.
  void onSaid(const std::string& topic, std::uint64_t seq, const std::map<unsigned, std::string>& sentOn);
  void onSent(Link& link, const Json& frame);
  void onBatch(const Batch& batch);
  void onStep(const Client& client, bool healthy, Duration calm);
  void onDisturbed();
  bool allLive() const;
  bool anyParked() const;

 private:
  struct Sent {
    unsigned handle = 0;
    bool conflated = false;
    Duration every{0};
    Duration due{0};  ///< of its outcome
    bool onWire = false;
    std::set<unsigned> others;  ///< that have to have it when it is ok
  };
  struct Tracked {
    unsigned handle = 0;
    std::string payload;
  };
  /// What another client said.
  struct Said {
    std::string topic;
    std::map<unsigned, std::string> sentOn;  ///< socket and join_ref
  };
  using PlaceKey = std::pair<std::string, std::string>;  ///< topic and presence key

  static PlaceKey keyOf(const Place& place) { return {place.topic(), place.key}; }
  Guest* guestOf(unsigned id, const char* what);
  void onDelivery(const Delivery& delivery);
  void onBroadcast(unsigned id, Guest& guest, const Json& payload, bool replayed);
  void onPresence(unsigned id, Guest& guest, char kind, const std::string& key, const std::string& metas);
  void publish(const SubscriptionStatus& status);
  void onOutcome(const PushResult& result);
  void onGap(const UserChannelGap& gap);
  void onBroadcastSent(Link& link, std::uint64_t number);
  bool mayComeBack(const std::string& topic, std::uint64_t number) const;
  bool isOnItsWay(const std::string& topic, const Said& said) const;
  void onPresenceSent(Link& link, const Json& frame);
  void checkLive(bool healthy, Duration calm);
  bool isFullFor(const std::string& topic) const;
  bool isUnheard(const Guest& guest) const;
  void checkGap(unsigned id, Guest& guest);
  void checkPresence(unsigned id, const Guest& guest);
  void checkTracked();
  void fail(Invariant invariant, const std::string& detail) { violations_.report(invariant, events_.now(), detail); }

  EventQueue& events_;
  const Machine& machine_;
  SimServer& server_;
  const WireView& wire_;
  const RoomTraits traits_;
  Violations& violations_;
  std::map<unsigned, Guest> guests_;
  std::map<std::uint64_t, Said> said_;
  std::map<unsigned, Sent> pushes_;
  std::vector<PushId> sentAtOnce_;                    ///< in this step
  std::map<PlaceKey, std::vector<Tracked>> tracked_;  ///< oldest first
  std::map<PlaceKey, Duration> trackedAt_;            ///< the last call
  std::deque<Duration> sends_;
  std::map<std::uint64_t, unsigned> sentOn_;                 ///< the socket of each push
  std::map<unsigned, std::pair<Duration, Duration>> paces_;  ///< of handles: when the last conflated one went, its pace
  std::map<std::pair<unsigned, std::string>, std::deque<Duration>> presenceCalls_;  ///< by socket and join_ref
  std::uint64_t broadcasts_ = 0;
  unsigned generation_ = 0;
};

}  // namespace switchboard::sim
