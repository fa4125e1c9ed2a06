#include "rooms/room_book.h"

#include <algorithm>
#include <chrono>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// As for subscriptions; see checks.cpp.
constexpr Duration kRoomRecovery = 120s;
constexpr Duration kRoomAftermath = 70s;
constexpr Duration kRoomPatience = 60s;
/// A gap is reported once the replay is over, 2 s after the join, and a heartbeat has been answered since. Either that
/// takes 10 s and as long as refused joins stall the socket, or the socket is given up.
constexpr Duration kGapDelay = 30s;
/// An outcome comes in time, but for a timer that is late.
constexpr Duration kOutcomeDelay = 3s;
/// Members that are missing after an interruption are gone after 3 s.
constexpr Duration kPresenceDelay = 20s;
/// A presence call waits up to 32 s for the limit, after the 5 s for which a closed handle's payload stays.
constexpr Duration kTrackDelay = 45s;
/// A handle that wants to know who is present makes the channel join again; what it tracks follows at once.
constexpr Duration kRetrackDelay = 5s;

std::string about(unsigned id, const Guest& guest) {
  return "handle " + std::to_string(id) + " of " + guest.place.topic();
}

Json sorted(Json metas) {
  std::sort(metas.begin(), metas.end());
  return metas;
}

}  // namespace

// --- the application

void RoomBook::onOpen(unsigned id, const Place& place, const HandleOptions& options) {
  Guest guest;
  guest.place = place;
  guest.options = options;
  guest.since = guest.rightAt = guest.watchesSince = guest.liveAt = events_.now();
  guests_.emplace(id, std::move(guest));
}

void RoomBook::onRefused(unsigned id) {
  fail(Invariant::SubscriptionKnown, "handle " + std::to_string(id) + " was refused");
}

void RoomBook::onWatch(unsigned id) {
  guests_.at(id).options.presence = true;
  guests_.at(id).watchesSince = events_.now();
}

void RoomBook::onClose(unsigned id) {
  const auto place = keyOf(guests_.at(id).place);
  std::erase_if(tracked_[place], [&](const Tracked& each) { return each.handle == id; });
  trackedAt_[place] = events_.now();
  guests_.erase(id);
  for (auto& [number, push] : pushes_) push.others.erase(id);
}

void RoomBook::onPush(const Push& push) {
  pushes_[push.id.value] = {push.handle.value,
                            push.every > Duration{0},
                            push.every,
                            machine_.awakeTime() + push.timeout + kOutcomeDelay,
                            false,
                            {}};
}

/// The client may have ended while it took the push.
void RoomBook::onSentAtOnce(PushId id) {
  if (pushes_.count(id.value) > 0) sentAtOnce_.push_back(id);
}

void RoomBook::onTrack(unsigned id, const std::string& payload) {
  const auto place = keyOf(guests_.at(id).place);
  auto& all = tracked_[place];
  std::erase_if(all, [&](const Tracked& each) { return each.handle == id; });
  if (!payload.empty()) all.push_back({id, payload});
  trackedAt_[place] = events_.now();
}

void RoomBook::onEnd() {
  ++generation_;
  guests_.clear();
  pushes_.clear();
  sentAtOnce_.clear();
  tracked_.clear();
  trackedAt_.clear();
  sends_.clear();
  paces_.clear();
}

void RoomBook::onDisturbed() {
  for (auto& [id, guest] : guests_) guest.settled = false;
}

bool RoomBook::allLive() const {
  return std::all_of(guests_.begin(), guests_.end(), [](const auto& item) { return item.second.live(); });
}

bool RoomBook::anyParked() const {
  return std::any_of(guests_.begin(), guests_.end(), [](const auto& item) {
    return item.second.published && item.second.published->state == SubscriptionState::Parked;
  });
}

// --- the server and the wire

