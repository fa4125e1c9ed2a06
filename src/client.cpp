#include "client.h"

#include "base/enum_names.h"

namespace switchboard {

namespace {

/// A timer this much behind its time has not been late but asleep.
constexpr Duration kSleepThreshold{5'000};

Error disposedError() {
  return {ReasonCode::Disposed, "", "The manager has been disposed of; create a new one."};
}

}  // namespace

std::optional<LifecycleEvent> lifecycleEventNamed(std::string_view text) {
  static constexpr EnumNames<LifecycleEvent, 12> kNames({
      {LifecycleEvent::Online, "online"},
      {LifecycleEvent::Offline, "offline"},
      {LifecycleEvent::Visible, "visible"},
      {LifecycleEvent::Hidden, "hidden"},
      {LifecycleEvent::Freeze, "freeze"},
      {LifecycleEvent::Resume, "resume"},
      {LifecycleEvent::PageHide, "pagehide"},
      {LifecycleEvent::PageShow, "pageshow"},
      {LifecycleEvent::NetworkChange, "networkchange"},
      {LifecycleEvent::SaveData, "savedata"},
      {LifecycleEvent::FullData, "fulldata"},
      {LifecycleEvent::Tick, "tick"},
  });
  return kNames.find(text);
}

std::string_view toString(LogLevel level) {
  static constexpr EnumNames<LogLevel, 4> kNames({
      {LogLevel::Debug, "debug"},
      {LogLevel::Info, "info"},
      {LogLevel::Warn, "warn"},
      {LogLevel::Error, "error"},
  });
  return kNames[level];
}

Result<std::unique_ptr<Client>> Client::create(ClientOptions&& options, const Platform& platform, ClientSink& sink) {
  auto url = socketUrl(options.endpoint);
  if (!url) return url.error();
  ConnectionOptions& connection = options.pool.connection;
  connection.url = url.value();
  connection.version = options.endpoint.version;
  connection.apikey = readClaims(options.endpoint.apikey);
  connection.apikeyIsOpaque = options.endpoint.apikey.substr(0, 3) == "sb_";
  return std::unique_ptr<Client>(new Client(std::move(options), platform, sink));
}

Client::Client(ClientOptions&& options, const Platform& platform, ClientSink& sink)
    : options_(std::move(options)),
      sink_(sink),
      turns_([this] { onTurnEnd(); }),
      clock_(platform.clock, turns_),
      recorder_(options_.recorder, clock_),
      random_(platform.random, recorder_),
      deadlines_(clock_, platform.timer, turns_, recorder_),
      context_{clock_, deadlines_, turns_, random_, *this, recorder_},
      tracker_(context_, options_.statusSettle) {
  recordToken(options_.endpoint.apikey);
  recordToken(options_.accessToken);
  PoolDelegate& delegate = *this;
  pool_ = std::make_unique<ConnectionPool>(options_.pool, options_.accessToken, context_, platform.transports, tracker_,
                                           delegate);
  subscriptions_ = std::make_unique<Subscriptions>(options_.subscriptions, context_, *pool_, tracker_, deliveries_);
  channels_ = std::make_unique<UserChannels>(options_.channels, context_, *pool_, tracker_, deliveries_);
  numbered_ = std::make_unique<NumberedTopics>(options_.numbered, context_, *pool_, *channels_, *subscriptions_);
  deadlines_.onFire([this](Duration late) {
    pool_->tokens().followCalendar();
    if (late >= kSleepThreshold) notify(LifecycleEvent::Resume);
  });
  clock_.release();
}

void Client::recordToken(std::string_view token) {
  enum Flag : unsigned { Jwt = 1, Key = 2, Expires = 4, Issued = 8 };
  const std::uint32_t number = recorder_.addToken(token);
  if (number == 0) return;
  const auto claims = readClaims(token);
  const TokenClaims known = claims.value_or(TokenClaims{});
  const auto ms = [](const std::optional<WallTime>& time) { return time ? time->time_since_epoch().count() : 0; };
  unsigned flags = token.starts_with("sb_") ? Key : 0;
  if (claims) flags |= Jwt;
  if (known.expiresAt) flags |= Expires;
  if (known.issuedAt) flags |= Issued;
  recorder_.begin(EntryKind::Token).number(number).number(flags).text(known.role);
  recorder_.signedNumber(ms(known.expiresAt)).signedNumber(ms(known.issuedAt)).end();
}

/// What of a batch no other entry says.
void Client::recordNews() {
  if (batch_.tokenRequest) recorder_.note(EntryKind::TokenWanted, *batch_.tokenRequest);
  for (const auto& request : batch_.rpcWanted) {
    recorder_.begin(EntryKind::RpcWanted).number(request.id).text(request.topic).end();
  }
  for (const auto& [level, message] : batch_.logs) {
    recorder_.begin(EntryKind::LogLine).text(toString(level)).raw(message).end();
  }
  if (!recorder_.hasFrames() || batch_.deliveries.empty()) return;
  std::size_t changes = 0;
  std::size_t subscribers = 0;
  for (const auto& delivery : batch_.deliveries) {
    changes += delivery.count;
    subscribers += delivery.subscribers.size();
  }
  recorder_.begin(EntryKind::Delivered).number(batch_.deliveries.size()).number(changes).number(subscribers).end();
}

Client::~Client() {
  dispose();
}

std::optional<Error> Client::subscribe(SubscriptionId id, BindingConfig&& binding, DeliverySpec&& delivery,
                                       RoadOptions&& road) {
  if (disposed_) return disposedError();
  auto spec = makeSpec(std::move(binding));
  if (!spec) return spec.error();
  chooseRoad(spec.value(), id, std::move(road), options_.numbered);
  Turn turn(turns_);
  if (!subscriptions_->subscribe(id, std::move(spec.value()), std::move(delivery))) {
    return unusable("id");
  }
  return std::nullopt;
}

void Client::unsubscribe(SubscriptionId id) {
  if (disposed_) return;
  Turn turn(turns_);
  subscriptions_->unsubscribe(id);
}

void Client::unsubscribeAll() {
  if (disposed_) return;
  Turn turn(turns_);
  subscriptions_->unsubscribeAll();
}

void Client::pause(SubscriptionId id) {
  if (disposed_) return;
  Turn turn(turns_);
  subscriptions_->pause(id);
}

void Client::resume(SubscriptionId id) {
  if (disposed_) return;
  Turn turn(turns_);
  subscriptions_->resume(id);
}

void Client::flush(SubscriptionId id) {
  if (disposed_) return;
  Turn turn(turns_);
  subscriptions_->flush(id);
  flushed_.push_back(id);
}

std::optional<Error> Client::openChannel(HandleId handle, UserChannelSpec&& spec, const HandleOptions& options) {
  if (disposed_) return disposedError();
  Turn turn(turns_);
  return channels_->open(handle, std::move(spec), options);
}

void Client::closeChannel(HandleId handle) {
  if (disposed_) return;
  Turn turn(turns_);
  channels_->close(handle);
}

void Client::watchPresence(HandleId handle) {
  if (disposed_) return;
  Turn turn(turns_);
  channels_->watchPresence(handle);
}

bool Client::push(Push&& push) {
  if (disposed_) return false;
  Turn turn(turns_);
  return channels_->push(std::move(push));
}

void Client::track(HandleId handle, std::string payload) {
  if (disposed_) return;
  Turn turn(turns_);
  channels_->track(handle, std::move(payload));
}

void Client::untrack(HandleId handle) {
  if (disposed_) return;
  Turn turn(turns_);
  channels_->untrack(handle);
}

void Client::reconnectAll() {
  if (disposed_) return;
  Turn turn(turns_);
  channels_->retryAll();
  subscriptions_->reconnectAll();
  numbered_->retryNow();
}

void Client::provideToken(std::uint32_t request, std::string token) {
  if (disposed_) return;
  Turn turn(turns_);
  if (request == 0) {
    pool_->tokens().set(std::move(token));
  } else {
    pool_->tokens().provide(request, std::move(token));
  }
}

void Client::failToken(std::uint32_t request, std::string_view message) {
  if (disposed_) return;
  Turn turn(turns_);
  pool_->tokens().fail(request, message);
}

void Client::answerRpc(std::uint32_t request, std::string_view text) {
  if (disposed_) return;
  Turn turn(turns_);
  numbered_->onRpcAnswer(request, text);
}

void Client::failRpc(std::uint32_t request) {
  if (disposed_) return;
  Turn turn(turns_);
  numbered_->onRpcFailed(request);
}

void Client::notify(LifecycleEvent event) {
  if (disposed_) return;
  if (event == LifecycleEvent::Tick) return deadlines_.runDue();
  Turn turn(turns_);
  pool_->tokens().followCalendar();
  switch (event) {
    case LifecycleEvent::Online:
    case LifecycleEvent::Offline:
      pool_->setOnline(event == LifecycleEvent::Online);
      subscriptions_->setOnline(event == LifecycleEvent::Online);
      return;
    case LifecycleEvent::Hidden:
    case LifecycleEvent::Visible:
      hidden_ = event == LifecycleEvent::Hidden;
      pool_->setHidden(hidden_);
      break;
    case LifecycleEvent::SaveData:
    case LifecycleEvent::FullData:
      saveData_ = event == LifecycleEvent::SaveData;
      break;
    case LifecycleEvent::PageHide:
    case LifecycleEvent::PageShow:
      pool_->setSuspended(event == LifecycleEvent::PageHide);
      break;
    case LifecycleEvent::Freeze:
    case LifecycleEvent::Resume:
    case LifecycleEvent::NetworkChange:
    case LifecycleEvent::Tick:
      break;
  }
  subscriptions_->setSparing(hidden_ || saveData_);
  if (event == LifecycleEvent::Resume) subscriptions_->excusePulses();
  const bool hopeful = event == LifecycleEvent::Visible || event == LifecycleEvent::Resume ||
                       event == LifecycleEvent::PageShow || event == LifecycleEvent::NetworkChange;
  if (hopeful) pool_->reconnectSoon();
}

void Client::dispose() {
  if (disposed_) return;
  disposed_ = true;
  Turn turn(turns_);
  numbered_->shutDown();
  subscriptions_->shutDown();
  channels_->shutDown();
  pool_->shutDown();
  tracker_.stop();
}

}  // namespace switchboard
