#include "server/server_socket.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "protocol/frames/binary_frame.h"

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// How long a refused join stalls its socket.
constexpr Duration kStall = 5s;
/// A socket whose client sends nothing for so long is closed.
constexpr Duration kIdle = 60s;

std::string textAt(const Json& frame, std::size_t index) {
  return frame[index].is_string() ? frame[index].get<std::string>() : std::string();
}

unsigned hashOf(const std::string& text, unsigned bits) {
  std::uint32_t value = 0x811c9dc5;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x01000193;
  return (value ^ (value >> 15)) & ((1u << bits) - 1);
}

Json recordOf(const TableChange& change) {
  return {{"seq", change.seq}, {"owner", change.owner}, {"kind", change.kind}};
}

}  // namespace

ServerSocket::ServerSocket(std::shared_ptr<Link> link, ServerContext& context)
    : link_(std::move(link)),
      context_(context),
      lastData_(context.events.now()),
      self_(std::make_shared<ServerSocket*>(this)) {
  watchIdle();
}

/// Nothing of it happens once the socket has ended.
void ServerSocket::later(Duration delay, std::function<void(ServerSocket&)> action) {
  context_.events.after(
      delay, [weak = std::weak_ptr<ServerSocket*>(self_), events = &context_.events, action = std::move(action)] {
        const auto self = weak.lock();
        if (self && !(*self)->ended_) {
          action(**self);
        } else {
          events->discount();
        }
      });
}

void ServerSocket::watchIdle() {
  later(lastData_ + kIdle - context_.events.now(), [](ServerSocket& socket) {
    if (socket.context_.events.now() - socket.lastData_ >= kIdle) {
      socket.close(1000);
    } else {
      socket.watchIdle();
    }
  });
}

void ServerSocket::onClientFrame(const Json& frame) {
  lastData_ = context_.events.now();
  mailbox_.emplace_back(frame);
  pump();
}

void ServerSocket::post(DownFrame frame) {
  mailbox_.emplace_back(std::move(frame));
  pump();
}

/// For what is caused in the middle of a frame, perhaps another client's: the next frame may end the channel.
void ServerSocket::postSoon(DownFrame frame) {
  mailbox_.emplace_back(std::move(frame));
  later(0ms, [](ServerSocket& socket) { socket.pump(); });
}

void ServerSocket::end() {
  ended_ = true;
  while (!channels_.empty()) drop(channels_.begin());
  mailbox_.clear();
}

void ServerSocket::close(int code) {
  context_.trace.add(context_.events.now(), "server closes", link_->id(), code);
  end();
  link_->close(code, "");
}

void ServerSocket::freeze(Duration span) {
  context_.trace.add(context_.events.now(), "freeze", link_->id(), span);
  busyUntil_ = std::max(busyUntil_, context_.events.now() + span);
  later(busyUntil_ - context_.events.now(), [](ServerSocket& socket) { socket.pump(); });
}

void ServerSocket::pump() {
  while (!ended_ && !joining_ && busyUntil_ <= context_.events.now() && !mailbox_.empty()) {
    Item item = std::move(mailbox_.front());
    mailbox_.pop_front();
    if (auto* frame = std::get_if<DownFrame>(&item)) {
      link_->send(std::move(*frame));
    } else {
      take(std::get<Json>(item));
    }
  }
}

void ServerSocket::take(const Json& frame) {
  const auto event = textAt(frame, 3);
  if (event == "heartbeat") {
    reply(frame, true, Json::object(), Mark::Other);
  } else if (event == "phx_join") {
    beginJoin(frame);
  } else if (event == "phx_leave") {
    leave(frame);
  } else if (event == "access_token") {
    takeToken(frame);
  } else if (event == "presence") {
    takePresence(frame);
  } else if (event == "broadcast") {
    takeBroadcast(frame);
  }
}

