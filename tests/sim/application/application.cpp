#include "application/application.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "application/interests.h"

namespace switchboard::sim {

using namespace std::chrono_literals;

Application::Application(World world, ApplicationTraits traits)
    : world_(world),
      traits_(std::move(traits)),
      visitor_(world.events, world.trace, world.roomRandom, world.checks.rooms()) {
  begin();
}

void Application::begin() {
  ++clients_;
  disposed_ = cached_ = false;
  world_.checks.onNewClient();
  ClientOptions options = traits_.client;
  options.endpoint.url = "ws://server/realtime/v1";
  options.endpoint.apikey = "sb_publishable_simulated";
  world_.checks.addSecret(options.endpoint.apikey);
  options.pool.token.hasCallback = traits_.tokenCallback;
  token_.clear();
  lastRequest_ = lastOverridden_ = 0;
  if (traits_.staticToken) {
    options.accessToken = token_ = freshToken();
    world_.checks.onTokenGiven(token_.empty() ? "anon" : role_);
  }
  world_.tampering.options(options);
  const Platform platform{world_.tampering.clock(world_.machine), world_.tampering.timer(world_.timer),
                          world_.tampering.random(world_.clientRandom), world_.tampering.transports(world_.network)};
  client_ = std::move(Client::create(std::move(options), platform, world_.tampering.sink(*this)).value());
  world_.tampering.begun(*client_);
  tellWhatIsSo();
}

/// A page may begin hidden, and on a machine without a network, before anything is subscribed to.
void Application::tellWhatIsSo() {
  saidOffline_ = false;
  if (hidden_ || world_.random.chance(10)) setHidden(true);
  if (world_.weather.down || world_.random.chance(5)) setOnline(false);
}

// --- ends

void Application::dispose() {
  if (disposed_) return;
  world_.trace.add(world_.events.now(), "dispose");
  disposed_ = true;
  world_.watched.clear();
  world_.checks.rooms().onEnd();
  client_->dispose();
  if (inSink_) {
    world_.events.after(Duration{0}, [this] { afterDispose(); });
  } else {
    afterDispose();
  }
}

void Application::afterDispose() {
  if (client_ == nullptr) return;
  world_.checks.onDisposed(*client_, world_.timer.isArmed(), world_.network.links().size());
  client_.reset();
  if (!finished_) begin();
}

void Application::finish() {
  finished_ = true;
  dispose();
  afterDispose();
}

// --- subscriptions

/// In worlds with tracked tables many subscriptions are to those, and in a way that allows the broadcast road.
RoadOptions Application::roadFor(Interest& interest) {
  RoadOptions road;
  const auto& traits = world_.checks.numbers().traits();
  if (traits.tables.empty()) return road;
  auto& random = world_.numberedRandom;
  if (random.chance(50)) {
    interest.table = random.pick(traits.tables).table;
    if (random.chance(80)) interest.select.clear();
    if (interest.filter.rfind("owner", 0) != 0 && interest.filter.rfind("kind", 0) != 0 && random.chance(80)) {
      interest.filter = random.chance(70) ? "owner=eq.1" : "owner=eq.2,kind=eq.1";
    }
  }
  const auto way = random.below(100);
  if (way < 25) road.via = Road::Broadcast;
  if (way >= 25 && way < 40) road.via = Road::PostgresChanges;
  constexpr std::array kLeaving = {RoadOptions::Leaving::Delete, RoadOptions::Leaving::Update,
                                   RoadOptions::Leaving::Both};
  if (random.chance(40)) road.leaving = random.pick(kLeaving);
  return road;
}

void Application::callRpc(const RpcRequest& request) {
  world_.rpc.call(request, token_, [this, id = request.id, generation = clients_](const auto& answer) {
    if (generation != clients_ || client() == nullptr) return;
    if (answer) {
      client_->answerRpc(id, *answer);
    } else {
      client_->failRpc(id);
    }
  });
}

void Application::subscribe(const Interest& wanted, const std::optional<RoadOptions::From>& from) {
  Interest interest = wanted;
  RoadOptions road;
  if (from) {
    road.from = from;
  } else {
    road = roadFor(interest);
  }
  const unsigned id = ++lastId_;
  world_.trace.add(world_.events.now(), "subscribe", id, interest.text());
  Watched watched;
  watched.key = interest.text();
  watched.coverKey = interest.coverText();
  watched.since = world_.events.now();
  watched.interest = interest;
  watched.via = road.via;
  watched.leaving = road.leaving;
  world_.checks.numbers().onSubscribe(id, watched, from);
  world_.watched.emplace(id, std::move(watched));
  BindingConfig config{interest.event, "public", interest.table, interest.filter, {}};
  for (const auto& column : interest.select) config.select.push_back(column);
  const auto error = client_->subscribe(SubscriptionId{id}, std::move(config), {}, std::move(road));
  if (error) world_.watched.erase(id);
}

void Application::subscribeSome() {
  const unsigned count = world_.random.between(1u, 3u);
  for (unsigned i = 0; i < count && !disposed_; ++i) subscribe(anyInterest(world_.random));
}

void Application::unsubscribeOne() {
  if (world_.watched.empty()) return;
  auto it = world_.watched.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(world_.random.below(world_.watched.size())));
  const unsigned id = it->first;
  const Interest interest = it->second.interest;
  const auto position = world_.checks.numbers().positionOf(id);
  world_.trace.add(world_.events.now(), "unsubscribe", id);
  world_.watched.erase(it);
  client_->unsubscribe(SubscriptionId{id});
  if (disposed_) return;
  if (position && world_.numberedRandom.chance(30)) {
    subscribe(interest, position);
  } else if (world_.random.chance(15)) {
    subscribe(interest);  // as StrictMode does
  }
}

