#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/containers/id_map.h"
#include "base/containers/text_map.h"
#include "base/containers/vector.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "status/gap.h"
#include "status/subscription_state.h"
#include "subscription/interest/spec.h"

namespace switchboard {

struct DeliveryOutlets;

/// Which subscribers of a key have been notified of its state. Read and changed by the state reporter only.
class Notified {
  friend class StateReporter;

  Vector<SubscriptionId> unnotified_;       ///< those that have had no notice of the key's state yet
  ReasonCode refusedFor_ = ReasonCode::Ok;  ///< what the others were notified of last, if that waits for somebody
};

/// How often a key has failed, and when it is tried again. Changed by the state reporter only.
class Retries {
 public:
  /// Failures in a row.
  unsigned attempts() const { return attempts_; }
  /// While Retrying, unless it waits for a token, or Parked.
  const std::optional<TimePoint>& at() const { return at_; }
  /// Next try of the socket or token that the key waits for; while there is no `at`.
  const std::optional<WallTime>& waitsUntil() const { return waitsUntil_; }

 private:
  friend class StateReporter;

  unsigned attempts_ = 0;
  std::optional<TimePoint> at_;
  std::optional<WallTime> waitsUntil_;
};

/// How long a key without subscribers keeps its binding. Changed by the key timers only.
class Linger {
 public:
  /// When it ends; nothing while the key does not linger.
  const std::optional<TimePoint>& until() const { return until_; }

 private:
  friend class KeyTimers;

  std::optional<TimePoint> until_;
};

/// With which keys a key may share a channel. Changed by the bisection only.
class Grouping {
 public:
  /// Keys whose channel was refused as a whole are sorted into groups until the one at fault is alone; 0 is the healthy
  /// rest.
  std::uint32_t group() const { return group_; }
  /// The last join that had this key was answered with an error, which froze the socket (protocol.md §3.2).
  bool isRisky() const { return risky_; }

 private:
  friend class Bisection;

  std::uint32_t group_ = 0;
  bool risky_ = false;
};

/// What a key had seen as it was given to a binding: that may yet bring what came before.
class AlreadySeen {
 public:
  /// Of a binding that was live already. `commit`: of the last change that the key had.
  void begin(WallTime commit, TimePoint now) {
    if (isRoadChange()) return;
    commit_ = commit;
    at_ = now;
  }
  /// Of a key whose changes came with numbers, until it is live on a binding. `numbered`: when the last one was given
  /// its number, `came`: when it came. It was committed in between, and so was all that bears a time up to `numbered`
  /// and the time that passed since it came: before the key is live, that is in its gap.
  void beginRoadChange(WallTime numbered, TimePoint came) {
    commit_ = numbered;
    at_ = came;
    changesRoad_ = true;
  }
  /// The key is live.
  void onLive(TimePoint now) {
    if (!isRoadChange()) return;
    commit_ = commit(now);
    at_ = now;
    changesRoad_ = false;
  }
  void end() { commit_ = {}; }

  explicit operator bool() const { return commit_ != WallTime{}; }
  /// All up to here is not to come again.
  WallTime commit(TimePoint now) const {
    return isRoadChange() ? commit_ + std::min(now - at_, kLongestCommit) : commit_;
  }
  /// Whether a binding may still bring what came before.
  bool isRecent(TimePoint now) const { return isRoadChange() || now - at_ < kLag; }