void ServerSocket::reply(const Json& frame, bool ok, const Json& response, Mark mark) {
  const Json payload = {{"status", ok ? "ok" : "error"}, {"response", response}};
  link_->send({DownFrame::Kind::Text,
               frameText(link_->version(), textAt(frame, 0), textAt(frame, 1), textAt(frame, 2), "phx_reply", payload),
               0, mark, textAt(frame, 2), textAt(frame, 0)});
}

void ServerSocket::beginJoin(const Json& frame) {
  joining_ = true;
  const std::string refusal = refusalOf(frame);
  const Duration takes = refusal.empty() ? context_.random.between(Duration{1}, context_.mood.joinTime) : kStall;
  later(takes, [frame, refusal](ServerSocket& socket) {
    socket.joining_ = false;
    socket.finishJoin(frame, refusal);
    socket.pump();
  });
}

std::string ServerSocket::refusalOf(const Json& frame) {
  if (context_.mood.rateLimited) return "ClientJoinRateLimitReached: Too many joins per second";
  if (channels_.count(textAt(frame, 2)) == 0 && channels_.size() >= context_.traits.maxChannels) {
    return "ChannelRateLimitReached: Too many channels";
  }
  const std::string token(textMember(frame[4], "access_token"));
  if (context_.mood.tokensRefused && !token.empty()) {
    return "JwtSignerError: Failed to generate JWT signer, check your JWT secret or JWKS configuration";
  }
  switch (context_.mint.judge(token, context_.events.now())) {
    case TokenMint::Verdict::Expired:
      return "InvalidJWTToken: Token has expired 1 seconds ago";
    case TokenMint::Verdict::Refused:
      return "JwtSignatureError: Failed to validate JWT signature";
    case TokenMint::Verdict::Good:
      break;
  }
  if (const auto reason = topicRefusal(textAt(frame, 2), token); !reason.empty()) return reason;
  const auto& mood = context_.mood;
  return mood.joinRefusal && context_.random.chance(mood.refusePercent) ? *mood.joinRefusal : std::string();
}

std::string ServerSocket::topicRefusal(const std::string& topic, const std::string& token) const {
  const bool isNumbered = context_.log != nullptr && topic.rfind("realtime:switchboard:", 0) == 0;
  if (!isNumbered) return {};
  const bool isRefused =
      context_.mood.topicsRefused || !context_.log->refusal(topic.substr(9), context_.mint.role(token)).empty();
  return isRefused ? "Unauthorized: You do not have permissions to read from this Channel topic: " + topic.substr(9)
                   : std::string();
}

/// A second join of a topic ends the first one, also when it is refused itself (protocol.md §3). It gets its answer
/// before the first one is closed (§14).
void ServerSocket::finishJoin(const Json& frame, const std::string& refusal) {
  const auto topic = textAt(frame, 2);
  if (!refusal.empty()) {
    reply(frame, false, {{"reason", refusal}}, Mark::JoinRefused);
    endEarlier(topic);
    if (refusal.rfind("ClientJoinRateLimitReached", 0) == 0) close(1001);
    return;
  }
  ServerChannel channel;
  channel.serial = ++context_.lastSerial;
  channel.topic = topic;
  channel.joinRef = textAt(frame, 0);
  channel.token = textMember(frame[4], "access_token");
  Json accepted = Json::array();
  for (const auto& entry : frame[4]["config"]["postgres_changes"]) {
    const unsigned id = hashOf(toText(entry), context_.traits.idBits);
    channel.bindings.push_back({interestOf(entry), id});
    accepted.push_back(entry);
    accepted.back()["id"] = id;
  }
  reply(frame, true, {{"postgres_changes", accepted}}, Mark::JoinAccepted);
  endEarlier(topic);
  const unsigned serial = channel.serial;
  watchExpiry(channel);
  auto& added = channels_.emplace(topic, std::move(channel)).first->second;
  if (isRoom(topic)) {
    enterRoom(added, frame[4]["config"]);
  } else {
    announce(serial, topic);
  }
}

