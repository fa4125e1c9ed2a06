#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/time.h"
#include "protocol/frames/broadcast.h"

namespace switchboard {

/// What a join asks the server to send again; private channels only (protocol.md §9).
struct ReplayRequest {
  WallTime since{};
  unsigned limit = 25;  ///< 1 to 25; the newest
};

/// Keeps the books of a private channel's replays: from when on a join has to ask for broadcasts, which of them were
/// delivered already, and whether all that an interruption hid has come.
class ReplayLog {
 public:
  /// `first`: what the application wants of the time before the first join.
  explicit ReplayLog(std::optional<ReplayRequest> first) : first_(first) {}

  /// What another handle wants of that time; the earliest counts.
  void want(const ReplayRequest& request);
  /// Of the join that is about to be sent; nothing when it is to ask for none.
  std::optional<ReplayRequest> request();
  /// The channel is joined at `now`, by the calendar; until then none of its broadcasts counts.
  void onJoined(WallTime now);
  /// All that was sent before `now` has come.
  void onAlive(WallTime now);
  /// Whether the broadcast is to be delivered: not when it was before.
  bool admit(const BroadcastMeta& meta);

  /// Whether the replay of the last join shows that nothing is missing: it had room for more, or reached back to what
  /// was known. Only once it is over, for which the server has no word.
  bool isComplete() const { return overlapped_ || replayed_ < kMostReplayed; }

 private:
  static constexpr unsigned kMostReplayed = 25;
  /// Ids of the latest broadcasts; the server sends again no more than 25.
  static constexpr std::size_t kRemembered = 64;
  /// Clocks differ, and a broadcast from the database bears the time at which its transaction began.
  static constexpr Duration kMargin{60'000};

  bool remembers(std::string_view id, std::uint64_t mark) const;

  std::optional<ReplayRequest> first_;
  std::optional<WallTime> aliveAt_;
  Vector<std::string> ids_;      ///< a ring, once it is full
  Vector<std::uint64_t> marks_;  ///< of these: what is compared first
  std::size_t oldest_ = 0;
  unsigned replayed_ = 0;    ///< since the last join
  bool overlapped_ = false;  ///< one of them was known
};

}  // namespace switchboard
