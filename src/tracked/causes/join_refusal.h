#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "numbered/topic_numbers.h"
#include "timing/context.h"

namespace switchboard {

/// The owner. It may destroy the object from within `onRefusalConfirmed` only by `Turns::deferredDelete`.
class JoinRefusalDelegate {
 public:
  /// The database is to be asked why. To be answered by `onAnswer` or `onFailed`, not from within.
  virtual void onReasonWanted() = 0;
  /// The answer is of no use any more.
  virtual void onReasonUnwanted() = 0;
  /// The topic is to be joined once more.
  virtual void onJoinWanted() = 0;
  /// The topic can't be followed.
  virtual void onRefusalConfirmed(const Cause& cause) = 0;

 protected:
  ~JoinRefusalDelegate() = default;
};

/// Finds out why the server refuses a topic. It does not say whether it refuses it or does not know it, but the
/// database does. And while the database is read only, or has just started, the server refuses topics that it let in
/// before: a topic that was joined is tried again a few times where the database does not confirm the refusal.
class JoinRefusal {
 public:
  JoinRefusal(const NumbersOptions& options, Context& context, JoinRefusalDelegate& delegate);

  /// Whether there is one that is not confirmed yet.
  bool isPending() const { return cause_.has_value(); }
  void onRefused(const Cause& cause);
  /// The channel is joining, or joined.
  void forget();
  void onJoined();
  void onAnswer(std::string_view text);
  void onFailed();

 private:
  void onPatienceEnd();
  void doubt();

  const NumbersOptions& options_;
  Context& context_;
  JoinRefusalDelegate& delegate_;
  std::optional<Cause> cause_;  ///< what the server says
  Deadline patience_;           ///< with the answer; then the next try to join
  unsigned doubts_ = 0;         ///< refusals in a row that the database did not confirm
  bool isAsking_ = false;
  bool wasJoined_ = false;
};

}  // namespace switchboard