void ServerSocket::endEarlier(const std::string& topic) {
  const auto earlier = channels_.find(topic);
  if (earlier == channels_.end()) return;
  link_->send(ending(earlier->second, "phx_close"));
  drop(earlier);
}

void ServerSocket::drop(std::map<std::string, ServerChannel>::iterator channel) {
  const auto gone = channels_.extract(channel);
  context_.rooms.untrack(gone.key(), gone.mapped().key, gone.mapped().ref);
}

// --- rooms

void ServerSocket::enterRoom(ServerChannel& channel, const Json& config) {
  const std::string wanted(textMember(config["presence"], "key"));
  channel.key = wanted.empty() ? "k" + std::to_string(channel.serial) : wanted;
  channel.joinedAt = context_.events.now();
  channel.hasPresence = config["presence"]["enabled"].get<bool>();
  presence(channel.topic, "presence_state", context_.rooms.state(channel.topic));
  if (const Json* wish = member(config["broadcast"], "replay"); wish != nullptr) replay(channel, *wish);
}

/// The newest that were kept since then, oldest first.
void ServerSocket::replay(const ServerChannel& channel, const Json& replay) {
  const auto since = Duration{replay["since"].get<std::int64_t>()} - kWallStart.time_since_epoch();
  std::deque<StoredMessage> wanted;
  for (const auto& message : context_.rooms.at(channel.topic).messages) {
    if (message.at >= since) wanted.push_back(message);
  }
  while (wanted.size() > replay["limit"].get<std::size_t>()) wanted.pop_front();
  for (const auto& message : wanted) {
    postSoon(broadcastFrame(channel.topic, R"({"n":)" + std::to_string(message.seq) + "}",
                            "m" + std::to_string(message.seq), true));
  }
  if (context_.log == nullptr) return;
  for (const auto& text : context_.log->since(channel.topic.substr(9), since, replay["limit"].get<std::size_t>())) {
    postSoon(numberedFrame(channel.topic, "changes", text, true));
  }
}

void ServerSocket::presence(const std::string& topic, std::string_view event, const Json& payload) {
  const auto it = channels_.find(topic);
  if (it == channels_.end() || !it->second.hasPresence) return;
  const std::string joinRef = event == "presence_state" ? it->second.joinRef : std::string();
  postSoon({DownFrame::Kind::Text, frameText(link_->version(), joinRef, "", topic, event, payload), 0, Mark::Other,
            topic, joinRef});
}

/// Binary in half of all cases, where the client knows that.
DownFrame ServerSocket::broadcastFrame(const std::string& topic, const std::string& payload, const std::string& id,
                                       bool replayed) {
  Json meta;
  if (!id.empty()) meta["id"] = id;
  if (replayed) meta["replayed"] = true;
  DownFrame frame;
  frame.topic = topic;
  if (link_->version() == Version::V2 && context_.random.chance(50)) {
    const auto encoding = context_.random.chance(50) ? PayloadEncoding::Bytes : PayloadEncoding::JsonText;
    const std::string metadata = meta.is_null() ? std::string() : toText(meta);
    frame.kind = DownFrame::Kind::Binary;
    frame.text =
        encodeBinaryFrame(Sender::Server, {BinaryKind::UserBroadcast, encoding, {}, {}, topic, "e", metadata, payload})
            .value();
  } else {
    Json body = {{"type", "broadcast"}, {"event", "e"}, {"payload", *parseJson(payload)}};
    if (!meta.is_null()) body["meta"] = meta;
    frame.text = frameText(link_->version(), "", "", topic, "broadcast", body);
  }
  return frame;
}

/// The database's own come as JSON.
DownFrame ServerSocket::numberedFrame(const std::string& topic, std::string_view event, const std::string& payload,
                                      bool replayed) {
  DownFrame frame;
  frame.topic = topic;
  if (link_->version() == Version::V2 && context_.random.chance(50)) {
    frame.kind = DownFrame::Kind::Binary;
    frame.text = encodeBinaryFrame(Sender::Server, {BinaryKind::UserBroadcast,
                                                    PayloadEncoding::JsonText,
                                                    {},
                                                    {},
                                                    topic,
                                                    std::string(event),
                                                    replayed ? R"({"replayed":true})" : "",
                                                    payload})
                     .value();
    return frame;
  }
  Json body = {{"type", "broadcast"}, {"event", event}, {"payload", *parseJson(payload)}};
  if (replayed) body["meta"]["replayed"] = true;
  frame.text = frameText(link_->version(), "", "", topic, "broadcast", body);
  return frame;
}

