#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/text_map.h"
#include "base/containers/vector.h"
#include "base/time.h"
#include "json/json_reader.h"

namespace switchboard {

/// What happened to a key since changes were last taken, in sum.
enum class PresenceChangeKind : unsigned char {
  Join,     ///< Nobody was there under this key.
  Update,   ///< Something else is tracked under the key now.
  Refresh,  ///< The same is tracked, under other refs: somebody tracked it again, as after a reconnect.
  Leave,    ///< Nobody is there any more under this key.
};

struct PresenceChange {
  PresenceChangeKind kind = PresenceChangeKind::Join;
  std::string_view key;
  /// A JSON array of what is tracked under the key, each an object with its `phx_ref`, oldest first. For a Leave: what
  /// was.
  std::string_view metas;
};

/// Who is present on one topic, as the server says it: keys, and under each of them the payloads ("metas") that are
/// tracked (protocol.md §10). It outlives joins of the topic: what a later join's state says is compared with what was
/// reported before, so that an interruption by itself changes nothing.
class PresenceState {
 public:
  PresenceState() = default;
  PresenceState(const PresenceState&) = delete;
  PresenceState& operator=(const PresenceState&) = delete;

  /// A join of the topic is under way: until its state has come, diffs wait.
  void awaitState();
  bool awaitsState() const { return awaitsState_; }

  /// The payload of a `presence_state`. Keys that it no longer has are not reported as gone before `leaveAt`: after an
  /// interruption that hit others too, they may be about to come back. False, and nothing changed, when it can't be
  /// read.
  bool applyState(std::string_view payload, TimePoint leaveAt);
  /// The payload of a `presence_diff`. False, and nothing changed, when it can't be read, or more diffs than
  /// kMaxPendingBytes wait for a state. The owner then joins the topic again.
  bool applyDiff(std::string_view payload);

  /// Calls `visit(const PresenceChange&)` for each key of which something is to be reported at `now`, in the order in
  /// which they were touched. Nothing while a state is awaited. `visit` changes nothing here.
  template <class Visit>
  void takeChanges(TimePoint now, Visit visit) {
    if (awaitsState_) return;
    auto touched = std::move(touched_);
    touched_.clear();
    for (Member* member : touched) {
      if (const auto change = settle(*member, now)) visit(*change);
      forgetIfGone(*member);
    }
  }
  /// Calls `visit(const PresenceChange&)` with a Join for each key that is present as far as was reported.
  template <class Visit>
  void forEachReported(Visit visit) const {
    for (const auto& member : members_) {
      const std::string& metas = member->touched ? member->reported : member->metas;
      if (!metas.empty()) visit(PresenceChange{PresenceChangeKind::Join, member->key, metas});
    }
  }
  /// Nobody is present, and nobody is reported as gone.
  void clear();
  /// When the first of the keys is to be reported that `applyState` found gone; nothing when none is.
  std::optional<TimePoint> nextLeave() const;

  /// Keys that are present.
  std::size_t size() const;

  static constexpr std::size_t kMaxPendingBytes = 5'000'000;

 private:
  struct Member {
    std::string key;
    std::string metas;     ///< empty when nobody is there
    std::string reported;  ///< while touched: what `metas` was when it was last reported
    TimePoint leaveAt{};   ///< when nobody is there: not to be reported before
    std::size_t at = 0;    ///< its place in `members_`
    bool touched = false;
    bool inState = false;  ///< of the state that is being applied
  };

  Member& memberOf(std::string key);
  void touch(Member& member);
  void applyNow(JsonValue diff);
  std::optional<PresenceChange> settle(Member& member, TimePoint now);
  void forgetIfGone(Member& member);

  Vector<std::unique_ptr<Member>> members_;
  TextMap<Member> byKey_;
  Vector<Member*> touched_;
  Vector<std::string> pending_;  ///< diffs that wait for the state
  std::size_t pendingBytes_ = 0;
  bool awaitsState_ = true;
};

}  // namespace switchboard
