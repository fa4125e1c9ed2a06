#pragma once

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

/// One subscription key and its subscribers.
struct KeyEntry {
  KeyId id;
  Spec spec;
  Vector<SubscriptionId> subscribers;  ///< in the order in which they came
  Vector<SubscriptionId> unnotified;   ///< of these, those that have had no notice of its state yet

  SubscriptionState state = SubscriptionState::Pending;
  Cause cause{ReasonCode::Connecting, Retry::Backoff, "Waiting for the connection."};
  ReasonCode refusedFor = ReasonCode::Ok;  ///< what its subscribers were notified of last, if that
                                           ///< waits for somebody to act
  WallTime since{};
  unsigned attempts = 0;                 ///< failures in a row
  std::optional<TimePoint> retryAt;      ///< while Retrying, unless it waits for a token, or Parked
  std::optional<WallTime> waitsUntil;    ///< next try of the socket or token that it waits for; while
                                         ///< there is no `retryAt`
  bool awaitsSocket = false;             ///< its channel waits for a socket that has room for it
  std::optional<TimePoint> lingerUntil;  ///< while nobody wants it

  std::string seen;  ///< `commit_timestamp` of the last change of the channels
                     ///< that it had before; empty: none
  GapStart start;    ///< of a gap that opens as it loses its channel
  /// What it had seen as it was given to a binding that was live already: that may yet bring what came before.
  struct AlreadySeen {
    std::string commit;
    TimePoint at{};
  };
  std::optional<AlreadySeen> alreadySeen;
  /// The interruption that it is in, and who is to hear of its end.
  struct OpenGap {
    Gap gap;  ///< without a subscription
    Vector<SubscriptionId> subscribers;
  };
  std::optional<OpenGap> gap;

  std::optional<Moment> firstLive;
  std::optional<TimePoint> notLiveSince;  ///< while it has subscribers and is not live, or is suspect
  std::optional<TimePoint> nextPollAt;    ///< while it is to be polled

  /// Whose binding brings its changes: its own or that of the key with event `*`. Null while none does.
  KeyEntry* source = nullptr;
  /// The other way round: the keys, itself among them, whose changes its binding brings.
  Vector<KeyEntry*> dependents;
  /// How its subscribers get its changes; belongs to the fan-out. Null without subscribers.
  const DeliveryOutlets* outlets = nullptr;
  /// Keys whose channel was refused as a whole are sorted into groups until the one at fault is alone; 0 is the healthy
  /// rest.
  std::uint32_t bisectionGroup = 0;
  /// The last join that had this key was answered with an error, which froze the socket (protocol.md §3.2).
  bool risky = false;

  /// Live, but whether changes get lost is not known.
  bool isSuspect() const { return state == SubscriptionState::Live && gap.has_value(); }
  bool wanted() const { return !subscribers.empty() || lingerUntil.has_value(); }
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