void RoomBook::onSaid(const std::string& topic, std::uint64_t seq, const std::map<unsigned, std::string>& sentOn) {
  const Said& said = said_[seq] = {topic, sentOn};
  while (said_.size() > 20'000) said_.erase(said_.begin());
  if (!isOnItsWay(topic, said)) return;
  for (auto& [id, guest] : guests_) {
    if (guest.live() && guest.place.topic() == topic) guest.debts[seq] = machine_.awakeTime() + kRoomPatience;
  }
}

/// It was sent on every channel that the client has of the topic, and none of them is just joining.
bool RoomBook::isOnItsWay(const std::string& topic, const Said& said) const {
  bool isOnAll = false;
  for (const auto& [place, channel] : wire_.channels()) {
    if (place.second != topic) continue;
    const auto sent = said.sentOn.find(place.first);
    isOnAll = channel.accepted && sent != said.sentOn.end() && sent->second == channel.joinRef;
    if (!isOnAll) return false;
  }
  return isOnAll;
}

void RoomBook::onSent(Link& link, const Json& frame) {
  const auto event = frame[3].get<std::string>();
  if (event == "broadcast") onBroadcastSent(link, frame[4]["payload"]["p"].get<std::uint64_t>());
  if (event == "presence") onPresenceSent(link, frame);
}

void RoomBook::onPresenceSent(Link& link, const Json& frame) {
  auto& calls = presenceCalls_[{link.id(), frame[0].get<std::string>()}];
  while (!calls.empty() && calls.front() <= events_.now() - 30s) calls.pop_front();
  calls.push_back(events_.now());
  if (calls.size() > 5) fail(Invariant::RoomBudgets, std::to_string(calls.size()) + " presence calls in 30 s");
}

/// The server may take a push from a socket only after the client's channel has gone to another. It then hands it to
/// the channel there, as to anybody's.
bool RoomBook::mayComeBack(const std::string& topic, std::uint64_t number) const {
  const auto socket = sentOn_.find(number);
  return socket != sentOn_.end() && wire_.find({socket->second, topic}) == nullptr;
}

void RoomBook::onBroadcastSent(Link& link, std::uint64_t number) {
  ++broadcasts_;
  sentOn_[number] = link.id();
  const Duration now = events_.now();
  while (!sends_.empty() && sends_.front() <= now - 1s) sends_.pop_front();
  sends_.push_back(now);
  if (sends_.size() > 2 * traits_.sendsPerSecond + 1) {
    fail(Invariant::RoomBudgets, std::to_string(sends_.size()) + " broadcasts in a second");
  }
  const auto it = pushes_.find(static_cast<unsigned>(number));
  if (it == pushes_.end() || std::exchange(it->second.onWire, true)) {
    fail(Invariant::SentOnce, "push " + std::to_string(number) + " goes out again, or after it has ended");
    return;
  }
  Sent& push = it->second;
  const auto sender = guests_.find(push.handle);
  if (sender == guests_.end()) {
    fail(Invariant::SilentAfterEnd, "push " + std::to_string(number) + " of a closed handle goes out");
    return;
  }
  if (push.conflated) {
    const auto pace = paces_.find(push.handle);
    if (pace != paces_.end() && now - pace->second.first < pace->second.second) {
      fail(Invariant::RoomBudgets, "a conflated push before its time");
    }
    paces_[push.handle] = {now, push.every};
  }
  for (const auto& [id, guest] : guests_) {
    if (keyOf(guest.place) != keyOf(sender->second.place)) continue;
    if (id != push.handle || guest.options.self) push.others.insert(id);
  }
}

// --- what the client says

Guest* RoomBook::guestOf(unsigned id, const char* what) {
  const auto it = guests_.find(id);
  if (it != guests_.end()) return &it->second;
  fail(Invariant::SilentAfterEnd, std::string(what) + " for closed handle " + std::to_string(id));
  return nullptr;
}

void RoomBook::onBatch(const Batch& batch) {
  for (const auto& delivery : batch.deliveries) {
    if (delivery.kind >= DeliveryKind::Broadcast) onDelivery(delivery);
  }
  if (batch.status) {
    for (const auto& status : batch.status->channels) publish(status);
  }
  for (const auto& gap : batch.channelGaps) onGap(gap);
  for (const auto& result : batch.pushes) onOutcome(result);
}

void RoomBook::onDelivery(const Delivery& delivery) {
  std::vector<std::string> texts;
  delivery.forEachText([&](std::string_view text) { texts.emplace_back(text); });
  for (const auto id : delivery.subscribers) {
    Guest* guest = guestOf(id.value, "a delivery");
    if (guest == nullptr) continue;
    if (delivery.kind != DeliveryKind::Presence) {
      onBroadcast(id.value, *guest, *parseJson(texts[2]), delivery.count > 0);
      continue;
    }
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
      onPresence(id.value, *guest, texts[i][0], texts[i].substr(1), texts[i + 1]);
    }
  }
}

