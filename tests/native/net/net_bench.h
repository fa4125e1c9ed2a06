#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/connection.h"
#include "support/workbench.h"

namespace switchboard::testing {

/// A connection on a fake network, and all that it reported to its owner.
struct NetBench : Workbench, private ConnectionDelegate {
  explicit NetBench(ConnectionOptions changed = {}) : options(std::move(changed)) {
    if (options.url.empty()) options.url = "ws://server/websocket?apikey=secret";
    if (!options.apikey) options.apikeyIsOpaque = true;
  }

  /// What `connection` and its delegate say.
  struct Step {
    ConnectionState from;
    ConnectionState to;
    ReasonCode code;
  };

  ConnectionState state() const { return connection.state(); }
  std::string code() const { return std::string(toString(connection.cause().code)); }
  /// The steps since the last call, as in "idle>connecting connecting>open"; steps that keep the state are left out.
  std::string takeSteps() {
    std::string text;
    for (const auto& step : std::exchange(steps, {})) {
      if (step.from == step.to) continue;
      if (!text.empty()) text += ' ';
      text += std::string(toString(step.from)) + ">" + std::string(toString(step.to));
    }
    return text;
  }

  /// Opens the newest socket from the server's side.
  void accept() { network.last().open(); }
  void connect() {
    connection.open();
    accept();
  }
  /// Answers every heartbeat that is waiting on the newest socket.
  void answerHeartbeats() {
    for (const auto& text : network.last().takeSent()) {
      constexpr std::string_view kStart = "[null,\"";
      if (text.find("heartbeat") == std::string::npos) continue;
      const auto ref = text.substr(kStart.size(), text.find('"', kStart.size()) - kStart.size());
      network.last().receive("[null,\"" + ref + R"(","phoenix","phx_reply",{"status":"ok","response":{}}])");
    }
  }
  /// A frame from the server on a topic of the test.
  void hear(std::string_view topic = "realtime:t") {
    network.last().receive(R"([null,null,")" + std::string(topic) + R"(","x",{}])");
  }
  /// Lets time pass in small steps, the server answering heartbeats.
  void runAnswering(Duration span) {
    for (Duration passed{0}; passed < span; passed += ms(100)) {
      advance(ms(100));
      if (connection.isOpen()) answerHeartbeats();
    }
  }
  /// Fails the connection from Connecting or Open and returns the wait until the next attempt.
  Duration dropAndMeasure(int closeCode = 1006) {
    network.last().closeFromServer(closeCode);
    return wait();
  }
  /// From now to the next attempt.
  Duration wait() const { return *connection.nextRetryAt() - clock.wallNow(); }
  /// Lets the wait pass, so that the connection is Connecting again.
  void retry() { advance(wait()); }

  void setOnline(bool online) {
    surroundings.online = online;
    connection.onNetworkChange();
  }
  /// The server refuses a join for a limit and closes the socket, as it does.
  Duration limitAndMeasure(std::size_t socket) {
    connection.onLimitRefusal();
    network.sockets.at(socket)->closeFromServer(1001);
    return wait();
  }
  Duration limitAndMeasure() { return limitAndMeasure(network.sockets.size() - 1); }
  /// A line that lives for so long and is lost; returns the wait.
  Duration liveAndMeasure(Duration live) {
    accept();
    hear();
    runAnswering(live);
    return dropAndMeasure();
  }
  /// Lets handshakes fail until the outage has lasted `outage` at least.
  void failFor(Duration outage) {
    for (const TimePoint end = clock.now() + outage; clock.now() < end;) {
      dropAndMeasure();
      retry();
    }
  }

  ConnectionOptions options;
  FakeNetwork network;
  Counters counters;
  Surroundings surroundings;
  std::vector<Step> steps;
  std::vector<std::string> frames;  ///< topics of what came in
  Duration stall{0};
  int roundTrips = 0;
  Connection connection{ConnectionId{1}, options, surroundings, context, network, counters, delegate()};

 private:
  ConnectionDelegate& delegate() { return *this; }
  void onConnectionState(Connection& self, ConnectionState from) override {
    steps.push_back({from, self.state(), self.cause().code});
  }
  void onConnectionFrame(Connection&, const Envelope& envelope) override { frames.emplace_back(envelope.topic); }
  Duration stallAllowance(const Connection&) const override { return stall; }
  void onRoundTrip(Connection&) override { ++roundTrips; }

 public:
  /// One more connection of the same client. What it reports is not kept.
  struct Other : private ConnectionDelegate {
    explicit Other(NetBench& bench)
        : connection(ConnectionId{2}, bench.options, bench.surroundings, bench.context, bench.network, bench.counters,
                     *this) {}
    void onConnectionState(Connection&, ConnectionState) override {}
    void onConnectionFrame(Connection&, const Envelope&) override {}
    Duration stallAllowance(const Connection&) const override { return Duration{0}; }
    void onRoundTrip(Connection&) override {}
    Connection connection;
  };
};

}  // namespace switchboard::testing
