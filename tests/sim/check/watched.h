#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "server/tables.h"
#include "status/snapshot.h"
#include "subscription/interest/spec.h"

namespace switchboard::sim {

/// A change that has to come, unless the key is interrupted.
struct Debt {
  std::uint64_t seq = 0;
  unsigned missing = 1;  ///< copies that have not come
  Duration due{0};       ///< in awake time
};

/// A change that the server lost in silence, while a pulse vouched for the subscription.
struct Loss {
  std::uint64_t seq = 0;
  std::string commit;
  std::pair<unsigned, std::string> pulse;  ///< its socket and topic
};

/// A change that it ought to hear of, if only by a gap.
struct Owed {
  std::uint64_t seq = 0;
  Duration commit{0};
  Duration sent{0};  ///< when the server sent it wherever it could
  Duration due{0};   ///< in awake time; what has not come then will not
  /// The channel that has brought later changes after a loss of which this is part, until it announces them.
  std::optional<std::pair<unsigned, std::string>> unannounced{};
};

/// A gap that was reported to it. Times are the world's.
struct ToldGap {
  std::uint32_t id = 0;
  Duration from{0};
  std::optional<Duration> to;
  std::string message;
};

/// A subscription as the application and those who check on it see it.
struct Watched {
  Interest interest;
  std::string key;       ///< `interest.text()`
  std::string coverKey;  ///< `interest.coverText()`
  std::optional<Road> via;
  RoadOptions::Leaving leaving = RoadOptions::Leaving::Delete;
  Duration since{0};    ///< when it was made
  Duration liveAt{0};   ///< when it last became live
  Duration rightAt{0};  ///< when it last was as it should be while all was well
  std::optional<SubscriptionStatus> published;
  std::optional<NoticeStatus> noticed;  ///< by the last notice
  std::optional<std::uint32_t> openGap;
  bool isSuspect = false;   ///< the open gap is that of a silent pulse
  std::deque<Debt> debts;   ///< since it has been live without a break
  std::deque<Loss> losses;  ///< that it has to be notified of
  std::optional<Duration> firstLive;
  Duration mayLackTo{-1};    ///< what was committed until then is in the gap in which it fell back to a binding
  std::deque<Owed> owed;     ///< in the order of their commits
  std::deque<ToldGap> gaps;  ///< as long as something that is owed may lie in them
  std::uint64_t lastSeq = 0;
  unsigned lastCopies = 0;           ///< of the last change, that have come
  std::optional<Duration> unserved;  ///< awake time since which it is live although the server does not serve it
  bool paused = false;               ///< what comes is held back for it
  bool returns = false;              ///< from a binding to broadcasts, of which only its gap says anything
  bool settled = false;              ///< has been live for a while, and all was well

  bool live() const { return published && published->state == SubscriptionState::Live; }
  /// Its changes come with numbers, not over a binding.
  bool isNumbered() const { return published && published->road.road == Road::Broadcast; }
};

using WatchList = std::map<unsigned, Watched>;

}  // namespace switchboard::sim
