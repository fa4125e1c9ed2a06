#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "support/scripted_server.h"

namespace switchboard::testing {

/// A client on fake time and a scripted server, and everything it said.
class Harness : private ClientSink {
 public:
  explicit Harness(ClientOptions options = {}) {
    if (options.endpoint.url.empty()) options.endpoint.url = "ws://server/realtime/v1";
    if (options.endpoint.apikey.empty()) options.endpoint.apikey = "sb_publishable_test";
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
  std::vector<Gap> gaps;
  std::vector<unsigned> polls;
  std::vector<std::uint32_t> tokenRequests;
  std::vector<Error> errors;
  int batches = 0;
  std::function<void(const Batch&)> onEachBatch;

 private:
  void onBatch(const Batch& batch) override {
    ++batches;
    for (const auto& delivery : batch.deliveries) {
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
    if (onEachBatch) onEachBatch(batch);
  }

  std::unique_ptr<Client> client_;
};

}  // namespace switchboard::testing