void Application::unsubscribeAll() {
  world_.trace.add(world_.events.now(), "unsubscribe all");
  world_.watched.clear();
  client_->unsubscribeAll();
}

/// One that is held back may hold more than its window does.
void Application::togglePause() {
  if (world_.watched.empty()) return;
  auto it = world_.watched.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(world_.random.below(world_.watched.size())));
  if (it->second.paused) {
    resume(it->first, it->second);
  } else {
    pause(it->first, it->second);
  }
}

void Application::pause(unsigned id, Watched& watched) {
  world_.trace.add(world_.events.now(), "pause", id);
  watched.paused = true;
  client_->pause(SubscriptionId{id});
}

void Application::resume(unsigned id, Watched& watched) {
  world_.trace.add(world_.events.now(), "resume", id);
  watched.paused = false;
  client_->resume(SubscriptionId{id});
}

/// What is handed over meanwhile may end subscriptions, and all.
void Application::resumeAll() {
  std::vector<unsigned> paused;
  for (const auto& [id, watched] : world_.watched) {
    if (watched.paused) paused.push_back(id);
  }
  for (const auto id : paused) {
    const auto it = world_.watched.find(id);
    if (client() != nullptr && it != world_.watched.end()) resume(id, it->second);
  }
}

void Application::reconnectAll() {
  world_.trace.add(world_.events.now(), "reconnect all");
  world_.checks.disturb();
  world_.checks.onOrder();
  client_->reconnectAll();
}

// --- tokens

