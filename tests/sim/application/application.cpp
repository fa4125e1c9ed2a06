#include "application/application.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "application/interests.h"

namespace switchboard::sim {

using namespace std::chrono_literals;

Application::Application(World world, ApplicationTraits traits) : world_(world), traits_(std::move(traits)) {
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
  options.exchange.token.hasCallback = traits_.tokenCallback;
  token_.clear();
  if (traits_.staticToken) {
    options.accessToken = token_ = freshToken();
    world_.checks.onTokenGiven();
  }
  world_.tampering.options(options);
  const Platform platform{world_.tampering.clock(world_.machine), world_.tampering.timer(world_.timer),
                          world_.tampering.random(world_.clientRandom), world_.tampering.transports(world_.network)};
  client_ = std::move(Client::create(std::move(options), platform, world_.tampering.sink(*this)).value());
  world_.tampering.begun(*client_);
}

// --- ends

void Application::dispose() {
  if (disposed_) return;
  world_.trace.add(world_.events.now(), "dispose");
  disposed_ = true;
  world_.watched.clear();
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

void Application::subscribe(Interest interest) {
  const unsigned id = ++lastId_;
  world_.trace.add(world_.events.now(), "subscribe", id, interest.text());
  Watched watched;
  watched.key = interest.text();
  watched.coverKey = interest.coverText();
  watched.poison = !Tables::refusal(interest).empty();
  watched.since = world_.events.now();
  watched.interest = interest;
  world_.watched.emplace(id, std::move(watched));
  BindingConfig config{interest.event, "public", interest.table, interest.filter, {}};
  for (const auto& column : interest.select) config.select.push_back(column);
  const auto error = client_->subscribe(SubscriptionId{id}, std::move(config));
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
  world_.trace.add(world_.events.now(), "unsubscribe", id);
  world_.watched.erase(it);
  client_->unsubscribe(SubscriptionId{id});
  if (!disposed_ && world_.random.chance(15)) subscribe(interest);  // as StrictMode does
}

void Application::unsubscribeAll() {
  world_.trace.add(world_.events.now(), "unsubscribe all");
  world_.watched.clear();
  client_->unsubscribeAll();
}

void Application::reconnectAll() {
  world_.trace.add(world_.events.now(), "reconnect all");
  world_.checks.disturb();
  client_->reconnectAll();
}

// --- tokens

std::string Application::freshToken() {
  const Duration life =
      behaves_ ? Duration{3'600s} : world_.random.between(Duration{5s}, world_.random.chance(50) ? 60s : 900s);
  const Duration end = world_.events.now() + life;
  auto token = world_.mint.issue(end, kWallStart + end);
  world_.checks.addSecret(token);
  return token;
}

void Application::setAuth() {
  if (!behaves_ && world_.random.chance(15)) {
    world_.mint.revoke(token_);
    world_.checks.disturb();
  } else {
    token_ = freshToken();
  }
  world_.trace.add(world_.events.now(), "set auth", token_);
  world_.checks.onTokenGiven();
  client_->provideToken(0, token_);
}

void Application::onTokenRequest(std::uint32_t request) {
  world_.trace.add(world_.events.now(), "token wanted", request);
  if (!behaves_ && world_.random.chance(15)) return;  // hangs
  if (world_.random.chance(20)) {
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
  if (!old) token_ = freshToken();
  world_.trace.add(world_.events.now(), old ? "old token for" : "new token for", request, token_);
  world_.checks.onTokenGiven();
  client_->provideToken(request, token_);
}

// --- people and machines

void Application::setHidden(bool hidden) {
  hidden_ = hidden;
  world_.trace.add(world_.events.now(), hidden ? "hidden" : "visible");
  world_.timer.setGrain(hidden ? Duration{1s} : Duration{0});
  client_->signal(hidden ? Evidence::Hidden : Evidence::Visible);
}

void Application::setCached(bool cached) {
  cached_ = cached;
  world_.trace.add(world_.events.now(), cached ? "page hide" : "page show");
  client_->signal(cached ? Evidence::PageHide : Evidence::PageShow);
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
  if (client() != nullptr && world_.random.chance(80)) client_->signal(down ? Evidence::Offline : Evidence::Online);
}

void Application::sleep() {
  const Duration span = world_.random.between(Duration{3s}, Duration{world_.random.chance(70) ? 40s : 600s});
  const bool clockStops = world_.random.chance(50);
  world_.trace.add(world_.events.now(), "sleep", span, clockStops ? "(clock stops)" : "");
  world_.checks.disturb();
  world_.machine.sleep(span, clockStops);
  world_.events.at(world_.machine.wakesAt(), [this] {
    world_.trace.add(world_.events.now(), "wake");
    world_.checks.disturb();
    if (client() != nullptr && world_.random.chance(40)) client_->signal(Evidence::Resume);
  });
}

void Application::act() {
  if (client() == nullptr || world_.machine.asleep()) return;
  const bool few = world_.watched.size() < traits_.subscriptions;
  const auto what = world_.random.below(100);
  if (what < 40) {
    if (few || world_.random.chance(30)) subscribeSome();
  } else if (what < 70) {
    unsubscribeOne();
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
    sleep();
  } else if (what < 96) {
    takeNetwork(!world_.weather.down);
  } else {
    constexpr std::array kEvidence = {Evidence::Online, Evidence::Offline, Evidence::Freeze, Evidence::Resume,
                                      Evidence::NetworkChange};
    world_.checks.disturb();
    if (world_.random.chance(30)) {
      setCached(!cached_);
    } else {
      client_->signal(world_.random.pick(kEvidence));
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
    constexpr std::array kEvidence = {Evidence::Online, Evidence::Resume, Evidence::NetworkChange};
    client_->signal(world_.random.pick(kEvidence));
  }
}

/// Mostly nobody lifts a finger.
void Application::recover() {
  if (client() == nullptr) return;
  if (cached_) setCached(false);
  if (hidden_ && world_.random.chance(50)) setHidden(false);
  if (!traits_.tokenCallback && !token_.empty()) setAuth();
  if (world_.random.chance(10)) reconnectAll();
}

/// What has been refused for good needs somebody to act, and an application without a callback has to bring its own new
/// token.
void Application::attend() {
  if (client() == nullptr || world_.machine.asleep()) return;
  const auto needsSomebody = [this](const auto& item) {
    const auto& [id, watched] = item;
    if (!watched.published) return false;
    const Code code = watched.published->code;
    const bool parked = watched.published->state == SubscriptionState::Parked && code != Code::BadBinding;
    const bool wantsToken = code == Code::TokenExpired || code == Code::TokenInvalid || code == Code::Unauthorized;
    return parked || (wantsToken && !traits_.tokenCallback);
  };
  if (std::none_of(world_.watched.begin(), world_.watched.end(), needsSomebody)) return;
  if (!traits_.tokenCallback && !token_.empty()) setAuth();
  reconnectAll();
}

// --- the sink

void Application::onFlush(const Flush& flush) {
  ++flushes_;
  if (disposed_) {
    world_.checks.onFlushAfterDispose();
    return;
  }
  for (const auto& delivery : flush.deliveries) deliveries_ += delivery.subscribers.size() * delivery.count;
  world_.checks.onFlush(flush);
  traceStatus(flush);
  const bool outermost = !std::exchange(inSink_, true);
  if (flush.tokenRequest) onTokenRequest(*flush.tokenRequest);
  if (!disposed_ && world_.random.chance(behaves_ ? 2 : 5)) actWithinSink();
  if (outermost) inSink_ = false;
}

/// Those whose state is another than before.
void Application::traceStatus(const Flush& flush) {
  if (!world_.trace.wantsText() || !flush.status) return;
  for (const auto& connection : flush.status->connections) {
    world_.trace.add(world_.events.now(), "  connection", connection.id.value, switchboard::toString(connection.state),
                     connection.message);
  }
  for (const auto& status : flush.status->subscriptions) {
    world_.trace.add(world_.events.now(), "  status", status.id.value, switchboard::toString(status.state),
                     status.message);
  }
}

void Application::actWithinSink() {
  world_.trace.add(world_.events.now(), "within the sink:");
  const auto what = world_.random.below(100);
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
