#include "server/sim_server.h"

#include <algorithm>
#include <chrono>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// How long the server takes to refuse a handshake (protocol.md §1.2).
constexpr Duration kRefusalDelay = 2s;
/// From a commit to the reading that can find it.
constexpr Duration kReading = 100ms;

}  // namespace

SimServer::SimServer(EventQueue& events, Trace& trace, SimRandom& random, TokenMint& mint, ServerTraits traits)
    : events_(events), random_(random), traits_(traits), rooms_(events), context_{events, trace,   random, mint,
                                                                                  mood,   traits_, rooms_} {
  rooms_.onDiff = [this](const std::string& topic, const Json& diff) {
    for (auto* socket : sockets()) socket->presence(topic, "presence_diff", diff);
  };
  context_.relay = [this](const std::string& topic, const std::string& payload, unsigned sender) {
    for (auto* socket : sockets()) socket->broadcast(topic, payload, {}, sender);
  };
}

std::map<unsigned, std::string> SimServer::say(const std::string& topic, std::uint64_t seq, bool kept) {
  std::map<unsigned, std::string> sentOn;
  const std::string number = std::to_string(seq);
  if (kept) rooms_.at(topic).messages.push_back({seq, events_.now()});
  for (auto* socket : sockets()) {
    const auto* channel = socket->broadcast(topic, R"({"n":)" + number + "}", kept ? "m" + number : std::string());
    if (channel != nullptr) sentOn.emplace(socket->link().id(), channel->joinRef);
  }
  return sentOn;
}

/// Half of what is lost is lost for everybody.
void SimServer::publish(const std::string& topic, std::string_view event, const std::string& payload) {
  published_ = std::max(published_, events_.now() + random_.between(Duration{1}, Duration{20}));
  events_.at(published_, [this, topic = "realtime:" + topic, event = std::string(event), payload] {
    const auto percent = mood.broadcastLossPercent;
    const bool isAway = percent == 100 || random_.chance(percent / 2);
    if (isAway) return;
    for (auto* socket : sockets()) {
      if (percent > 0 && random_.chance(percent / 2)) continue;
      const bool isMixed = mood.broadcastMixPercent > 0 && random_.chance(mood.broadcastMixPercent);
      if (!isMixed || random_.chance(50)) socket->publish(topic, event, payload, Duration{0});
      if (isMixed) socket->publish(topic, event, payload, random_.between(Duration{1}, Duration{3s}));
    }
  });
}

void SimServer::commit(TableChange change) {
  change.at = events_.now();
  const Duration due = std::max(dispatched_, change.at + kReading);
  dispatched_ = (due + traits_.poll - Duration{1}) / traits_.poll * traits_.poll;
  events_.at(dispatched_, [this, change = std::move(change)] {
    const bool lost = mood.losesPercent > 0 && random_.chance(mood.losesPercent);
    SentOn channels;
    for (const auto& [id, socket] : sockets_) {
      if (!socket->ended()) socket->dispatch(change, lost, channels);
    }
    (lost ? onLost : onDispatch)(change, channels);
  });
}

std::vector<ServerSocket*> SimServer::sockets() {
  std::vector<ServerSocket*> current;
  for (const auto& [id, socket] : sockets_) {
    if (!socket->ended()) current.push_back(socket.get());
  }
  return current;
}

ServerSocket* SimServer::anySocket() {
  auto current = sockets();
  return current.empty() ? nullptr : random_.pick(current);
}

std::pair<ServerSocket*, std::string> SimServer::anyChannel() {
  std::vector<std::pair<ServerSocket*, std::string>> channels;
  for (auto* socket : sockets()) {
    for (const auto& [topic, channel] : socket->channels()) channels.emplace_back(socket, topic);
  }
  if (channels.empty()) return {nullptr, {}};
  return random_.pick(channels);
}

void SimServer::restart() {
  for (auto* socket : sockets()) {
    if (random_.chance(50)) {
      const Json payload = {{"extension", "system"}, {"status", "ok"}, {"message", "Server requested disconnect"}};
      for (const auto& [topic, channel] : socket->channels()) {
        socket->link().send({DownFrame::Kind::Text,
                             frameText(socket->link().version(), channel.joinRef, "", topic, "system", payload), 0,
                             Mark::Other, topic, channel.joinRef});
      }
    }
    socket->close(1012);
  }
}

/// Whether the client holds another one.
bool SimServer::hasOtherSocket(const Link& link) const {
  return std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& item) {
    return item.first != link.id() && !item.second->ended() && !item.second->link().released();
  });
}

Handshake SimServer::onHandshake(Link& link) {
  for (auto it = sockets_.begin(); it != sockets_.end();) it = it->second->ended() ? sockets_.erase(it) : std::next(it);
  const bool full = (traits_.oneSocket || mood.oneSocket) && hasOtherSocket(link);
  if (mood.rateLimited || full) return {Handshake::Outcome::Refuse, kRefusalDelay};
  switch (mood.handshakes) {
    case Mood::Handshakes::RefuseAtOnce:
      return {Handshake::Outcome::Refuse, Duration{0}};
    case Mood::Handshakes::RefuseSlowly:
      return {Handshake::Outcome::Refuse, kRefusalDelay};
    case Mood::Handshakes::Hang:
      return {Handshake::Outcome::Hang, Duration{0}};
    case Mood::Handshakes::AcceptSlowly:
      return {Handshake::Outcome::Accept, random_.between(Duration{1s}, Duration{14s})};
    case Mood::Handshakes::Accept:
    case Mood::Handshakes::AcceptAndClose:
      break;
  }
  return {Handshake::Outcome::Accept, Duration{2}};
}

void SimServer::onAccepted(Link& link) {
  auto socket = std::make_unique<ServerSocket>(link.shared_from_this(), context_);
  if (mood.handshakes == Mood::Handshakes::AcceptAndClose) {
    socket->close(random_.chance(50) ? 1006 : 1011);
  }
  sockets_[link.id()] = std::move(socket);
}

void SimServer::onClientFrame(Link& link, const Json& frame) {
  const auto it = sockets_.find(link.id());
  if (it != sockets_.end() && !it->second->ended()) it->second->onClientFrame(frame);
}

void SimServer::onClientGone(Link& link) {
  const auto it = sockets_.find(link.id());
  if (it != sockets_.end() && !it->second->ended()) it->second->end();
}

}  // namespace switchboard::sim
