#pragma once

#include <utility>

#include "base/containers/inline_callback.h"
#include "base/containers/vector.h"
#include "subscription/interest/registry.h"
#include "timing/context.h"

namespace switchboard {

struct PollFallbackOptions {
  Duration after{10'000};         ///< how long a subscription must not be live before it is to be polled
  Duration every{15'000};         ///< pace of its polls, the first at any moment of the first interval
  Duration everyReduced{60'000};  ///< the same while nobody looks, or the link is slow or paid by the byte
  unsigned perMinute = 60;        ///< polls of all keys together; with many keys each comes round less often
};

/// The ladder down for poor connections: what has not been live for a while is to be polled, at a jittered and bounded
/// pace, until it is live again. Nothing is polled while the runtime says that there is no network.
class PollFallback {
 public:
  /// `onPolled(entry)`: the entry's way of getting its rows has changed.
  PollFallback(const PollFallbackOptions& options, Registry& registry, Context& context,
               InlineCallback<void(KeyEntry&)> onModeChange);

  void setOnline(bool online);
  void setSparing(bool sparing) { sparing_ = sparing; }
  /// States of keys may have changed.
  void update();
  /// These can't wait for their turn.
  void pollNow(const Vector<SubscriptionId>& subscribers) {
    if (online_) polls_.append(subscribers);
  }
  /// The subscription has ended, and is not to hear of what was not taken yet.
  void forget(SubscriptionId id) { polls_.remove(id); }
  bool hasPolls() const { return !polls_.empty(); }
  Vector<SubscriptionId> takePolls() { return std::exchange(polls_, {}); }
  void stop() { tick_.cancel(); }

 private:
  Duration interval(std::size_t keys) const;
  Duration untilFirst(Duration interval);
  Duration untilNext(Duration interval);

  const PollFallbackOptions& options_;
  Registry& registry_;
  Context& context_;
  InlineCallback<void(KeyEntry&)> onModeChange_;
  Deadline tick_;
  Vector<SubscriptionId> polls_;
  bool online_ = true;
  bool sparing_ = false;
};

}  // namespace switchboard
