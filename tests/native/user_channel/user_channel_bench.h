#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "oracle/json.h"
#include "support/workbench.h"
#include "user_channel/user_channel.h"

namespace switchboard::testing {

inline constexpr HandleId kFirst{1};
inline constexpr HandleId kSecond{2};

/// One user's channel, "room", on a fake network. The test plays the server and the application; `take` gives what the
/// application got.
struct UserChannelBench : Workbench, private MultiplexerDelegate, private TokenDelegate, private UserChannelDelegate {
  explicit UserChannelBench(UserChannelSpec spec = {"room", {}, false, {}}, Version version = Version::V2)
      : version_(version), tokens(tokenOptions, "token-1", context, tokenDelegate()) {
    connectionOptions.url = "ws://server/websocket";
    connectionOptions.apikeyIsOpaque = true;
    connectionOptions.version = version;
    channel =
        std::make_unique<UserChannel>(std::move(spec), options, budget, version, context, tokens, channelDelegate());
  }
  ~UserChannelBench() {
    channel->end();
    mux.shutDown();
  }

  /// Opens the first handle, and joins; what that reports is dropped.
  void goLive(bool presence = false) {
    channel->open(kFirst, {false, presence});
    advance(ms(0));
    network.last().open();
    answerJoin();
    take();
    network.last().takeSent();
  }
  /// The socket is cut, and the next one is open as soon as it is tried.
  void cut() {
    network.last().closeFromServer(1006);
    advance(ms(5'000));
    network.last().open();
  }
  /// The frames that were sent, without heartbeats.
  std::vector<Json> takeSent() {
    std::vector<Json> frames;
    for (const auto& text : network.last().takeSent()) {
      auto frame = parseJson(text).value();
      if (version_ == Version::V1) {
        frame = Json::array(
            {frame.value("join_ref", Json()), frame["ref"], frame["topic"], frame["event"], frame["payload"]});
      }
      if (frame[3] == "heartbeat") heartbeatRef = frame[1].get<std::string>();
      if (frame[3] == "phx_join") joinRef = frame[1].get<std::string>();
      if (frame[3] != "heartbeat") frames.push_back(frame);
    }
    return frames;
  }
  /// "phx_join", …
  std::vector<std::string> takeSentEvents() {
    std::vector<std::string> events;
    for (const auto& frame : takeSent()) events.push_back(frame[3].get<std::string>());
    return events;
  }
  /// Returns the join's payload.
  Json answerJoin(const std::string& answer = R"({"status":"ok","response":{"postgres_changes":[]}})") {
    Json payload;
    for (const auto& frame : takeSent()) {
      if (frame[3] == "phx_join") payload = frame[4];
    }
    CHECK_FALSE(payload.is_null());
    hear(joinRef, joinRef, "phx_reply", answer);
    return payload;
  }
  void answerHeartbeat() {
    takeSent();
    network.last().receive(R"([null,")" + heartbeatRef + R"(","phoenix","phx_reply",{"status":"ok","response":{}}])");
  }
  void hear(const std::string& frameJoinRef, const std::string& ref, std::string_view event,
            const std::string& payload) {
    const auto quoted = [](const std::string& text) { return text.empty() ? "null" : '"' + text + '"'; };
    if (version_ == Version::V1) {
      network.last().receive(R"({"topic":"realtime:room","event":")" + std::string(event) + R"(","payload":)" +
                             payload + R"(,"ref":)" + quoted(ref) + "}");
    } else {
      network.last().receive("[" + quoted(frameJoinRef) + "," + quoted(ref) + R"(,"realtime:room",")" +
                             std::string(event) + "\"," + payload + "]");
    }
  }
  void hearBroadcast(const std::string& payload, const std::string& meta = "null") {
    hear("", "", "broadcast", R"({"type":"broadcast","event":"e","payload":)" + payload + R"(,"meta":)" + meta + "}");
  }
  void hearReplay(int id) { hearBroadcast("{}", R"({"replayed":true,"id":")" + std::to_string(id) + "\"}"); }
  Push push(std::string payload, HandleId handle = kFirst) {
    Push each{PushId{++lastPush}, handle, "e"};
    each.payload = std::move(payload);
    return each;
  }
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  ConnectionOptions connectionOptions;
  MultiplexerOptions muxOptions;
  TokenOptions tokenOptions;
  UserChannelOptions options;

 private:
  Version version_;

 public:
  FakeNetwork network;
  Counters counters;
  TokenRefresher tokens;
  JoinPace pace{20, context};
  Surroundings surroundings;
  Multiplexer mux{ConnectionId{1}, connectionOptions, muxOptions, surroundings, context, network, tokens, pace,
                  counters,        muxDelegate()};
  SendBudget budget{100, context};
  std::unique_ptr<UserChannel> channel;
  std::string joinRef;
  std::string heartbeatRef;
  std::uint32_t lastPush = 0;
  std::vector<std::string> lines;

 private:
  MultiplexerDelegate& muxDelegate() { return *this; }
  TokenDelegate& tokenDelegate() { return *this; }
  UserChannelDelegate& channelDelegate() { return *this; }

  static std::string targets(const Vector<HandleId>& handles) {
    std::string text;
    for (const auto handle : handles) text += " >" + std::to_string(handle.value);
    return text;
  }

  void onMultiplexerState(Multiplexer&) override {}
  void onRoom() override {}
  void onRoundTrip(Multiplexer&) override {}
  void onTokenWanted(std::uint32_t) override {}
  void onTokenChanged() override {
    mux.pushToken();
    channel->onTokenChanged();
  }
  void onTokenState() override { mux.pump(); }

  void onUserChannelDue(UserChannel& self) override { self.joinOn(mux); }
  void onUserChannelState(UserChannel& self) override {
    lines.push_back(std::string(toString(self.state())) + " " + std::string(toString(self.cause().code)));
  }
  void onUserBroadcast(const Broadcast& broadcast, const BroadcastMeta& meta, const Vector<HandleId>& handles,
                       bool /*isInbound*/) override {
    std::string line = broadcast.event + " " + std::string(broadcast.payload);
    if (broadcast.encoding == PayloadEncoding::Bytes) line += " bytes";
    if (meta.replayed) line += " replayed " + meta.id;
    lines.push_back(line + targets(handles));
  }
  void onUserPresence(const PresenceChange* change, const Vector<HandleId>& handles) override {
    static constexpr const char* kNames[] = {"join", "update", "refresh", "leave"};
    if (change == nullptr) {
      lines.push_back("nothing new" + targets(handles));
      return;
    }
    lines.push_back(std::string(kNames[static_cast<int>(change->kind)]) + " " + std::string(change->key) +
                    targets(handles));
  }
  void onUserGap(UserChannelGap gap) override {
    lines.push_back("gap " + std::string(toString(gap.code)) + " " + std::to_string((gap.from - kWallStart).count()) +
                    " to " + std::to_string((gap.to - kWallStart).count()) + (gap.healed ? " healed" : ""));
  }
  void onUserPushDone(PushId id, PushOutcome outcome, std::string_view message) override {
    lines.push_back("#" + std::to_string(id.value) + " " + std::to_string(static_cast<int>(outcome)) + " " +
                    std::string(message.substr(0, 25)));
  }
};

}  // namespace switchboard::testing
