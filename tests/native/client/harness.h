#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "client.h"
#include "support/scripted_server.h"

namespace switchboard::testing {

/// A client on fake time and a scripted server, and everything it said.
class Harness : private ClientSink {
 public:
  explicit Harness(ClientOptions options = {}) {
    if (options.endpoint.url.empty()) options.endpoint.url = "ws://server/realtime/v1";
    if (options.endpoint.apikey.empty()) options.endpoint.apikey = "sb_publishable_test";
    options.recorder = {262'144, true, {}, {}};
    client_ = std::move(Client::create(std::move(options), {clock, timer, random, network}, *this).value());
  }

  Client& client() { return *client_; }
  const Client& client() const { return *client_; }
  void destroyClient() { client_.reset(); }

  void subscribe(unsigned id, std::string table, std::string event = "*", std::string filter = {}) {
    const auto error =
        client_->subscribe(SubscriptionId{id}, {std::move(event), "public", std::move(table), std::move(filter), {}});
    if (error) errors.push_back(*error);
  }
  /// Of a table that may be tracked.
  void follow(unsigned id, std::string table, std::string filter = {}, RoadOptions road = {},
              DeliverySpec delivery = {}, std::string event = "*") {
    const auto error =
        client_->subscribe(SubscriptionId{id}, {std::move(event), "public", std::move(table), std::move(filter), {}},
                           std::move(delivery), std::move(road));
    if (error) errors.push_back(*error);
  }
  void openChannel(unsigned handle, std::string name, HandleOptions handleOptions = {}, std::string key = {}) {
    openSpec(handle, {std::move(name), std::move(key), false, {}}, handleOptions);
  }
  void openSpec(unsigned handle, UserChannelSpec spec, HandleOptions handleOptions = {}) {
    const auto error = client_->openChannel(HandleId{handle}, std::move(spec), handleOptions);
    if (error) errors.push_back(*error);
  }
  void closeChannel(unsigned handle) { client_->closeChannel(HandleId{handle}); }
  /// Of an event "e".
  void push(unsigned id, unsigned handle, std::string payload, bool ack = false) {
    Push push{PushId{id}, HandleId{handle}, "e"};
    push.payload = std::move(payload);
    push.ack = ack;
    if (client_->push(std::move(push))) heard.push_back("#" + std::to_string(id) + " 0");
  }
  std::vector<std::string> takeHeard() { return std::exchange(heard, {}); }
  std::string stateOf(unsigned id) const { return std::string(toString(status(id).state)); }

  void unsubscribe(unsigned id) { client_->unsubscribe(SubscriptionId{id}); }

  /// Lets time pass in steps, the server answering after each.
  void run(Duration span, Duration step = Duration{50}) {
    server.serve();
    for (Duration passed{0}; passed < span; passed += step) {
      timer.advance(std::min(step, span - passed));
      server.serve();
    }
  }
  /// The next tick, and all that the server has to say to it.
  void settle() { run(Duration{1}); }
  /// The socket is cut, and no other is let in.
  void loseServer() {
    server.acceptSockets = false;
    network.last().closeFromServer(1006);
  }

  SubscriptionStatus status(unsigned id) const { return client_->status().subscriptions().at(SubscriptionId{id}); }
  /// The payloads that went to this subscription.
  std::vector<std::string> changes(unsigned id) const {
    std::vector<std::string> found;
    for (const auto& [subscription, payload] : delivered) {
      if (subscription == id) found.push_back(payload);
    }
    return found;
  }
  /// The codes of this subscription's notices.
  std::vector<std::string> notices(unsigned id) const {
    std::vector<std::string> found;
    for (const auto& notice : allNotices) {
      if (notice.subscription.value == id) {
        found.push_back(std::string(toString(notice.status)) + " " + std::string(toString(notice.code)));
      }
    }
    return found;
  }

  FakeClock clock;
  FakeTimer timer{clock};
  FakeRandom random;
  FakeNetwork network;
  ScriptedServer server{network};

  std::vector<std::pair<unsigned, std::string>> delivered;
  std::vector<DeliveryKind> kinds;  ///< of each of `delivered`
  std::vector<std::size_t> counts;  ///< likewise
  std::vector<Notice> allNotices;
  std::vector<std::string> heard;  ///< by handles of channels, and how pushes ended
  std::vector<Gap> gaps;
  std::vector<unsigned> polls;
  std::vector<std::uint32_t> tokenRequests;
  std::vector<Error> errors;
  std::vector<RpcRequest> calls;         ///< of `switchboard_changes`
  std::vector<std::uint32_t> cancelled;  ///< those whose answer is not wanted any more
  int batches = 0;
  std::function<void(const Batch&)> onEachBatch;

 private:
  void onBatch(const Batch& batch) override {
    ++batches;
    for (const auto& delivery : batch.deliveries) {
      if (delivery.kind >= DeliveryKind::Broadcast) {
        hear(delivery);
        continue;
      }
      for (const auto id : delivery.subscribers) {
        delivered.emplace_back(id.value, std::string(delivery.text()));
        kinds.push_back(delivery.kind);
        counts.push_back(delivery.count);
      }
    }
    allNotices.insert(allNotices.end(), batch.notices.begin(), batch.notices.end());
    gaps.insert(gaps.end(), batch.gaps.begin(), batch.gaps.end());
    for (const auto id : batch.polls) polls.push_back(id.value);
    if (batch.tokenRequest) tokenRequests.push_back(*batch.tokenRequest);
    calls.insert(calls.end(), batch.rpcWanted.begin(), batch.rpcWanted.end());
    cancelled.insert(cancelled.end(), batch.rpcUnwanted.begin(), batch.rpcUnwanted.end());
    for (const auto& push : batch.pushes) {
      heard.push_back("#" + std::to_string(push.id.value) + " " + std::to_string(static_cast<int>(push.outcome)));
    }
    for (const auto& gap : batch.channelGaps) {
      std::string line = "gap " + std::string(toString(gap.code));
      for (const auto handle : gap.handles) line += " >" + std::to_string(handle.value);
      heard.push_back(line);
    }
    if (onEachBatch) onEachBatch(batch);
  }

  void hear(const Delivery& delivery) {
    static constexpr const char* kChanges[] = {"join ", "update ", "refresh ", "leave "};
    std::string targets;
    for (const auto id : delivery.subscribers) targets += " >" + std::to_string(id.value);
    std::vector<std::string> texts;
    delivery.forEachText([&](std::string_view text) { texts.emplace_back(text); });
    if (delivery.kind == DeliveryKind::Presence) {
      REQUIRE(texts.size() == 2 * delivery.count);
      if (texts.empty()) heard.push_back("nothing new" + targets);
      for (std::size_t i = 0; i < texts.size(); i += 2) {
        heard.push_back(kChanges[texts[i][0] - '0'] + texts[i].substr(1) + targets);
      }
    } else {
      REQUIRE(texts.size() == 3);
      heard.push_back(texts[0] + " " + texts[2] + (delivery.kind == DeliveryKind::Bytes ? " bytes" : "") +
                      (delivery.count > 0 ? " replayed "
                       : texts[1].empty() ? ""
                                          : " id ") +
                      texts[1] + targets);
    }
  }

  std::unique_ptr<Client> client_;
};

}  // namespace switchboard::testing