void ServerSocket::publish(const std::string& topic, std::string_view event, const std::string& payload,
                           Duration delay) {
  if (channels_.count(topic) == 0) return;
  later(delay, [topic, frame = numberedFrame(topic, event, payload, false)](ServerSocket& socket) {
    if (socket.channels_.count(topic) != 0) socket.post(frame);
  });
}

const ServerChannel* ServerSocket::broadcast(const std::string& topic, const std::string& payload,
                                             const std::string& id, unsigned except) {
  const auto it = channels_.find(topic);
  if (it == channels_.end() || it->second.serial == except) return nullptr;
  postSoon(broadcastFrame(topic, payload, id, false));
  return &it->second;
}

/// The sixth call in 30 s ends the channel.
void ServerSocket::takePresence(const Json& frame) {
  const auto it = channels_.find(textAt(frame, 2));
  if (it == channels_.end() || it->second.joinRef != textAt(frame, 0)) return;
  ServerChannel& channel = it->second;
  const Duration now = context_.events.now();
  while (!channel.calls.empty() && channel.calls.front() <= now - 30s) channel.calls.pop_front();
  channel.calls.push_back(now);
  if (channel.calls.size() > 5) {
    shutDown(channel.topic, "Client presence rate limit exceeded");
    return;
  }
  reply(frame, true, Json::object(), Mark::Other);
  if (textMember(frame[4], "event") == "untrack") {
    context_.rooms.untrack(channel.topic, channel.key, std::exchange(channel.ref, {}));
    channel.tracked = nullptr;
  } else if (channel.tracked != frame[4]["payload"]) {
    channel.tracked = frame[4]["payload"];
    channel.ref = context_.rooms.track(channel.topic, channel.key, channel.ref, channel.tracked);
  }
}

void ServerSocket::takeBroadcast(const Json& frame) {
  const auto it = channels_.find(textAt(frame, 2));
  if (it == channels_.end() || it->second.joinRef != textAt(frame, 0)) return;
  reply(frame, true, Json::object(), Mark::Other);
  context_.relay(it->first, toText(frame[4]["payload"]), it->second.serial);
}

ServerChannel* ServerSocket::find(const std::string& topic, unsigned serial) {
  const auto it = channels_.find(topic);
  return it != channels_.end() && it->second.serial == serial ? &it->second : nullptr;
}

void ServerSocket::announce(unsigned serial, const std::string& topic) {
  Duration delay = 2ms;
  switch (context_.mood.announcement) {
    case Mood::Announcement::Warm:
      break;
    case Mood::Announcement::Cold:
      delay = context_.random.between(Duration{1s}, Duration{3s});
      break;
    case Mood::Announcement::Late:
      delay = context_.random.between(Duration{8s}, Duration{25s});
      break;
    case Mood::Announcement::Never:
      return;
    case Mood::Announcement::Error:
      if (const auto* channel = find(topic, serial)) {
        post(system(*channel, "postgres_changes", false, "Too many database timeouts", Mark::BindingError));
      }
      delay = context_.random.between(Duration{5s}, Duration{10s});
      break;
  }
  later(delay, [serial, topic](ServerSocket& socket) { socket.subscribed(serial, topic); });
}

