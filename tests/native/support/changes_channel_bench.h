#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "oracle/json.h"
#include "subscription/channels/changes_channel.h"
#include "support/workbench.h"

namespace switchboard::testing {

/// Channels on a real multiplexer and connection over a fake network. Its owner's part is played as in the core:
/// a channel that failed is ended. What happens is written down as in "1 live" or "2 failed BAD_BINDING".
struct ChangesChannelBench : Workbench,
                             private MultiplexerDelegate,
                             private TokenDelegate,
                             private ChangesChannelDelegate,
                             private ChangeSink,
                             private SharedChannelDelegate,
                             public SocketOwner {
  explicit ChangesChannelBench(Version version = Version::V2, std::string token = {})
      : tokens(tokenOptions, std::move(token), context, tokenDelegate()) {
    connectionOptions.url = "ws://server/websocket";
    connectionOptions.apikeyIsOpaque = true;
    connectionOptions.version = version;
  }
  ~ChangesChannelBench() {
    while (!channels.empty()) end(channels.begin()->first);
  }

  /// Starts the next channel, number 1 the first; its keys are numbered from 1.
  ChangesChannel& start(const Vector<BindingConfig>& configs) {
    Vector<ChannelBinding> bindings;
    for (const auto& config : configs) {
      bindings.push_back({KeyId{static_cast<std::uint32_t>(bindings.size() + 1)}, config});
    }
    const unsigned number = ++lastChannel;
    auto channel = std::make_unique<ChangesChannel>(ChannelId{number}, topicOf(number), std::move(bindings),
                                                    channelOptions, context, mux, tokens, listeners());
    ChangesChannel& started = *channel;
    channels[number] = std::move(channel);
    started.start();
    return started;
  }
  void end(unsigned number) {
    const auto it = channels.find(number);
    if (it == channels.end()) return;
    auto channel = std::move(it->second);
    channels.erase(it);
    channel->end();
    turns.deferredDelete(std::move(channel));
  }
  static std::string topicOf(unsigned number) { return "realtime:sb-" + std::to_string(number); }

  /// Looks through what was sent for joins.
  void readSent() {
    for (const auto& text : network.last().takeSent()) {
      std::string scratch;
      const auto frame = scanWholeFrame(connectionOptions.version, text, scratch);
      REQUIRE(frame);
      sent.push_back(std::string(frame->event) + " " + std::string(frame->topic));
      if (frame->event == "phx_join") joinRefs[std::string(frame->topic)] = frame->joinRef;
    }
  }
  /// The ref of the channel's join; empty before it went out.
  std::string joinRef(unsigned number) {
    readSent();
    const auto it = joinRefs.find(topicOf(number));
    return it == joinRefs.end() ? std::string() : it->second;
  }

  /// A frame of the server on the channel's topic, in the version of the connection. Empty refs are null.
  void hear(unsigned number, std::string_view joinRef, std::string_view ref, std::string_view event,
            std::string_view payload) {
    network.last().receive(frameText(topicOf(number), joinRef, ref, event, payload));
  }
  std::string frameText(std::string_view topic, std::string_view joinRef, std::string_view ref, std::string_view event,
                        std::string_view payload) const {
    if (connectionOptions.version == Version::V2) {
      return encodeFrame(Version::V2, {joinRef, ref, topic, event, payload});
    }
    return encodeFrame(Version::V1, {{}, ref, topic, event, payload});
  }
  void replyOk(unsigned number, std::string_view entries) {
    const auto ref = joinRef(number);
    hear(number, ref, ref, "phx_reply",
         R"({"status":"ok","response":{"postgres_changes":)" + std::string(entries) + "}}");
  }
  void system(unsigned number, std::string_view extension, std::string_view status, std::string_view message) {
    const Json payload = {{"extension", extension}, {"status", status}, {"message", message}, {"channel", "x"}};
    hear(number, joinRef(number), {}, "system", toText(payload));
  }
  void change(unsigned number, std::string_view ids, std::string_view data = R"({"type":"INSERT"})") {
    hear(number, {}, {}, "postgres_changes", R"({"data":)" + std::string(data) + R"(,"ids":)" + std::string(ids) + "}");
  }
  std::vector<std::string> takeEvents() { return std::exchange(events, {}); }

  ConnectionOptions connectionOptions;
  MultiplexerOptions options;
  TokenOptions tokenOptions;
  ChangesChannelOptions channelOptions;
  FakeNetwork network;
  Counters counters;
  std::vector<std::string> events;
  std::vector<std::string> sent;
  std::vector<std::string> messages;  ///< of the failures' causes
  std::map<std::string, std::string> joinRefs;
  TokenRefresher tokens;
  JoinPace pace{20, context};
  Surroundings surroundings;
  Multiplexer mux{ConnectionId{1}, connectionOptions, options, surroundings, context, network, tokens, pace,
                  counters,        muxDelegate()};
  std::map<unsigned, std::unique_ptr<ChangesChannel>> channels;
  unsigned lastChannel = 0;

 private:
  MultiplexerDelegate& muxDelegate() { return *this; }
  TokenDelegate& tokenDelegate() { return *this; }
  ChangesChannelListeners listeners() { return {*this, *this, this}; }
  void note(const ChangesChannel& channel, const std::string& what) {
    events.push_back(std::to_string(channel.id().value) + " " + what);
  }

  void onMultiplexerState(Multiplexer&) override {}
  void onRoom() override {}
  void onRoundTrip(Multiplexer&) override {}
  void onTokenWanted(std::uint32_t) override {}
  void onTokenChanged() override { mux.pushToken(); }
  void onTokenState() override { mux.pump(); }

  void onJoining(ChangesChannel& channel) override { note(channel, "joining"); }
  void onLive(ChangesChannel& channel, bool again) override { note(channel, again ? "live again" : "live"); }
  void onFailed(ChangesChannel& channel, const Cause& cause, bool refused) override {
    note(channel, "failed " + std::string(toString(cause.code)) + (refused ? " refused" : ""));
    messages.push_back(cause.message);
    end(channel.id().value);
  }
  void onCollision(ChangesChannel& channel, KeyId key) override {
    note(channel, "collision " + std::to_string(key.value));
    end(channel.id().value);
  }
  void onUnreadable(ChangesChannel& channel) override { note(channel, "unreadable"); }
  void onChange(ChangesChannel& channel, const Vector<KeyId>& keys, const Change& change) override {
    std::string text = "change";
    const auto type = changeType(change.data.read());
    text += !type ? " ?" : *type == ChangeType::Insert ? " I" : *type == ChangeType::Update ? " U" : " D";
    auto sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    for (const auto key : sorted) text += " " + std::to_string(key.value);
    note(channel, text);
  }
};

}  // namespace switchboard::testing