std::string Application::freshToken() {
  const Duration life =
      behaves_ ? Duration{3'600s} : world_.random.between(Duration{5s}, world_.random.chance(50) ? 60s : 900s);
  auto token = world_.mint.issue(role_, life, world_.events.now());
  world_.checks.addSecret(token);
  return token;
}

void Application::setAuth() {
  if (!behaves_ && world_.random.chance(15)) {
    world_.mint.revoke(token_);
    world_.checks.disturb();
  } else {
    if (!behaves_ && world_.random.chance(30)) changeUser();
    token_ = freshToken();
  }
  lastOverridden_ = lastRequest_;
  world_.trace.add(world_.events.now(), "set auth", role_, token_);
  world_.checks.onTokenGiven(token_.empty() ? "anon" : role_);
  client_->provideToken(0, token_);
}

/// To somebody who may read more, or less.
void Application::changeUser() {
  role_ = role_ == kGrantedRole ? "visitor" : kGrantedRole;
  world_.checks.disturb();
}

bool Application::needsToken(Duration ahead) const {
  return !traits_.tokenCallback && !token_.empty() &&
         world_.mint.judge(token_, world_.events.now() + ahead) != TokenMint::Verdict::Good;
}

void Application::onTokenRequest(std::uint32_t request) {
  lastRequest_ = request;
  world_.trace.add(world_.events.now(), "token requested", request);
  if (!behaves_ && world_.random.chance(15)) return;  // hangs
  if (world_.random.chance(20) && !world_.machine.asleep()) {
    answer(request);
    return;
  }
  const Duration longest = behaves_ ? Duration{800} : Duration{world_.random.chance(80) ? 1'500 : 9'000};
  const auto generation = clients_;
  world_.events.after(world_.random.between(Duration{0}, longest), [this, request, generation] {
    if (generation != clients_ || disposed_ || client_ == nullptr) return;
    if (world_.machine.asleep()) {
      onTokenRequest(request);
    } else {
      answer(request);
    }
  });
}

void Application::answer(std::uint32_t request) {
  if (!behaves_ && world_.random.chance(15)) {
    world_.trace.add(world_.events.now(), "token callback throws");
    client_->failToken(request, "no session");
    return;
  }
  const bool old = !behaves_ && !token_.empty() && world_.random.chance(25);
  const std::string token = old ? token_ : freshToken();
  world_.trace.add(world_.events.now(), old ? "old token for" : "new token for", request, token);
  if (request > lastOverridden_) {
    token_ = token;
    world_.checks.onTokenGiven(token.empty() ? "anon" : role_);
  }
  client_->provideToken(request, token);
}

// --- people and machines

void Application::notify(LifecycleEvent event) {
  world_.trace.add(world_.events.now(), "lifecycle", static_cast<unsigned>(event));
  world_.checks.waits().onHope();
  client_->notify(event);
}

void Application::setHidden(bool hidden) {
  hidden_ = hidden;
  world_.trace.add(world_.events.now(), hidden ? "hidden" : "visible");
  world_.timer.setGrain(hidden ? Duration{1s} : Duration{0});
  world_.checks.waits().onVisibility(hidden);
  notify(hidden ? LifecycleEvent::Hidden : LifecycleEvent::Visible);
}

void Application::setCached(bool cached) {
  cached_ = cached;
  world_.trace.add(world_.events.now(), cached ? "page hide" : "page show");
  notify(cached ? LifecycleEvent::PageHide : LifecycleEvent::PageShow);
}

void Application::setOnline(bool online) {
  saidOffline_ = !online;
  world_.trace.add(world_.events.now(), online ? "online" : "offline");
  world_.checks.waits().onNetwork(online);
  client_->notify(online ? LifecycleEvent::Online : LifecycleEvent::Offline);
}

/// A network at its edge: the runtime says offline and online again many times, and ends with online.
void Application::flap() {
  const unsigned times = world_.random.between(2u, 25u);
  const Duration pace = world_.random.between(Duration{50}, Duration{500});
  const auto generation = clients_;
  for (unsigned i = 0; i < 2 * times; ++i) {
    world_.events.after(pace * (i / 2 * 3 + i % 2 * 2), [this, generation, online = i % 2 == 1] {
      if (generation != clients_ || client() == nullptr || world_.machine.asleep()) return;
      if (online || !behaves_) setOnline(online);
    });
  }
}

/// Somebody sets the calendar, or it is set by a server after it had been wrong.
void Application::setCalendar() {
  const bool wrong = world_.machine.wallError() == Duration{0};
  const Duration error = world_.random.between(Duration{-3h}, Duration{3h});
  world_.machine.setWallError(!wrong ? Duration{0} : world_.random.chance(50) ? error : error / 1'000);
  world_.trace.add(world_.events.now(), "the calendar is ahead by", world_.machine.wallError());
}

/// Browsers mostly say so, but not always, and not at once.
void Application::takeNetwork(bool down) {
  if (world_.weather.down == down) return;
  world_.trace.add(world_.events.now(), down ? "network down" : "network up");
  world_.weather.down = down;
  world_.checks.disturb();
  if (down) {
    const bool noticed = world_.random.chance(40);
    for (const auto& link : world_.network.links()) {
      if (noticed) {
        link->cut();
      } else {
        link->goHalfOpen(true, true);
      }
    }
  }
  if (!world_.random.chance(80)) return;
  world_.events.at(std::max(world_.events.now(), world_.machine.wakesAt()), [this, down] {
    if (client() != nullptr && world_.weather.down == down) setOnline(!down);
  });
}

void Application::sleep() {
  const Duration span = world_.random.between(Duration{3s}, Duration{world_.random.chance(70) ? 40s : 600s});
  const bool clockStops = world_.random.chance(50);
  world_.trace.add(world_.events.now(), "sleep", span, clockStops ? "(clock stops)" : "");
  world_.checks.disturb();
  world_.machine.sleep(span, clockStops);
  world_.events.at(world_.machine.wakesAt(), [this] {
    world_.trace.add(world_.events.now(), "wake");
    world_.checks.waits().onHope();  // the client notices by itself
    world_.checks.disturb();
    if (client() != nullptr && world_.random.chance(40)) notify(LifecycleEvent::Resume);
  });
}

void Application::act() {
  if (client() == nullptr || world_.machine.asleep()) return;
  const bool few = world_.watched.size() < traits_.subscriptions;
  const auto what = world_.random.below(100);
  if (what < 40) {
    if (few || world_.random.chance(30)) subscribeSome();
  } else if (what < 60) {
    unsubscribeOne();
  } else if (what < 70) {
    togglePause();
  } else if (what < 72) {
    unsubscribeAll();
  } else if (what < 78) {
    setAuth();
  } else if (what < 84) {
    setHidden(!hidden_);
  } else if (what < 87) {
    reconnectAll();
  } else if (what < 89) {
    dispose();
  } else if (what < 92) {
    if (!traits_.calendarJumps) sleep();
  } else if (what < 95) {
    takeNetwork(!world_.weather.down);
  } else if (what < 96) {
    flap();
  } else if (what < 97) {
    if (traits_.calendarJumps) setCalendar();
  } else {
    constexpr std::array kLifecycleEvents = {LifecycleEvent::Freeze, LifecycleEvent::Resume,
                                             LifecycleEvent::NetworkChange};
    world_.checks.disturb();
    if (world_.random.chance(30)) {
      setCached(!cached_);
    } else if (world_.random.chance(40)) {
      setOnline(world_.random.chance(50));
    } else {
      notify(world_.random.pick(kLifecycleEvents));
    }
  }
}

void Application::actGently() {
  if (client() == nullptr || world_.machine.asleep()) return;
  const auto what = world_.random.below(100);
  if (what < 45) {
    if (world_.watched.size() < traits_.subscriptions) subscribeSome();
  } else if (what < 85) {
    if (world_.watched.size() > 1) unsubscribeOne();
  } else if (what < 92) {
    setAuth();
  } else {
    constexpr std::array kLifecycleEvents = {LifecycleEvent::Resume, LifecycleEvent::NetworkChange};
    if (world_.random.chance(30)) {
      setOnline(true);
    } else {
      notify(world_.random.pick(kLifecycleEvents));
    }
  }
}

void Application::visit() {
  if (client() == nullptr || world_.machine.asleep() || world_.checks.rooms().traits().places.empty()) return;
  visitor_.act(*client_);
}

/// Mostly nobody lifts a finger.
void Application::recover() {
  if (client() == nullptr) return;
  if (cached_) setCached(false);
  resumeAll();
  if (client() == nullptr) return;
  if (hidden_ && world_.random.chance(50)) setHidden(false);
  if (saidOffline_ && world_.random.chance(50)) setOnline(true);
  if (needsToken(300s)) setAuth();
  if (world_.random.chance(10)) reconnectAll();
}

/// Where the project itself has refused everything, somebody has to act once that is put right; and an application
/// without a callback has to replace a token that is no longer good.
void Application::attend() {
  if (client() == nullptr || world_.machine.asleep()) return;
  if (needsToken()) setAuth();
  const auto isRefused = [this](const auto& item) {
    const auto& published = item.second.published;
    if (item.second.isNumbered() && world_.checks.isRefusedForGood(item.second)) return false;
    return published && published->state == SubscriptionState::Parked && published->code != ReasonCode::BadBinding;
  };
  if (!traits_.attended) return;
  const bool anyRefused = std::any_of(world_.watched.begin(), world_.watched.end(), isRefused);
  if (anyRefused || world_.checks.rooms().anyParked()) reconnectAll();
}

// --- the sink

void Application::onBatch(const Batch& batch) {
  ++batches_;
  if (disposed_) {
    world_.checks.onBatchAfterDispose();
    return;
  }
  for (const auto& delivery : batch.deliveries) deliveries_ += delivery.subscribers.size() * delivery.count;
  world_.checks.onBatch(batch);
  traceStatus(batch);
  const bool outermost = !std::exchange(inSink_, true);
  if (batch.tokenRequest) onTokenRequest(*batch.tokenRequest);
  for (const auto& request : batch.rpcWanted) callRpc(request);
  if (!disposed_ && world_.random.chance(behaves_ ? 2 : 5)) actWithinSink();
  if (outermost) inSink_ = false;
}

/// Those whose state is another than before.
void Application::traceStatus(const Batch& batch) {
  if (!world_.trace.wantsText()) return;
  for (const auto& gap : batch.gaps) {
    const auto text = [](WallTime time) { return Duration{time - kWallStart}; };
    world_.trace.add(world_.events.now(), "  gap", gap.subscription.value, text(gap.from), "to",
                     gap.to ? text(*gap.to) : Duration{0}, gap.numbers.epoch, gap.numbers.from,
                     gap.numbers.to.value_or(0), gap.message);
  }
  if (!batch.status) return;
  for (const auto& connection : batch.status->connections) {
    world_.trace.add(world_.events.now(), "  connection", connection.id.value, switchboard::toString(connection.state),
                     connection.message);
  }
  for (const auto& status : batch.status->channels) {
    world_.trace.add(world_.events.now(), "  handle", status.id.value, switchboard::toString(status.state),
                     status.message);
  }
  for (const auto& status : batch.status->subscriptions) {
    world_.trace.add(world_.events.now(), "  status", status.id.value, switchboard::toString(status.state),
                     status.message);
  }
}

void Application::actWithinSink() {
  world_.trace.add(world_.events.now(), "within the sink:");
  const auto what = world_.random.below(100);
  if (world_.roomRandom.chance(50)) visit();
  if (client() == nullptr) return;
  if (what < 40) {
    subscribe(anyInterest(world_.random));
  } else if (what < 80) {
    unsubscribeOne();
  } else if (what < 84) {
    setAuth();
  } else if (behaves_) {
    return;
  } else if (what < 90) {
    reconnectAll();
    unsubscribeOne();
  } else if (what < 94) {
    unsubscribeAll();
  } else {
    dispose();
  }
}

}  // namespace switchboard::sim
