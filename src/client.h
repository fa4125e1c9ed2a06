#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/containers/vector.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/turn.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/random.h"
#include "platform/timer.h"
#include "platform/transport.h"
#include "pool/connection_pool.h"
#include "protocol/endpoint.h"
#include "recorder/recorded_clock.h"
#include "recorder/recorded_random.h"
#include "recorder/recorder.h"
#include "status/tracker.h"
#include "subscription/subscriptions.h"
#include "timing/deadline_queue.h"
#include "tracked/numbered_build.h"
#include "user_channel/user_channels.h"

namespace switchboard {

/// What the runtime lends a client. All of it outlives the client.
struct Platform {
  const Clock& clock;
  Timer& timer;
  Random& random;
  TransportFactory& transports;
};

struct ClientOptions {
  Endpoint endpoint;
  std::string accessToken;       ///< empty: none yet
  Duration statusSettle{1'000};  ///< how long the overall status must be worse before it says so
  PoolOptions pool;
  SubscriptionsOptions subscriptions;
  UserChannelsOptions channels;
  NumberedTopicsOptions numbered;
  RecorderOptions recorder;
};

/// What one turn has to say to the outside.
struct Batch {
  Vector<Delivery> deliveries;
  Vector<std::string_view> columnLists;  ///< new ones; see ColumnLists. They stay good
  std::optional<StatusDelta> status;
  Counters counters;  ///< as of now; only filled in together with a status
  Vector<Notice> notices;
  Vector<Gap> gaps;
  Vector<SubscriptionId> polls;    ///< not live for a while: their rows are to be fetched
  Vector<SubscriptionId> flushed;  ///< see `Client::flush`; what was held for them is in the deliveries
  Vector<PushResult> pushes;
  Vector<UserChannelGap> channelGaps;
  std::optional<std::uint32_t> tokenRequest;
  Vector<RpcRequest> rpcWanted;
  Vector<std::uint32_t> rpcUnwanted;  ///< their answers are of no use any more
  Vector<std::pair<LogLevel, std::string>> logs;

  bool hasControl() const {
    return status || !notices.empty() || !gaps.empty() || !polls.empty() || !flushed.empty() || !pushes.empty() ||
           !channelGaps.empty() || tokenRequest || !rpcWanted.empty() || !rpcUnwanted.empty() || !logs.empty();
  }
  bool empty() const { return deliveries.empty() && !hasControl(); }
};

class ClientSink {
 public:
  /// At most once per entry into the client, at its end, unless the sink itself enters the client: that is allowed, and
  /// what comes of it follows in further calls. Never after `dispose`.
  virtual void onBatch(const Batch& batch) = 0;

 protected:
  ~ClientSink() = default;
};

/// What the page or process reports about itself.
enum class LifecycleEvent : unsigned char {
  Online,
  Offline,
  Visible,
  Hidden,
  Freeze,
  Resume,
  PageHide,
  PageShow,
  NetworkChange,
  SaveData,
  FullData,
  Tick,  ///< time has passed: what is due is done, where the browser throttles the page's timers
};
std::optional<LifecycleEvent> lifecycleEventNamed(std::string_view text);

/// A realtime connection manager: takes subscriptions and handles of channels, keeps as few sockets and channels as
/// will do, and reports changes, broadcasts, presence and its status. Has no thread, clock or socket of its own.
class Client final : private PoolDelegate, private Log {
 public:
  /// Fails if the endpoint is unusable.
  static Result<std::unique_ptr<Client>> create(ClientOptions&& options, const Platform& platform, ClientSink& sink);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Nothing goes out before the next tick, so that what is subscribed to in one tick shares a channel. Fails on a spec
  /// that the server would refuse for its form, and on an id in use. After `dispose` it fails with Disposed.
  std::optional<Error> subscribe(SubscriptionId id, BindingConfig&& binding, DeliverySpec&& delivery = {},
                                 RoadOptions&& road = {});
  /// Unknown ids are ignored.
  void unsubscribe(SubscriptionId id);
  void unsubscribeAll();
  /// While paused a subscription gets nothing; what comes in is held for it (bounded), conflated if it conflates.
  /// Unknown ids are ignored.
  void pause(SubscriptionId id);
  void resume(SubscriptionId id);
  /// Hands over what a delivery window holds for the subscription, unless it is paused. The batch in which that comes
  /// names the id as flushed, also when nothing was held or the id is unknown.
  void flush(SubscriptionId id);
  /// A handle of a channel that the application names; see UserChannels. Its id is none of a subscription.
  std::optional<Error> openChannel(HandleId handle, UserChannelSpec&& spec, const HandleOptions& options);
  /// Unknown handles are ignored, here and below.
  void closeChannel(HandleId handle);
  void watchPresence(HandleId handle);
  /// True when it was sent at once, and needs no answer: that is how it ended. Else that is in a batch, unless it is
  /// conflated.
  bool push(Push&& push);
  /// `payload`: a JSON object.
  void track(HandleId handle, std::string payload);
  void untrack(HandleId handle);
  /// Gives up all waits, forgets refusals and replaces every connection.
  void reconnectAll();
  /// The answer to a token request, or with request 0 a token of the application's own accord. Empty: none.
  void provideToken(std::uint32_t request, std::string token);
  void failToken(std::uint32_t request, std::string_view message);
  /// The answer to a request of `Batch::rpcWanted`: what the function returned, as JSON, or that it failed.
  void answerRpc(std::uint32_t request, std::string_view text);
  void failRpc(std::uint32_t request);
  void notify(LifecycleEvent event);
  /// Closes everything. No call of the sink after it begins.
  void dispose();

  const ConnectionPool& pool() const { return *pool_; }
  const Subscriptions& subscriptions() const { return *subscriptions_; }
  const UserChannels& channels() const { return *channels_; }
  const NumberedTopics& numbered() const { return *numbered_; }
  const DeadlineQueue& deadlines() const { return deadlines_; }
  const StatusTracker& status() const { return tracker_; }
  /// For what enters the client by commands, and to take what was recorded.
  Recorder& recorder() { return recorder_; }
  RecordedClock& clock() { return clock_; }
  bool isInTurn() const { return turns_.active(); }
  /// The token is cut out of what is recorded from now on; what of it decides is recorded.
  void recordToken(std::string_view token);

 private:
  Client(ClientOptions&& options, const Platform& platform, ClientSink& sink);

  void onTurnEnd();
  bool hasNews() const;
  void collect();
  void recordNews();
  void onTokenWanted(std::uint32_t request) override { tokenRequest_ = request; }
  void write(LogLevel level, std::string_view message) override { logs_.emplace_back(level, message); }

  // More members than elsewhere: the parts, each built from those before it, and what the batch is collected from.
  const ClientOptions options_;
  ClientSink& sink_;
  Turns turns_;
  RecordedClock clock_;
  Recorder recorder_;
  RecordedRandom random_;
  DeadlineQueue deadlines_;
  Context context_;
  StatusTracker tracker_;
  DeliveryQueue deliveries_;
  Batch batch_;  // its memory is used again
  Vector<std::pair<LogLevel, std::string>> logs_;
  std::optional<std::uint32_t> tokenRequest_;
  Vector<SubscriptionId> flushed_;
  std::unique_ptr<ConnectionPool> pool_;
  std::unique_ptr<Subscriptions> subscriptions_;
  std::unique_ptr<UserChannels> channels_;
  std::unique_ptr<NumberedTopics> numbered_;
  bool hidden_ = false;
  bool saveData_ = false;
  bool disposed_ = false;
};

}  // namespace switchboard
