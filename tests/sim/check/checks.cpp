#include "check/checks.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// After this long without a disturbance every key that the server can serve has to be live. The longest way back, each
/// part at its longest: a refused key or connection that was notified of a limit waits 15 + 60 s; then a socket of its
/// own (connect 1 s), the token (callback hangs 5 s, is asked again after 5.5 s), and, if the key shares its channel
/// with bad ones, a few rounds of joins (1 to 4 s each). A link that died in the direction of the server only is found
/// when the server closes it for its silence, after 60 s, and a key whose join it swallowed comes back up to 30 s
/// later.
constexpr Duration kRecovery = 120s;
/// What is live this long after the last disturbance stays so: all that had died before has been noticed (silence 15 s,
/// answer 10 s, stall 5 s; or 60 s when only the way to the server is dead).
constexpr Duration kAftermath = 70s;
/// A dead link is found within 15 + 10 s, 5 more when a join may be stalling it; and frames take their time.
constexpr Duration kDetection = 34s;
/// Both channels of a rebuild are live for 2 s; a hidden page's timer comes up to 1 s late.
constexpr Duration kOverlap = 4s;
/// Sockets opened by one connection in 1 s and in 15 s. When each fails at once: four quick reconnects without a wait
/// and three after 0.25 s each in the first second, and waits of a quarter of the outage at least from then on, which
/// makes 16 in 15 s. A lifecycle event lets the waits grow from the start again.
constexpr unsigned kConnectsIn1s = 9;
constexpr unsigned kConnectsIn15s = 26;

/// Published states are those at the ends of turns, so several steps may lie between two of them. What can't happen
/// within a turn is the opening of a socket that was not being opened before, and any return from Closed.
bool mayFollow(ConnectionState from, ConnectionState to) {
  if (from == to) return true;
  if (from == ConnectionState::Closed) return false;
  return to != ConnectionState::Open || from == ConnectionState::Connecting;
}

/// Whether the subscription asked for this binding. Most are the same to the letter, and no text has to be made.
bool isSame(const BindingConfig& binding, const Watched& watched) {
  const Interest& interest = watched.interest;
  const bool equal = binding.event == interest.event && binding.table == interest.table &&
                     binding.filter == interest.filter && std::ranges::equal(binding.select, interest.select);
  const auto select = [&] { return std::vector<std::string>(binding.select.begin(), binding.select.end()); };
  return equal || Interest{binding.event, binding.table, binding.filter, select()}.text() == watched.key;
}

/// The server can't serve it to anybody.
bool isPoison(const Watched& watched) {
  return !Tables::refusal(watched.interest).empty();
}

unsigned countSince(std::deque<Duration>& times, Duration since) {
  return static_cast<unsigned>(
      std::count_if(times.begin(), times.end(), [since](Duration time) { return time > since; }));
}

/// What a delivery brings that came over a binding: one that was held may have changes of both roads.
std::string withoutNumbered(std::string_view delivery) {
  std::string plain;
  const Json changes = *parseJson(delivery);
  if (!changes.is_array()) return plain;
  for (const auto& change : changes) {
    if (!change["data"].contains("number")) plain += toText(change);
  }
  return plain;
}

}  // namespace

Checks::Checks(EventQueue& events, const Machine& machine, Trace& trace, SimServer& server, Bounds bounds,
               RoomTraits rooms, const NumberedTraits& numbered, const ChangeLog& log, WatchList& watched,
               Violations& violations)
    : events_(events),
      machine_(machine),
      server_(server),
      bounds_(bounds),
      watched_(watched),
      violations_(violations),
      ledger_(events, machine, watched, wire_, violations),
      losses_(events, machine, watched, wire_, violations),
      silence_(events, watched, wire_, violations),
      waits_(events, machine, bounds_.reconnect, violations),
      rooms_(events, machine, server, wire_, std::move(rooms), violations),
      numbers_(events, machine, trace, numbered, log, bounds.calendarIsTrue, watched, wire_, violations) {}

void Checks::fail(Invariant invariant, std::string detail) {
  violations_.report(invariant, events_.now(), std::move(detail));
}

void Checks::disturb() {
  disturbedAt_ = events_.now();
  recovery_ = Duration{0};
  for (auto& [id, watched] : watched_) watched.settled = false;
  rooms_.onDisturbed();
}

void Checks::onOrder() {
  connectTimes_.clear();
  waits_.onOrder();
}

void Checks::onTokenGiven(std::string_view role) {
  tokenGiven_ = true;
  role_ = role;
}

