#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "channel/multiplexer.h"
#include "oracle/json.h"
#include "support/workbench.h"

namespace switchboard::testing {

/// A multiplexer on a fake network with channels by name. The test plays the server.
struct MuxBench : Workbench, private MultiplexerDelegate, private TokenDelegate, private ChannelDelegate {
  explicit MuxBench(bool hasTokenCallback = false, std::string token = {})
      : tokenOptions{hasTokenCallback}, tokens(tokenOptions, std::move(token), context, tokenDelegate()) {
    connectionOptions.url = "ws://server/websocket";
    connectionOptions.apikeyIsOpaque = true;
  }
  ~MuxBench() {
    for (auto& [name, channel] : channels) mux.remove(*channel);
  }

  Channel& add(const std::string& name) {
    auto& channel = channels[name];
    channel = std::make_unique<Channel>("realtime:" + name, ms(10'000), context, mux.link(), channelDelegate());
    mux.add(*channel);
    return *channel;
  }
  void remove(const std::string& name) {
    mux.remove(*channels.at(name));
    channels.erase(name);
  }
  void open() { network.last().open(); }
  std::string stateOf(const std::string& name) const { return std::string(toString(channels.at(name)->state())); }

  /// What was sent, without heartbeats: "phx_join a", "phx_leave b".
  std::vector<std::string> takeSent() {
    std::vector<std::string> sent;
    for (const auto& text : network.last().takeSent()) {
      const auto frame = *parseJson(text);
      if (frame[3] == "heartbeat") continue;
      sent.push_back(frame[3].get<std::string>() + " " + frame[2].get<std::string>().substr(9));
      if (frame[3] == "phx_join") joinRefs[frame[2].get<std::string>().substr(9)] = frame[0].get<std::string>();
      payloads.push_back(toText(frame[4]));
    }
    return sent;
  }
  void reply(const std::string& name, std::string_view status = "ok") {
    takeSent();
    const auto& ref = joinRefs.at(name);
    network.last().receive("[\"" + ref + "\",\"" + ref + "\",\"realtime:" + name + R"(","phx_reply",{"status":")" +
                           std::string(status) + R"(","response":{"reason":"x"}}])");
  }

  struct Owner final : SocketOwner {};

  Owner owner;
  Owner other;
  ConnectionOptions connectionOptions;
  MultiplexerOptions options;
  TokenOptions tokenOptions;
  FakeNetwork network;
  Counters counters;
  std::vector<std::uint32_t> tokenRequests;
  std::vector<std::string> events;  ///< what channels heard, "joined a", "failed b CONNECTION_LOST"
  std::vector<std::string> payloads;
  std::map<std::string, std::string> joinRefs;
  std::function<void(Channel&)> onFailed;
  int states = 0;
  TokenRefresher tokens;
  JoinPace pace{20, context};
  Surroundings surroundings;
  Multiplexer mux{ConnectionId{1}, connectionOptions, options, surroundings, context, network, tokens, pace,
                  counters,        muxDelegate()};
  std::map<std::string, std::unique_ptr<Channel>> channels;

 private:
  MultiplexerDelegate& muxDelegate() { return *this; }
  TokenDelegate& tokenDelegate() { return *this; }
  ChannelDelegate& channelDelegate() { return *this; }

  void onMultiplexerState(Multiplexer&) override { ++states; }
  void onRoom() override {}
  void onRoundTrip(Multiplexer&) override {}
  void onTokenWanted(std::uint32_t request) override { tokenRequests.push_back(request); }
  void onTokenChanged() override { mux.pushToken(); }
  void onTokenState() override { mux.pump(); }
  std::string onChannelJoining(Channel&) override { return R"({"token":")" + tokens.token() + "\"}"; }
  void onChannelJoined(Channel& channel, JsonValue) override {
    events.push_back("joined " + channel.topic().substr(9));
  }
  void onChannelFailed(Channel& channel, const Cause& cause) override {
    events.push_back("failed " + channel.topic().substr(9) + " " + std::string(toString(cause.code)));
    if (onFailed) onFailed(channel);
  }
  void onChannelSystem(Channel&, const SystemMessage&) override {}
  void onChannelMessage(Channel& channel, const Envelope&) override {
    events.push_back("message " + channel.topic().substr(9));
  }
};

}  // namespace switchboard::testing
