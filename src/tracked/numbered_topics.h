#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/vector.h"
#include "numbered/beat_watch.h"
#include "pool/connection_pool.h"
#include "tracked/numbered_topic.h"
#include "tracked/road_trials.h"
#include "tracked/rpc_request.h"
#include "tracked/tracked_tables.h"

namespace switchboard {

/// The topics of tracked tables that are in use, and the beat that proves that their broadcasts arrive.
class NumberedTopics final : public NumberedRoad,
                             private NumberedTopicDelegate,
                             private RoadTrialsDelegate,
                             private BeatWatchDelegate,
                             private InnerHandle {
 public:
  /// All arguments outlive this.
  NumberedTopics(const NumberedTopicsOptions& options, Context& context, ConnectionPool& pool, UserChannels& channels,
                 Subscriptions& subscriptions);

  void update() override;
  void leave(KeyEntry& entry) override;
  /// Keys that fell back are tried again now.
  void retryNow() { trials_.retryNow(); }
  /// Answers to calls that are not wanted any more are ignored.
  void onRpcAnswer(std::uint32_t request, std::string_view text);
  void onRpcFailed(std::uint32_t request);
  /// Ends every topic, for good.
  void shutDown();

  /// Whether there is anything to take.
  bool hasNews() const { return !wanted_.empty() || !unwanted_.empty(); }
  Vector<RpcRequest> takeWanted() { return std::exchange(wanted_, {}); }
  Vector<std::uint32_t> takeUnwanted() { return std::exchange(unwanted_, {}); }

  const Vector<std::unique_ptr<NumberedTopic>>& topics() const { return topics_; }

 private:
  void join(KeyEntry& entry);
  void fallBack(KeyEntry& entry, const Cause& cause);
  NumberedTopic* topicFor(const Spec& spec) const;
  void addTo(KeyEntry& entry);
  bool isInUse(const KeyEntry& entry) const;
  std::uint32_t call(const std::string& topic, std::optional<std::uint64_t> after, unsigned atMost);
  void giveUp(std::uint32_t request);
  NumberedTopic* byRpc(std::uint32_t request) const;
  void watchBeat();

  void onRpcWanted(NumberedTopic& topic, const ChangesRequest& request) override;
  void onRpcUnwanted(NumberedTopic& topic) override;
  void onTopicLive(NumberedTopic& topic) override;
  void onKeyFellBack(const KeyEntry& entry, const Cause* refusal) override { trials_.onFellBack(entry, refusal); }
  void onTopicUnused(NumberedTopic& topic) override;
  std::uint32_t onTrialWanted(const std::string& topic) override { return call(topic, std::nullopt, 1); }
  void onTrialUnwanted(std::uint32_t rpc) override { giveUp(rpc); }
  void onTrialAllowed(const Vector<KeyEntry*>& keys) override;
  void onTrialRefused(const Vector<KeyEntry*>& keys, const Cause& cause) override;
  void onBroadcastsDoubted() override;
  void onHandleState(const UserChannel& channel) override;
  void onHandleBroadcast(std::string_view event, std::string_view payload) override;

  Context& context_;
  UserChannels& channels_;
  Subscriptions& subscriptions_;
  const NumberedTopicsOptions& options_;
  ConnectionPool& pool_;
  const NumbersOptions numbersOptions_;
  RoadTrials trials_;
  std::uint32_t tokenVersion_ = 0;  ///< with which they were tried
  Vector<std::unique_ptr<NumberedTopic>> topics_;
  Vector<RpcRequest> wanted_;
  Vector<std::uint32_t> unwanted_;
  std::uint32_t lastRpc_ = 0;
  BeatWatch beat_;
  HandleId beatHandle_{};     ///< 0: not listened to
  bool beatWasLive_ = false;  ///< since it was last refused
  bool beatIsLost_ = false;   ///< refused after it was live
};

}  // namespace switchboard