/// What others say comes in order, unless it is replayed.
void RoomBook::onBroadcast(unsigned id, Guest& guest, const Json& payload, bool replayed) {
  if (payload.contains("p")) {
    const auto number = payload["p"].get<std::uint64_t>();
    const bool isNew = guest.pushed.insert(number).second;
    if (mayComeBack(guest.place.topic(), number)) return;
    if (!isNew) fail(Invariant::OnceAndInOrder, about(id, guest) + ": a push comes twice");
    const auto push = pushes_.find(static_cast<unsigned>(number));
    if (push != pushes_.end() && push->second.handle == id && !guest.options.self) {
      fail(Invariant::OnlyWhatWasAsked, about(id, guest) + " gets what it sends");
    }
    return;
  }
  const auto seq = payload["n"].get<std::uint64_t>();
  const auto said = said_.find(seq);
  if (said != said_.end() && said->second.topic != guest.place.topic()) {
    fail(Invariant::OnlyWhatWasAsked, about(id, guest) + " gets a broadcast of " + said->second.topic);
  }
  const bool isOrdered = replayed || seq > guest.lastSaid;
  if (!guest.said.insert(seq).second || !isOrdered) {
    fail(Invariant::OnceAndInOrder, about(id, guest) + ": broadcast " + std::to_string(seq));
  }
  guest.lastSaid = std::max(guest.lastSaid, seq);
  guest.debts.erase(seq);
}

void RoomBook::onPresence(unsigned id, Guest& guest, char kind, const std::string& key, const std::string& metas) {
  if (!guest.options.presence) fail(Invariant::OnlyWhatWasAsked, about(id, guest) + " gets presence");
  const bool isJoin = kind == '0';
  if (isJoin == (guest.present.count(key) != 0)) {
    fail(Invariant::PresenceTrue, about(id, guest) + ": change " + kind + " of " + key);
  }
  if (kind == '3') {
    guest.present.erase(key);
  } else {
    guest.present[key] = *parseJson(metas);
  }
}

void RoomBook::publish(const SubscriptionStatus& status) {
  Guest* guest = guestOf(status.id.value, "a status");
  if (guest == nullptr) return;
  const bool was = guest->live();
  guest->published = status;
  if (guest->live()) {
    if (!was) {
      guest->liveSince = machine_.awakeTime();
      guest->liveBefore = std::exchange(guest->liveAt, events_.now());
    }
    if (!was && guest->owedGap) guest->gapDue = machine_.awakeTime() + kGapDelay;
    return;
  }
  if (was) guest->owedGap = true;
  guest->debts.clear();
  guest->gapDue.reset();
  if (guest->settled) fail(Invariant::StaysLive, about(status.id.value, *guest) + ": " + status.message);
}