/// One bad binding silences all (protocol.md §14), and so does whatever the database answers.
void ServerSocket::subscribed(unsigned serial, const std::string& topic) {
  ServerChannel* channel = find(topic, serial);
  if (channel == nullptr) return;
  const auto role = context_.mint.role(channel->token);
  for (const auto& binding : channel->bindings) {
    const auto& error = context_.mood.databaseError;
    const auto refusal = error ? Tables::quoting(binding.interest, *error) : Tables::refusal(binding.interest, role);
    if (refusal.empty()) continue;
    channel->poisoned = true;
    channel->flowing = false;
    post(system(*channel, "postgres_changes", false, refusal, Mark::BindingError));
    return;
  }
  if (channel->announced && !channel->flowing) {
    if (!channel->loss) channel->loss = LossSpan{channel->droppedAt, {}};
    channel->loss->to = context_.events.now();
  }
  channel->flowing = true;
  const Duration early = context_.random.chance(10) ? context_.random.between(Duration{1}, Duration{400}) : Duration{0};
  later(early, [serial, topic](ServerSocket& socket) { socket.sayLive(serial, topic); });
}

/// Changes may come before it is said that they do.
void ServerSocket::sayLive(unsigned serial, const std::string& topic) {
  ServerChannel* channel = find(topic, serial);
  if (channel == nullptr || channel->poisoned) return;
  channel->announced = true;
  auto frame = system(*channel, "postgres_changes", true, "Subscribed to PostgreSQL", Mark::Subscribed);
  frame.loss = std::exchange(channel->loss, {});
  post(std::move(frame));
}

/// A stale join_ref is ignored without a reply; an unknown topic is answered ok (protocol.md §4, §14).
void ServerSocket::leave(const Json& frame) {
  const auto it = channels_.find(textAt(frame, 2));
  if (it != channels_.end() && it->second.joinRef != textAt(frame, 0)) return;
  reply(frame, true, Json::object(), Mark::Other);
  if (it == channels_.end()) return;
  link_->send(ending(it->second, "phx_close"));
  drop(it);
}

void ServerSocket::takeToken(const Json& frame) {
  const auto it = channels_.find(textAt(frame, 2));
  if (it == channels_.end() || it->second.joinRef != textAt(frame, 0)) return;
  const auto token = std::string(textMember(frame[4], "access_token"));
  if (token.empty() || token == it->second.token) return;
  const auto verdict =
      context_.mood.tokensRefused ? TokenMint::Verdict::Refused : context_.mint.judge(token, context_.events.now());
  switch (verdict) {
    case TokenMint::Verdict::Expired:
      shutDown(it->first, "Token has expired 3 seconds ago");
      return;
    case TokenMint::Verdict::Refused:
      shutDown(it->first, ":signature_error");
      return;
    case TokenMint::Verdict::Good:
      break;
  }
  if (!topicRefusal(it->first, token).empty()) {
    shutDown(it->first, "You no longer have permission to read from this Channel topic: " + it->first.substr(9));
    return;
  }
  it->second.token = token;
  watchExpiry(it->second);
  resubscribe(it->first, false);
}

void ServerSocket::watchExpiry(const ServerChannel& channel) {
  if (channel.token.empty()) return;
  const Duration left = context_.mint.expiry(channel.token) - context_.events.now();
  later(left, [serial = channel.serial, topic = channel.topic, token = channel.token](ServerSocket& socket) {
    const auto* expired = socket.find(topic, serial);
    if (expired != nullptr && expired->token == token) socket.shutDown(topic, "Token has expired 0 seconds ago");
  });
}

void ServerSocket::resubscribe(const std::string& topic, bool gap) {
  auto& channel = channels_.at(topic);
  if (channel.poisoned || !channel.announced) return;
  if (gap && channel.flowing) {
    channel.flowing = false;
    channel.droppedAt = context_.events.now();
  }
  const unsigned renewal = ++channel.renewals;  // one that is pending is given up for this one
  later(context_.random.between(Duration{1s}, Duration{3s}),
        [serial = channel.serial, renewal, topic](ServerSocket& socket) {
          const ServerChannel* still = socket.find(topic, serial);
          if (still != nullptr && still->renewals == renewal) socket.subscribed(serial, topic);
        });
}