void Checks::onNewClient() {
  role_ = "anon";
  connections_.clear();
  connectTimes_.clear();
  doubleSince_.clear();
  silence_.onNewClient();
  losses_.onNewClient();
  waits_.onNewClient();
  numbers_.onNewClient();
  tokenGiven_ = false;
  joinedAt_.reset();
  disturb();
}

// --- what passes over the wire

void Checks::onOpened(Link& link) {
  ++connects_;
  const Duration now = events_.now();
  auto& times = connectTimes_[link.client()];
  times.push_back(now);
  while (times.front() <= now - 15s) times.pop_front();
  const unsigned in1s = countSince(times, now - 1s);
  const auto in15s = static_cast<unsigned>(times.size());
  mostConnectsIn1s_ = std::max(mostConnectsIn1s_, in1s);
  mostConnectsIn15s_ = std::max(mostConnectsIn15s_, in15s);
  if (in1s > kConnectsIn1s)
    fail(Invariant::ConnectRate, std::to_string(in1s) + " sockets opened by one connection in 1 s");
  if (in15s > kConnectsIn15s)
    fail(Invariant::ConnectRate, std::to_string(in15s) + " sockets opened by one connection in 15 s");
}

void Checks::onSent(Link& link, const Json& frame) {
  wire_.onSent(link, frame);
  silence_.onSent(link, frame);
  losses_.onSent(link, frame);
  rooms_.onSent(link, frame);
  if (frame[3] != "phx_join") return;
  if (numbers_.isRefused(frame[2].get<std::string>(), role_)) disturb();  // it will stall the socket
  ++joins_;
  const Duration now = events_.now();
  const Duration spacing = Duration{1s} / bounds_.joinsPerSecond;
  if (joinedAt_ && now - *joinedAt_ < spacing) {
    fail(Invariant::JoinRate, "two joins within " + std::to_string((now - *joinedAt_).count()) + " ms");
  }
  joinedAt_ = now;
  if (bounds_.tokenCallback && !tokenGiven_) fail(Invariant::TokenInJoin, "a join before any token was given");
  const auto& channels = wire_.channels();
  const auto onLink =
      std::count_if(channels.begin(), channels.end(), [&](const auto& item) { return item.first.first == link.id(); });
  if (onLink > static_cast<std::ptrdiff_t>(bounds_.maxChannels)) {
    fail(Invariant::ChannelLimit, std::to_string(onLink) + " channels on socket " + std::to_string(link.id()));
  }
}

void Checks::onReceived(Link& link, const DownFrame& frame) {
  heardAt_[link.id()] = machine_.awakeTime();
  wire_.onReceived(link, frame);
  silence_.onReceived(link, frame);
  losses_.onReceived(link, frame);
  waits_.onReceived(link, frame);
  numbers_.onReceived(frame);
}

void Checks::onEnded(Link& link) {
  heardAt_.erase(link.id());
  wire_.onEnded(link);
  silence_.onEnded(link);
}

// --- what the client says