void RoomBook::onOutcome(const PushResult& result) {
  const auto it = pushes_.find(result.id.value);
  if (it == pushes_.end() || it->second.conflated) {
    fail(Invariant::OutcomesAgree, "an outcome for push " + std::to_string(result.id.value));
    return;
  }
  const Sent push = it->second;
  pushes_.erase(it);
  if (result.outcome == PushOutcome::Full || result.outcome == PushOutcome::Ended) {
    if (push.onWire) fail(Invariant::OutcomesAgree, "what was sent is reported as not sent");
    return;
  }
  if (result.outcome != PushOutcome::Ok) return;
  if (!push.onWire) fail(Invariant::OutcomesAgree, "what was not sent is ok");
  for (const auto id : push.others) {
    if (guests_.at(id).pushed.count(result.id.value) == 0) {
      fail(Invariant::NothingLost, about(id, guests_.at(id)) + " has not got push " + std::to_string(result.id.value));
    }
  }
}

/// A gap may begin before the handle was live. What was said before the client knew of the join, but on it, is no part
/// of the gap: it still comes.
void RoomBook::onGap(const UserChannelGap& gap) {
  for (const auto handle : gap.handles) {
    Guest* guest = guestOf(handle.value, "a gap");
    if (guest == nullptr) continue;
    guest->owedGap = !guest->live();
    guest->gapDue.reset();
    if (!gap.healed || !traits_.calendarIsTrue) continue;
    for (const auto& message : server_.rooms().at(guest->place.topic()).messages) {
      const WallTime at = kWallStart + message.at;
      const bool isMissed = at > gap.from && at < gap.to && message.at > guest->liveBefore;
      if (!isMissed || guest->said.count(message.seq) != 0) continue;
      const auto said = said_.find(message.seq);
      if (guest->live() && said != said_.end() && isOnItsWay(guest->place.topic(), said->second)) {
        guest->debts[message.seq] = machine_.awakeTime() + kRoomPatience;
      } else {
        fail(Invariant::NothingLost,
             about(handle.value, *guest) + ": its gap is healed, and " + std::to_string(message.seq) + " has not come");
      }
    }
  }
}

// --- what holds after each step

void RoomBook::onStep(const Client& client, bool healthy, Duration calm) {
  for (const auto id : std::exchange(sentAtOnce_, {})) onOutcome({id, PushOutcome::Ok, {}});
  const Duration awake = machine_.awakeTime();
  for (auto& [id, guest] : guests_) {
    const auto* status = client.status().subscriptions().find(SubscriptionId{id});
    const bool same = status != nullptr && guest.published && guest.published->state == status->state &&
                      guest.published->code == status->code;
    if (!same) fail(Invariant::PublishedIsTrue, about(id, guest));
    if (!guest.debts.empty() && guest.debts.begin()->second < awake) {
      fail(Invariant::NothingLost,
           about(id, guest) + ": broadcast " + std::to_string(guest.debts.begin()->first) + " has not come");
    }
    checkGap(id, guest);
    const auto& channels = wire_.channels();
    const bool isJoined =
        std::any_of(channels.begin(), channels.end(),
                    [&, topic = guest.place.topic()](const auto& item) { return item.first.second == topic; });
    if (guest.live() && !isJoined) fail(Invariant::HonestByWire, about(id, guest));
  }
  for (const auto& [number, push] : pushes_) {
    if (!push.conflated && push.due < awake) {
      fail(Invariant::OutcomesAgree, "push " + std::to_string(number) + " has no outcome");
    }
  }
  if (healthy) checkLive(healthy, calm);
}

