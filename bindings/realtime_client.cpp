#include "realtime_client.h"

#include <utility>

#include "client_json.h"

extern "C" {
/// Calls the sink, without Embind's conversions; in websocket_library.js.
void switchboard_flush(emscripten::EM_VAL sink, const std::uint32_t* words);
}

namespace switchboard {

RealtimeClient::RealtimeClient(const std::string& optionsJson, emscripten::val sink) : sink_(std::move(sink)) {
  auto options = readOptions(optionsJson);
  if (!options) {
    error_ = errorJson(options.error());
    return;
  }
  auto client = Client::create(std::move(options.value()), {clock_, timer_, random_, transports_}, *this);
  if (client) {
    client_ = std::move(client.value());
  } else {
    error_ = errorJson(client.error());
  }
}

std::string RealtimeClient::subscribe(std::uint32_t id, const std::string& specJson) {
  if (!client_) return error_;
  auto spec = readSpec(specJson);
  if (!spec) return errorJson(spec.error());
  auto delivery = readDelivery(specJson);
  if (!delivery) return errorJson(delivery.error());
  const auto error = client_->subscribe(SubscriptionId{id}, std::move(spec.value()), std::move(delivery.value()));
  return error ? errorJson(*error) : std::string();
}

void RealtimeClient::unsubscribe(std::uint32_t id) {
  if (client_) client_->unsubscribe(SubscriptionId{id});
}

void RealtimeClient::unsubscribeAll() {
  if (client_) client_->unsubscribeAll();
}

void RealtimeClient::pause(std::uint32_t id) {
  if (client_) client_->setPaused(SubscriptionId{id}, true);
}

void RealtimeClient::resume(std::uint32_t id) {
  if (client_) client_->setPaused(SubscriptionId{id}, false);
}

void RealtimeClient::reconnectAll() {
  if (client_) client_->reconnectAll();
}

void RealtimeClient::provideToken(std::uint32_t request, const std::string& token) {
  if (client_) client_->provideToken(request, token);
}

void RealtimeClient::failToken(std::uint32_t request, const std::string& message) {
  if (client_) client_->failToken(request, message);
}

void RealtimeClient::signal(const std::string& evidence) {
  if (client_ && evidence == "tick") client_->tick();
  const auto known = evidenceFromText(evidence);
  if (client_ && known) client_->signal(*known);
}

std::string RealtimeClient::stats() const {
  return client_ ? statsJson(*client_) : "{}";
}

void RealtimeClient::dispose() {
  if (client_) client_->dispose();
}

void RealtimeClient::onFlush(const Flush& flush) {
  switchboard_flush(sink_.as_handle(), words_.pack(flush));
}

}  // namespace switchboard