void Checks::onBatch(const Batch& batch) {
  rooms_.onBatch(batch);
  for (const auto& delivery : batch.deliveries) {
    if (delivery.kind >= DeliveryKind::Broadcast) continue;
    const bool isNumbered = delivery.text().find(R"("number":)") != std::string_view::npos;
    if (!isNumbered && delivery.text().find(R"("commit_timestamp":")") != std::string_view::npos) losses_.onStamp();
    const auto plain = isNumbered ? withoutNumbered(delivery.text()) : std::string(delivery.text());
    for (const auto id : delivery.subscribers) {
      if (!isNumbered || !plain.empty()) ledger_.onDelivery(id.value, plain);
      if (isNumbered && watched_.count(id.value) == 0) {
        fail(Invariant::SilentAfterEnd, "a numbered change for ended subscription " + std::to_string(id.value));
      }
    }
  }
  std::set<unsigned> wereLive;
  for (const auto& [id, watched] : watched_) {
    if (watched.live()) wereLive.insert(id);
  }
  if (batch.status) publish(*batch.status);
  std::set<unsigned> toldOfError;
  for (const auto& notice : batch.notices) {
    checkSecrets(notice.message);
    const auto it = watched_.find(notice.subscription.value);
    if (it == watched_.end()) {
      fail(Invariant::SilentAfterEnd, "a notice for ended subscription " + std::to_string(notice.subscription.value));
      continue;
    }
    it->second.noticed = notice.status;
    if (notice.status == NoticeStatus::Subscribed) continue;
    toldOfError.insert(it->first);
    Ledger::forgive(it->second);
  }
  for (const auto& gap : batch.gaps) onGap(gap);
  for (const auto id : batch.polls) {
    if (watched_.count(id.value) == 0) fail(Invariant::SilentAfterEnd, "a poll for ended " + std::to_string(id.value));
  }
  for (const auto& [id, watched] : watched_) {
    const bool lost = wereLive.count(id) != 0 && !watched.live();
    if (lost && !watched.returns && toldOfError.count(id) == 0) {
      fail(Invariant::NoticesAgree, "subscription " + std::to_string(id) + " is no longer live and was not notified");
    }
    if (lost && !watched.openGap && (!watched.isNumbered() || watched.returns)) {
      fail(Invariant::GapsAgree, "subscription " + std::to_string(id) + " is no longer live and has no gap");
    }
    if (watched.live() && watched.openGap && !watched.isSuspect) {
      fail(Invariant::GapsAgree, "subscription " + std::to_string(id) + " is live and its gap is open");
    }
    if (watched.noticed && !watched.returns && (*watched.noticed == NoticeStatus::Subscribed) != watched.live()) {
      fail(Invariant::NoticesAgree,
           "subscription " + std::to_string(id) + " was notified of another state than it is in");
    }
  }
  numbers_.onBatch(batch);
  for (const auto& [level, line] : batch.logs) checkSecrets(line);
}

void Checks::onGap(const Gap& gap) {
  checkSecrets(gap.message);
  const auto it = watched_.find(gap.subscription.value);
  if (it == watched_.end()) {
    fail(Invariant::SilentAfterEnd, "a gap for ended subscription " + std::to_string(gap.subscription.value));
    return;
  }
  Watched& watched = it->second;
  Ledger::forgive(watched);
  losses_.onGap(watched, gap);
  silence_.onGap(watched, gap);
  const bool isEnd = gap.to && watched.openGap == gap.id;
  if (isEnd) watched.openGap.reset();
  if (!gap.to) {
    watched.isSuspect = gap.code == ReasonCode::PulseLost;
    if (watched.openGap) fail(Invariant::GapsAgree, "a second open gap for " + std::to_string(it->first));
    watched.openGap = gap.id;
  }
  const bool isUsual = gap.code == ReasonCode::PayloadTooLarge || gap.code == ReasonCode::Truncated;
  if (healthy_ && watched.settled && !isEnd && !isUsual) {
    fail(Invariant::StaysLive, "a gap for subscription " + std::to_string(it->first) + ": " + gap.message);
  }
}

void Checks::publish(const StatusDelta& delta) {
  for (const auto& connection : delta.connections) {
    checkSecrets(connection.message);
    const auto [it, fresh] = connections_.emplace(connection.id.value, connection.state);
    if (!fresh && !mayFollow(it->second, connection.state)) {
      fail(Invariant::LegalTransitions, std::string(switchboard::toString(it->second)) + " to " +
                                            std::string(switchboard::toString(connection.state)));
    }
    it->second = connection.state;
  }
  for (const auto& status : delta.subscriptions) publishOne(status);
}

void Checks::publishOne(const SubscriptionStatus& status) {
  checkSecrets(status.message);
  const auto it = watched_.find(status.id.value);
  if (it == watched_.end()) {
    fail(Invariant::SilentAfterEnd, "a status for ended subscription " + std::to_string(status.id.value));
    return;
  }
  Watched& watched = it->second;
  const bool wasNumbered = watched.isNumbered();
  const bool wasLive = watched.live();
  watched.published = status;
  if (watched.isNumbered() && !wasNumbered && (watched.noticed || wasLive)) {
    watched.settled = false;
    watched.returns = true;
  }
  if (watched.live()) watched.returns = false;
  if (watched.live()) {
    losses_.onLive(watched);
    if (!wasLive) watched.liveAt = events_.now();
  } else {
    Ledger::forgive(watched);
    watched.unserved.reset();
    if (healthy_ && watched.settled) {
      fail(Invariant::StaysLive, "subscription " + std::to_string(status.id.value) + " (" + watched.key +
                                     "): " + std::string(switchboard::toString(status.state)) + ", " + status.message);
    }
  }
}

void Checks::checkSecrets(std::string_view text) {
  for (const auto& secret : secrets_) {
    if (text.find(secret) != std::string_view::npos) fail(Invariant::NoSecrets, std::string(text));
  }
}

// --- what holds after each step

void Checks::onStep(const Client& client) {
  checkRegistry(client);
  checkPublished(client);
  checkBounds(client);
  checkHonesty();
  checkBindings();
  ledger_.check();
  losses_.check();
  silence_.check();
  waits_.onStep(client);
  rooms_.onStep(client, healthy_, events_.now() - disturbedAt_);
  numbers_.onStep(healthy_, events_.now() - disturbedAt_);
  if (healthy_) checkLiveness();
}

void Checks::checkRegistry(const Client& client) {
  std::size_t found = 0;
  for (const auto& [key, entry] : client.subscriptions().registry().entries()) {
    for (const auto id : entry->subscribers) {
      ++found;
      const auto it = watched_.find(id.value);
      const bool right = it != watched_.end() && isSame(entry->spec.binding, it->second);
      if (!right) fail(Invariant::SubscriptionKnown, "subscription " + std::to_string(id.value) + " under a wrong key");
    }
  }
  if (found != watched_.size()) {
    fail(Invariant::SubscriptionKnown,
         std::to_string(watched_.size()) + " subscriptions, " + std::to_string(found) + " in the registry");
  }
}

void Checks::checkPublished(const Client& client) {
  const auto& held = client.status().subscriptions();
  if (held.size() != watched_.size() + rooms_.handles().size()) {
    fail(Invariant::SubscriptionKnown, std::to_string(watched_.size()) + " subscriptions, " +
                                           std::to_string(rooms_.handles().size()) + " handles, " +
                                           std::to_string(held.size()) + " with a status");
  }
  for (const auto& [id, watched] : watched_) {
    const auto* status = held.find(SubscriptionId{id});
    const bool same = status != nullptr && watched.published && watched.published->state == status->state &&
                      watched.published->code == status->code;
    if (!same) fail(Invariant::PublishedIsTrue, "subscription " + std::to_string(id));
  }
}

/// Each key that is kept has a subscriber, lingers, or is a binding of a channel; each channel has a few deadlines,
/// each connection too.
void Checks::checkBounds(const Client& client) {
  const auto& subscriptions = client.subscriptions();
  const std::size_t connections = client.pool().size();
  const std::size_t lines = subscriptions.channelCount();
  const std::size_t channels = lines + subscriptions.pulseCount();
  const std::size_t rooms = client.channels().size();
  const std::size_t deadlines = client.deadlines().size();
  const std::size_t topics = client.numbered().topics().size();
  if (rooms > rooms_.handles().size() + rooms_.traits().places.size() + (numbers_.isUsed() ? 5 : 0)) {
    fail(Invariant::Bounded, std::to_string(rooms) + " channels of rooms");
  }
  if (connections > bounds_.maxSockets) fail(Invariant::Bounded, std::to_string(connections) + " connections");
  if (topics > watched_.size()) fail(Invariant::Bounded, std::to_string(topics) + " topics");
  if (deadlines > 6 + 8 * connections + 3 * channels + 7 * rooms + 3 * topics) {
    fail(Invariant::Bounded, std::to_string(deadlines) + " deadlines: " + client.deadlines().toString());
  }
  if (lines > 2 * subscriptions.registry().entries().size()) {
    fail(Invariant::Bounded, std::to_string(lines) + " channels for " +
                                 std::to_string(subscriptions.registry().entries().size()) + " keys");
  }
}

void Checks::checkLiveness() {
  const Duration now = events_.now();
  for (auto& [id, watched] : watched_) {
    const Duration calm = now - std::max(disturbedAt_, watched.since);
    if (isAsItShouldBe(watched)) {
      // What it missed before is found out only when it is live.
      const bool isCalm = std::min(calm, now - watched.liveAt) > kAftermath;
      if (watched.live() && isCalm) watched.settled = !isPoison(watched);
      watched.rightAt = now;
      continue;
    }
    const Duration wrong = std::min(calm, now - watched.rightAt);
    recovery_ = std::max(recovery_, wrong);
    longestRecovery_ = std::max(longestRecovery_, wrong);
    if (wrong <= kRecovery) continue;
    const auto& published = watched.published;
    fail(isPoison(watched) ? Invariant::PoisonReported : Invariant::LiveWithinBound,
         "subscription " + std::to_string(id) + " (" + watched.key + ") is " +
             (published ? std::string(switchboard::toString(published->state)) + ": " + published->message
                        : std::string("unknown")));
  }
}

/// Parked for what the server can't serve; live for the rest. What only other roles may have can be either: a token
/// that was taken away leaves the channels that were joined with it as they are.
bool Checks::isAsItShouldBe(const Watched& watched) const {
  const auto& published = watched.published;
  const bool parked =
      published && published->state == SubscriptionState::Parked && published->code == ReasonCode::BadBinding;
  if (watched.isNumbered() && published->state == SubscriptionState::Parked) return isRefusedForGood(watched);
  if (watched.isNumbered()) return watched.live();
  if (isPoison(watched)) return parked;
  return watched.live() || (parked && !Tables::refusal(watched.interest, role_).empty());
}

bool Checks::allServed() const {
  return rooms_.allLive() && numbers_.haveAllCome() &&
         std::all_of(watched_.begin(), watched_.end(),
                     [this](const auto& item) { return isPoison(item.second) || isAsItShouldBe(item.second); });
}

bool Checks::isTopicServed(const Watched& watched) const {
  const auto topic = "realtime:" + numbers_.traits().topicOf(watched.interest);
  const auto sockets = server_.sockets();
  return std::any_of(sockets.begin(), sockets.end(), [&](auto* socket) {
    return socket->link().reachesClient() && socket->channels().count(topic) != 0;
  });
}

bool Checks::isServed(const Watched& watched) const {
  if (watched.isNumbered()) return isTopicServed(watched);
  for (auto* socket : server_.sockets()) {
    if (!socket->link().reachesClient()) continue;
    for (const auto& [topic, channel] : socket->channels()) {
      if (!channel.announced || channel.poisoned) continue;
      const auto* wire = wire_.find({socket->link().id(), topic});
      if (wire != nullptr && wire->carries(watched)) return true;
    }
  }
  return false;
}

/// When a frame last came in on a socket that carries it. Until then nothing was wrong that could be known: the end of
/// a channel may be held up in a socket that stops time and again.
Duration Checks::heardAt(const Watched& watched) const {
  Duration last{0};
  for (const auto& place : watched.isNumbered() ? numbers_.carriers(watched) : wire_.carriers(watched)) {
    const auto heard = heardAt_.find(place.first);
    if (heard != heardAt_.end()) last = std::max(last, heard->second);
  }
  return last;
}

void Checks::checkHonesty() {
  for (auto& [id, watched] : watched_) {
    if (!watched.live()) continue;
    if (!(watched.isNumbered() ? numbers_.isCarried(watched) : wire_.isCarried(watched))) {
      fail(Invariant::HonestByWire, "subscription " + std::to_string(id) + " (" + watched.key + ")");
    }
    if (isServed(watched)) {
      watched.unserved.reset();
    } else if (!watched.unserved) {
      watched.unserved = machine_.awakeTime();
    } else if (machine_.awakeTime() - std::max(*watched.unserved, heardAt(watched)) > kDetection) {
      fail(Invariant::HonestByServer, "subscription " + std::to_string(id) + " (" + watched.key + ")");
    }
  }
}

void Checks::checkBindings() {
  std::map<std::string, unsigned> live;
  for (const auto& [place, channel] : wire_.channels()) {
    if (!channel.live) continue;
    for (const auto& binding : channel.bindings) {
      const bool hasOthers = binding.table == kPulseTable || numbers_.traits().find(binding.table) != nullptr;
      if (!hasOthers) ++live[binding.text];  // each socket has a pulse; the road and what leaves make other keys
    }
  }
  std::map<std::string, Duration> doubles;
  for (const auto& [key, count] : live) {
    if (count < 2) continue;
    const auto known = doubleSince_.find(key);
    doubles[key] = known == doubleSince_.end() ? machine_.awakeTime() : known->second;
    if (count > 2 || machine_.awakeTime() - doubles[key] > kOverlap) {
      fail(Invariant::OneLiveBinding, std::to_string(count) + " live bindings for " + key);
    }
  }
  doubleSince_ = std::move(doubles);
}

void Checks::onDisposed(const Client& client, bool timerArmed, std::size_t openLinks) {
  if (client.deadlines().size() != 0) fail(Invariant::MemoryReturned, "deadlines: " + client.deadlines().toString());
  if (timerArmed) fail(Invariant::MemoryReturned, "the timer is armed");
  if (openLinks != 0) fail(Invariant::MemoryReturned, std::to_string(openLinks) + " sockets");
  const std::size_t channels = client.subscriptions().channelCount() + client.channels().size();
  if (channels != 0) fail(Invariant::MemoryReturned, std::to_string(channels) + " channels");
}

}  // namespace switchboard::sim