DownFrame ServerSocket::system(const ServerChannel& channel, std::string_view extension, bool ok,
                               std::string_view message, Mark mark) const {
  const Json payload = {{"message", message},
                        {"status", ok ? "ok" : "error"},
                        {"extension", extension},
                        {"channel", channel.topic.substr(9)}};
  return {DownFrame::Kind::Text,
          frameText(link_->version(), channel.joinRef, "", channel.topic, "system", payload),
          0,
          mark,
          channel.topic,
          channel.joinRef};
}

DownFrame ServerSocket::ending(const ServerChannel& channel, std::string_view event) const {
  return {DownFrame::Kind::Text,
          frameText(link_->version(), channel.joinRef, channel.joinRef, channel.topic, event, Json::object()),
          0,
          Mark::Ended,
          channel.topic,
          channel.joinRef};
}

void ServerSocket::shutDown(std::string topic, const std::string& message) {
  const ServerChannel channel = channels_.at(topic);
  drop(channels_.find(topic));
  context_.trace.add(context_.events.now(), "shut down", topic, message);
  auto words = system(channel, "system", false, message, Mark::Other);
  const bool reordered = context_.random.chance(10);
  if (!reordered) post(words);
  post(ending(channel, "phx_close"));
  if (reordered) post(words);
  if (context_.random.chance(20)) post(ending(channel, context_.random.chance(50) ? "phx_close" : "phx_error"));
}

void ServerSocket::crash(std::string topic) {
  const ServerChannel channel = channels_.at(topic);
  drop(channels_.find(topic));
  context_.trace.add(context_.events.now(), "crash", topic);
  post(ending(channel, "phx_error"));
  if (context_.random.chance(30)) post(ending(channel, "phx_close"));
}

void ServerSocket::closeChannel(std::string topic) {
  const ServerChannel channel = channels_.at(topic);
  drop(channels_.find(topic));
  context_.trace.add(context_.events.now(), "close channel", topic);
  post(ending(channel, "phx_close"));
  if (context_.random.chance(30)) post(ending(channel, "phx_close"));
}

/// One frame for each distinct `select` list, its ids in reverse order of the join (protocol.md §8.1).
void ServerSocket::dispatch(const TableChange& change, bool lost,
                            std::set<std::pair<unsigned, std::string>>& channels) {
  for (const auto& [topic, channel] : channels_) {
    if (!channel.flowing) continue;
    std::map<std::vector<std::string>, Json> idsBySelect;
    for (auto it = channel.bindings.rbegin(); it != channel.bindings.rend(); ++it) {
      if (!change.matches(it->interest)) continue;
      auto& ids = idsBySelect[it->interest.select];
      if (ids.is_null()) ids = Json::array();
      ids.push_back(it->id);
    }
    if (!idsBySelect.empty()) channels.emplace(link_->id(), topic);
    if (lost) continue;
    for (const auto& [select, ids] : idsBySelect) {
      Json data = {{"schema", "public"},  {"table", change.table},
                   {"type", change.type}, {"commit_timestamp", nullptr},
                   {"columns", select},   {"errors", Json::array({"Error 401: Unauthorized"})}};
      if (change.stamped) {
        data["commit_timestamp"] = commitText(change.at);
        data["errors"] = nullptr;
      }
      if (change.type != "DELETE") data["record"] = recordOf(change);
      if (change.type == "DELETE") data["old_record"] = recordOf(change);
      if (change.type == "UPDATE") data["old_record"] = {{"owner", change.owner}};
      const auto text =
          frameText(link_->version(), "", "", topic, "postgres_changes", {{"data", std::move(data)}, {"ids", ids}});
      for (unsigned copy = 0; copy < change.copies; ++copy) {
        DownFrame frame{DownFrame::Kind::Text, text, 0, Mark::Change, topic, {}};
        if (channel.loss) frame.loss = LossSpan{channel.loss->from, context_.events.now()};
        post(std::move(frame));
      }
    }
  }
}

}  // namespace switchboard::sim