void RoomBook::checkLive(bool healthy, Duration calm) {
  const Duration now = events_.now();
  for (auto& [id, guest] : guests_) {
    const Duration quiet = std::min(calm, now - guest.since);
    if (!guest.live()) {
      const bool waits = guest.published && guest.published->code == ReasonCode::TooManyChannels;
      if (waits && isFullFor(guest.place.topic())) guest.rightAt = now;
      if (std::min(quiet, now - guest.rightAt) > kRoomRecovery) {
        fail(Invariant::LiveWithinBound,
             about(id, guest) + (guest.published ? ": " + guest.published->message : std::string()));
      }
      continue;
    }
    guest.rightAt = now;
    if (quiet <= kRoomAftermath) continue;
    guest.settled = healthy;
    checkPresence(id, guest);
  }
  if (calm > kRoomAftermath) checkTracked();
}

/// No more sockets may be opened, and none of them has room for a channel with this topic.
bool RoomBook::isFullFor(const std::string& topic) const {
  std::map<unsigned, unsigned> counts;
  for (const auto& [place, channel] : wire_.channels())
    counts[place.first] += place.second == topic ? traits_.maxChannels : 1;
  const auto isFull = [&](const auto& item) { return item.second >= traits_.maxChannels; };
  return std::count_if(counts.begin(), counts.end(), isFull) >= static_cast<std::ptrdiff_t>(traits_.maxSockets);
}

void RoomBook::checkPresence(unsigned id, const Guest& guest) {
  const Room& room = server_.rooms().at(guest.place.topic());
  const Duration now = events_.now();
  const bool isQuiet = now - room.changedAt > kPresenceDelay && now - guest.watchesSince > kPresenceDelay &&
                       machine_.awakeTime() - guest.liveSince > kPresenceDelay;
  if (!guest.options.presence || !isQuiet) return;
  bool isTrue = guest.present.size() == room.members.size();
  for (const auto& [key, metas] : room.members) {
    const auto it = guest.present.find(key);
    isTrue = isTrue && it != guest.present.end() && sorted(it->second) == sorted(Json(metas));
  }
  if (!isTrue) {
    fail(Invariant::PresenceTrue,
         about(id, guest) + ": " + Json(guest.present).dump() + " is " + Json(room.members).dump() + " at the server");
  }
}

/// Its frames come, and what the client sends does not arrive.
bool RoomBook::isUnheard(const Guest& guest) const {
  const auto sockets = server_.sockets();
  return std::any_of(sockets.begin(), sockets.end(), [&](auto* socket) {
    const Link& link = socket->link();
    return !link.reachesServer() && wire_.find({link.id(), guest.place.topic()}) != nullptr;
  });
}

/// No heartbeat is answered while only the way to the server is dead. The server ends such a socket after 60 s.
void RoomBook::checkGap(unsigned id, Guest& guest) {
  if (!guest.gapDue || *guest.gapDue >= machine_.awakeTime()) return;
  if (!isUnheard(guest)) fail(Invariant::GapsAgree, about(id, guest) + " has no gap");
  guest.gapDue = machine_.awakeTime() + kGapDelay;
}

/// The newest payload of each place is what the server has, where the place has been live for a while.
void RoomBook::checkTracked() {
  for (const auto& [place, at] : trackedAt_) {
    if (events_.now() - at <= kTrackDelay) continue;
    bool isLive = false;
    for (const auto& [id, guest] : guests_) {
      if (keyOf(guest.place) == place) isLive = guest.live() && machine_.awakeTime() - guest.liveSince > kTrackDelay;
    }
    if (!isLive) continue;
    const auto& all = tracked_[place];
    const Json expected = all.empty() ? Json() : *parseJson(all.back().payload);
    for (auto* socket : server_.sockets()) {
      const auto channel = socket->channels().find(place.first);
      if (channel == socket->channels().end() || !socket->link().reachesClient()) continue;
      if (!place.second.empty() && channel->second.key != place.second) continue;
      if (events_.now() - channel->second.joinedAt <= kRetrackDelay) continue;
      if (channel->second.tracked != expected) {
        fail(Invariant::PresenceTrue,
             place.first + " tracks " + channel->second.tracked.dump() + " at the server, not " + expected.dump());
      }
    }
  }
}

}  // namespace switchboard::sim
