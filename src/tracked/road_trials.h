#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "subscription/subscriptions.h"
#include "timing/context.h"
#include "timing/deadline_queue.h"

namespace switchboard {

class RoadTrialsDelegate {
 public:
  /// Asks the database where the topic is. Returns the number of the call; to be answered by `onRpcAnswer` or
  /// `onRpcFailed`, not from within.
  virtual std::uint32_t onTrialWanted(const std::string& topic) = 0;
  /// The answer to the call is of no use any more.
  virtual void onTrialUnwanted(std::uint32_t rpc) = 0;
  /// The database would give these keys, all of one topic, their changes.
  virtual void onTrialAllowed(const Vector<KeyEntry*>& keys) = 0;
  /// It would not.
  virtual void onTrialRefused(const Vector<KeyEntry*>& keys, const Cause& cause) = 0;

 protected:
  ~RoadTrialsDelegate() = default;
};

/// Tries the broadcast road again for keys that fell back. A trial of a topic begins with a call of the database:
/// joins that are refused would hold up everything on their socket. First after a minute, then after twice as long each
/// time, up to half an hour; at once when there is another token.
class RoadTrials {
 public:
  /// All arguments outlive this.
  RoadTrials(Duration patience, Context& context, Subscriptions& subscriptions, RoadTrialsDelegate& delegate)
      : patience_(patience), context_(context), subscriptions_(subscriptions), delegate_(delegate) {}

  /// The key fell back, or its trial failed. `refusal`: why the server refuses the topic; null when it does not.
  void onFellBack(const KeyEntry& entry, const Cause* refusal);
  /// Why the server refused the topic lately, as far as is known; another join would hold up everything on its socket.
  std::optional<Cause> refusalOf(const std::string& topic) const;
  /// The key fell back without a join. The database is asked now, unless it was a short time ago.
  void onMet(const KeyEntry& entry);
  /// Tries every topic now.
  void retryNow();
  /// Keys of the topic that fell back.
  Vector<KeyEntry*> fallen(std::string_view topic) const;
  /// Forgets topics that no key has any more, after a short time.
  void forgetUnused();
  /// False when the call is none of a trial.
  bool onRpcAnswer(std::uint32_t rpc, std::string_view text);
  bool onRpcFailed(std::uint32_t rpc);
  void shutDown();

 private:
  struct Trial {
    Trial(std::string of, Context& context, RoadTrials& owner)
        : topic(std::move(of)), due(context.deadlines, DeadlineKind::Retry, [this, &owner] { owner.onDue(*this); }) {}

    const std::string topic;
    Deadline due;                  ///< the next trial, or the end of patience with the call
    TimePoint begunAt{};           ///< the last one, or when the first key fell back
    std::optional<Cause> refusal;  ///< of the topic by the server, with the present token
    unsigned attempts = 0;
    std::uint32_t rpc = 0;
  };

  Trial& of(const std::string& topic);
  Trial* byRpc(std::uint32_t rpc) const;
  void onDue(Trial& trial);
  void endCall(Trial& trial);
  void later(Trial& trial);
  bool isFresh(const Trial& trial) const;

  const Duration patience_;
  Context& context_;
  Subscriptions& subscriptions_;
  RoadTrialsDelegate& delegate_;
  Vector<std::unique_ptr<Trial>> trials_;
};

}  // namespace switchboard
