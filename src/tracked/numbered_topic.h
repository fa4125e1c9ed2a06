#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/containers/vector.h"
#include "numbered/topic_numbers.h"
#include "subscription/subscriptions.h"
#include "tracked/causes/join_refusal.h"
#include "tracked/topic_key.h"
#include "tracked/tracked_tables.h"
#include "user_channel/user_channels.h"

namespace switchboard {

class NumberedTopic;

class NumberedTopicDelegate {
 public:
  virtual void onRpcWanted(NumberedTopic& topic, const ChangesRequest& request) = 0;
  virtual void onRpcUnwanted(NumberedTopic& topic) = 0;
  /// Its changes come: keys that fell back may be added.
  virtual void onTopicLive(NumberedTopic& topic) = 0;
  /// The key fell back, or does not return. `refusal`: why the server refuses the topic; null when it does not.
  virtual void onKeyFellBack(const KeyEntry& entry, const Cause* refusal) = 0;
  /// It has no keys any more. It must not be destroyed from within (use `Turns::deferredDelete`).
  virtual void onTopicUnused(NumberedTopic& topic) = 0;

 protected:
  ~NumberedTopicDelegate() = default;
};

/// A topic in use: its channel, its numbers, and the keys that get its changes.
///
/// A key that fell back is on trial at first: it stays on `postgres_changes` until the changes of the topic come. Then
/// it is taken off its binding and the database is asked for the position once more. All that is committed until that
/// answer is in a gap; the key gets what comes after it. So no change comes over both roads.
class NumberedTopic final : public InnerHandle, private TopicNumbersDelegate, private JoinRefusalDelegate {
 public:
  /// For keys like this one. All other arguments outlive this.
  NumberedTopic(const Spec& spec, const NumbersOptions& options, const Vector<TrackedTable>& tables, Context& context,
                UserChannels& channels, Subscriptions& subscriptions, NumberedTopicDelegate& delegate);

  /// Whether the key can get its changes from here: one that continues somewhere needs a topic of its own.
  bool serves(const Spec& spec) const;
  void add(KeyEntry& entry);
  /// False when it is not among the keys. The topic is of no use after the last one.
  bool remove(const KeyEntry& entry);
  bool has(const KeyEntry& entry) const;
  /// Opens the channel.
  void open();
  void close();

  TopicNumbers& numbers() { return numbers_; }
  const TopicNumbers& numbers() const { return numbers_; }

  /// Of the call that `rpc` names.
  void onRpcAnswer(std::string_view text);
  void onRpcFailed();
  /// Of the call that is on its way, as its owner knows it; 0: none.
  std::uint32_t rpc = 0;

 private:
  void onHandleState(const UserChannel& channel) override;
  void onHandleBroadcast(std::string_view event, std::string_view payload) override;
  void onNumbered(TopicNumbers& numbers, const NumberedMessage& message) override;
  void onNumbersGap(TopicNumbers& numbers, const NumbersGap& gap) override;
  void onChangesWanted(TopicNumbers& numbers, const ChangesRequest& request) override;
  void onChangesUnwanted(TopicNumbers& numbers, std::uint32_t request) override;
  void onNumbersState(TopicNumbers& numbers) override;
  void onConfirmed(TopicNumbers& numbers) override;
  void onTables(TopicNumbers& numbers, std::string_view tables) override;
  void onFellBack(TopicNumbers& numbers, FallBackReason reason, std::string_view message) override;

  void onReasonWanted() override { delegate_.onRpcWanted(*this, {0, {}, std::nullopt, 1}); }
  void onReasonUnwanted() override { delegate_.onRpcUnwanted(*this); }
  void onJoinWanted() override { channels_.retry(handle_); }
  void onRefusalConfirmed(const Cause& cause) override { fallBack(cause); }

  void showState();
  void showState(const TopicKey& key);
  void changeOver();
  void onPatienceEnd();
  void fallBack(const Cause& cause);
  void fallBack(KeyEntry& entry, const Cause& cause, std::uint64_t from);
  void bind(const NumberedMessage& message);
  void pass(const NumberedMessage& message, const NumberedChange& change);
  void reportGap(const KeyEntry& entry, const Cause& cause, MissingNumbers numbers);
  WallTime missingSince() const;
  GapStart startOf(MissingNumbers numbers) const;

  Context& context_;
  UserChannels& channels_;
  Subscriptions& subscriptions_;
  NumberedTopicDelegate& delegate_;
  const NumbersOptions& options_;
  const Vector<TrackedTable>& tables_;
  const std::optional<RoadOptions::From> from_;
  TopicNumbers numbers_;
  HandleId handle_{};
  std::uint32_t request_ = 0;  ///< of the numbers, as they know it
  Vector<std::unique_ptr<TopicKey>> keys_;
  JoinRefusal refusal_;
  Deadline patience_;  ///< with the answer that changing keys need
  // Of the channel.
  SubscriptionState channelState_ = SubscriptionState::Pending;
  Cause channelCause_;
  unsigned channelAttempts_ = 0;
  std::optional<WallTime> channelNextTry_;
  // Before which nothing is missing.
  std::string commit_;
  std::optional<WallTime> committedAt_;
  const Moment since_;  ///< as long as nothing has come
  TimePoint cameAt_{};  ///< what bears that commit
  bool isClosed_ = false;
};

}  // namespace switchboard