 private:
  /// Upper bound on how late a socket may still bring a change: 15 s idle, 10 s for the heartbeat's answer, 5 s of
  /// stall by a refused join.
  static constexpr Duration kLag{30'000};
  /// A transaction gives its numbers as the last thing before its commit. More than this is dropped for nothing.
  static constexpr Duration kLongestCommit{1'000};

  bool isRoadChange() const { return kFollowsNumbers && changesRoad_; }

  WallTime commit_{};  // 0: none
  TimePoint at_{};
  bool changesRoad_ = false;
};

/// The time in which a key is not live, or is suspect.
class Outage {
 public:
  /// Nothing if it has begun.
  void begin(TimePoint now) {
    if (!since_) since_ = now;
  }
  void end() {
    since_.reset();
    nextPollAt_.reset();
  }
  void pollAt(TimePoint at) { nextPollAt_ = at; }
  void stopPolling() { nextPollAt_.reset(); }

  const std::optional<TimePoint>& since() const { return since_; }
  /// While the key is to be polled.
  const std::optional<TimePoint>& nextPollAt() const { return nextPollAt_; }

 private:
  std::optional<TimePoint> since_;
  std::optional<TimePoint> nextPollAt_;
};

/// One subscription key and its subscribers. More members than elsewhere: what each class knows of a key is here, so
/// that there is one table of keys.
struct KeyEntry {
  KeyId id;
  Spec spec;
  Vector<SubscriptionId> subscribers;  ///< in the order in which they came
  Notified notified;

  RoadStatus road;
  SubscriptionState state = SubscriptionState::Pending;
  Cause cause{ReasonCode::Connecting, Retry::Backoff, "Waiting for the connection."};
  WallTime since{};
  Retries retries;
  bool awaitsSocket = false;  ///< its channel waits for a socket that has room for it
  Linger linger;

  std::string seen;  ///< `commit_timestamp` of the last change of the channels
                     ///< that it had before; empty: none
  GapStart start;    ///< of a gap that opens as it loses its channel
  AlreadySeen alreadySeen;
  /// The interruption that it is in, and who is to hear of its end.
  struct OpenGap {
    Gap gap;  ///< without a subscription
    Vector<SubscriptionId> subscribers;
  };
  std::optional<OpenGap> gap;

  std::optional<Moment> firstLive;
  Outage outage;

  /// Whose binding brings its changes: its own or that of the key with event `*`. Null while none does.
  KeyEntry* source = nullptr;
  /// The other way round: the keys, itself among them, whose changes its binding brings.
  Vector<KeyEntry*> dependents;
  /// How its subscribers get its changes; belongs to the fan-out. Null without subscribers.
  const DeliveryOutlets* outlets = nullptr;
  Grouping grouping;

  /// Its changes come over broadcasts: it has no binding, and an interruption is no gap.
  bool isNumbered() const { return kFollowsNumbers && road.road == Road::Broadcast; }
  /// Live, but whether changes get lost is not known.
  bool isSuspect() const { return state == SubscriptionState::Live && gap.has_value(); }
  /// A key that lingers counts as subscribed.
  bool isSubscribed() const { return !subscribers.empty() || linger.until().has_value(); }
  /// Nothing keeps it from being planned.
  bool plannable() const { return state != SubscriptionState::Parked && state != SubscriptionState::Retrying; }
};

/// Who wants what. Knows nothing of channels.
class Registry {
 public:
  /// The key that the subscription is to; null when the id is in use.
  KeyEntry* add(SubscriptionId id, Spec spec, WallTime now, TimePoint nowMonotonic = {});
  /// The entry that lost a subscriber, or null when there is no such subscription. It stays, even without subscribers,
  /// until `erase`.
  KeyEntry* remove(SubscriptionId id);
  void erase(KeyId key);

  /// Null when there is none.
  KeyEntry* find(KeyId key) { return entries_.find(key); }
  KeyEntry* findByText(std::string_view key) { return byText_.find(key); }
  KeyEntry* findBySubscription(SubscriptionId id) { return bySubscription_.find(id); }

  std::size_t subscriptionCount() const { return bySubscription_.size(); }
  /// In the order in which they were first subscribed to.
  const IdMap<KeyId, KeyEntry>& entries() const { return entries_; }

 private:
  IdMap<KeyId, KeyEntry> entries_;
  TextMap<KeyEntry> byText_;  // the texts are those of the entries' specs
  IdPtrMap<SubscriptionId, KeyEntry> bySubscription_;
  std::uint32_t lastKey_ = 0;
};

}  // namespace switchboard
