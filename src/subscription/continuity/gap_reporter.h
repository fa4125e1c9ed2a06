#pragma once

#include <cstdint>
#include <utility>

#include "base/containers/vector.h"
#include "status/gap.h"
#include "subscription/continuity/gap_evidence.h"
#include "subscription/interest/registry.h"

namespace switchboard {

/// Numbers gaps and collects them for the subscriptions that are to hear of them.
class GapReporter {
 public:
  GapReporter(Context& context, GapEvidence& evidence) : context_(context), evidence_(evidence) {}

  /// These, of the key, may have missed changes from there until now.
  void report(KeyId key, const Vector<SubscriptionId>& subscribers, const Cause& cause, const GapStart& start);
  /// The key's changes are interrupted. Returns the subscribers that did not know; all others have been notified
  /// before.
  Vector<SubscriptionId> open(KeyEntry& entry, const Cause& cause, const GapStart& start);
  /// The interruption is over. Nothing when there is none.
  void close(KeyEntry& entry);
  /// When the open gap is closed, nothing is missing after this number.
  static void endAt(KeyEntry& entry, std::string_view epoch, std::uint64_t number);
  /// The subscription has ended, and is not to hear of what was not taken yet.
  void forget(SubscriptionId id);
  bool hasAny() const { return !gaps_.empty(); }
  Vector<Gap> take() { return std::exchange(gaps_, {}); }

 private:
  Gap describe(const Cause& cause, const GapStart& start);
  WallTime endOf(WallTime from);
  void recordStart(const Gap& gap, KeyId key) const;
  void recordEnd(const Gap& gap, KeyId key, WallTime to) const;

  Context& context_;
  GapEvidence& evidence_;
  Vector<Gap> gaps_;
  std::uint32_t lastGap_ = 0;
};

}  // namespace switchboard
