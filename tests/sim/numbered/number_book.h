#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/invariant.h"
#include "check/watched.h"
#include "check/wire_view.h"
#include "client.h"
#include "numbered/expected.h"
#include "world/machine.h"
#include "world/trace.h"

namespace switchboard::sim {

/// A subscription on the broadcast road: what has come, and what it was told that will not. Messages are named by their
/// index in the topic.
struct Follower {
  struct Told {
    std::size_t from = 0;
    std::size_t to = 0;  ///< the first one after it
    std::uint64_t toNumber = 0;
    bool isAgain = false;  ///< it ends in an epoch that is not known for sure
    bool isNew = false;    ///< of the present batch, or told while it was paused
  };

  std::string topic;
  bool isOnRoad = false;              ///< as last published, be it to return to it
  bool follows = false;               ///< has been live on the road and has not left it since, or continues somewhere
  bool isAnchored = false;            ///< where it began is known
  bool isFirst = false;               ///< since the present batch, or since what is held for it
  bool holds = false;                 ///< something may have been held for it as the last batch came
  std::optional<Duration> liveAt{};   ///< since when it is live
  std::size_t must = 0;               ///< what comes from here on is owed to it
  std::size_t next = 0;               ///< all before it is settled
  std::size_t items = 0;              ///< changes of that one which have come
  std::optional<std::size_t> came{};  ///< of which the last change is
  std::vector<Told> told{};
  std::map<std::size_t, unsigned> partly{};                      ///< messages of which something was told to be missing
  std::vector<std::pair<Duration, Duration>> dropped{};          ///< commits of what did not fit into its window
  std::vector<std::pair<std::size_t, std::size_t>> overflown{};  ///< the same by messages, where they were named
  std::size_t drainsTo = 0;             ///< it has left the road while changes before this were held for it
  std::size_t drained = 0;              ///< of these, the one that has come
  std::optional<Duration> fellAfter{};  ///< commit of what came last before it left the road for a binding
  std::optional<std::uint32_t> openGap{};
  std::uint64_t afterSeq = 0;  ///< of the last change that had come over the other road

  /// Something did not fit into its window.
  bool hasLost() const { return !dropped.empty() || !overflown.empty(); }
};

struct NumberCounts {
  std::uint64_t changes = 0;
  std::uint64_t gaps = 0;
  std::uint64_t ends = 0;  ///< times that a subscription left the road
};

/// Keeps account of changes with numbers: what a subscription got is what was committed, once and in order, or lies in
/// a gap with exact bounds; and no gap is told without a cause.
class NumberBook {
 public:
  NumberBook(EventQueue& events, const Machine& machine, Trace& trace, const NumberedTraits& traits,
             const ChangeLog& log, bool calendarIsTrue, WatchList& watched, const WireView& wire,
             Violations& violations)
      : events_(events),
        machine_(machine),
        trace_(trace),
        traits_(traits),
        log_(log),
        calendarIsTrue_(calendarIsTrue),
        watched_(watched),
        wire_(wire),
        violations_(violations) {}

  bool isUsed() const { return !traits_.tables.empty(); }
  const NumberedTraits& traits() const { return traits_; }

  void onSubscribe(unsigned id, const Watched& watched, const std::optional<RoadOptions::From>& from);
  /// Where the subscription could be continued; nothing when that is not known.
  std::optional<RoadOptions::From> positionOf(unsigned id) const;
  void onNewClient();
  void onReceived(const DownFrame& frame);
  /// After the batch's status is published.
  void onBatch(const Batch& batch);
  /// `calm`: how long nothing has been done that may interrupt.
  void onStep(bool healthy, Duration calm);

  /// The client is about to hear it.
  void onAnswer(const std::string& topic, const std::string& text);
  // What the function said last.
  void onGoodAnswer(const std::string& topic) { evidence_[topic].badInARow = 0; }
  void onBadAnswer(const std::string& topic) { ++evidence_[topic].badInARow; }
  /// In a row, until now.
  unsigned failures(const std::string& topic) { return evidence_[topic].badInARow; }
  void onRefusal(const std::string& topic) { evidence_[topic].isRefused = true; }
  void onNotTracked(const std::string& topic) { evidence_[topic].isUntracked = true; }

  /// There may be no broadcast road for it, and it may take no other.
  bool mayBeParked(const Watched& watched, std::string_view role) const;
  /// Whether its topic is joined as far as the client knows, and where.
  bool isCarried(const Watched& watched) const;
  std::vector<WireView::Place> carriers(const Watched& watched) const;
  bool haveAllCome() const;
  const NumberCounts& counts() const { return counts_; }
  /// Whether a join with this topic, as on the wire, will be refused.
  bool isRefused(std::string_view topic, std::string_view role) const {
    return topic.size() > 9 && !log_.refusal(topic.substr(9), role).empty();
  }

 private:
  struct Evidence {
    unsigned badInARow = 0;
    bool isRefused = false;
    bool isUntracked = false;
    std::size_t newestCame = 0;  ///< the message after the newest one that has reached the client
  };
  struct Come {
    unsigned id = 0;
    std::string epoch;
    std::uint64_t number = 0;
    std::uint64_t seq = 0;
    std::string type;
  };

  void onBroadcast(const DownFrame& frame);
  void noteCome(const std::string& topic, const Json& message);
  void onFallAgain(Follower& follower);
  void takeChanges(const Batch& batch);
  void take(const Come& change);
  void takeGap(const Gap& gap);
  void takeOverflow(unsigned id, Follower& follower, const Gap& gap);
  void takeEnd(unsigned id, Watched& watched, Follower& follower, const Gap& gap);
  void takePart(unsigned id, const Watched& watched, Follower& follower, const Gap& gap, std::size_t at);
  void checkCause(unsigned id, const Follower& follower, const Gap& gap, std::size_t to);
  void checkTimes(unsigned id, const Watched& watched, const Follower& follower, const Gap& gap, std::size_t from,
                  std::size_t to);
  std::optional<std::size_t> endOf(const LogTopic& topic, std::string_view epoch, std::uint64_t number) const;
  std::optional<std::size_t> endInNewEpoch(const LogTopic& topic, const Gap& gap) const;
  void owe(Watched& watched, const Follower& follower, std::size_t from);
  void anchor(Follower& follower, std::size_t at);
  void resolve(Follower& follower, std::string_view epoch);
  void settleTo(unsigned id, const Watched& watched, Follower& follower, std::size_t to);
  std::string problemOf(const Watched& watched, const Follower& follower, std::size_t at, std::size_t items) const;
  void checkStates();
  void takeReturn(unsigned id, Follower& follower, const Gap& gap);
  void checkWholeMessages();
  void catchUp(unsigned id, const Watched& watched, Follower& follower);
  const LogTopic& topicOf(const Follower& follower) const { return *log_.find(follower.topic); }
  void fail(Invariant invariant, unsigned id, const std::string& what);

  EventQueue& events_;
  const Machine& machine_;
  Trace& trace_;
  const NumberedTraits& traits_;
  const ChangeLog& log_;
  const bool calendarIsTrue_;
  WatchList& watched_;
  const WireView& wire_;
  Violations& violations_;
  std::map<unsigned, Follower> followers_;
  std::map<std::string, Evidence> evidence_;
  NumberCounts counts_;
};

}  // namespace switchboard::sim
