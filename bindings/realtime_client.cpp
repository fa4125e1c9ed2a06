#include "realtime_client.h"

#include <utility>

#include "client_json.h"

extern "C" {
// in client_library.js
/// Hands a flush to the sink of this number.
void switchboard_flush(std::uint32_t sink, const std::uint32_t* words);
/// What the command that is running answers.
void switchboard_answer(const char* text, std::size_t bytes);
}

namespace switchboard {

namespace {

void answer(const std::string& text) {
  if (!text.empty()) switchboard_answer(text.data(), text.size());
}

}  // namespace

RealtimeClient::RealtimeClient(std::string_view optionsJson, std::uint32_t sink) : sink_(sink) {
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

void RealtimeClient::run(Command command, std::uint32_t number, std::string_view text) {
  const SubscriptionId id{number};
  if (!client_) {
    if (command == Command::Subscribe) answer(error_);
    if (command == Command::Stats) answer("{}");
    return;
  }
  switch (command) {
    case Command::Subscribe:
      return answer(subscribe(id, text));
    case Command::Unsubscribe:
      return client_->unsubscribe(id);
    case Command::UnsubscribeAll:
      return client_->unsubscribeAll();
    case Command::Pause:
      return client_->setPaused(id, true);
    case Command::Resume:
      return client_->setPaused(id, false);
    case Command::ReconnectAll:
      return client_->reconnectAll();
    case Command::ProvideToken:
      return client_->provideToken(number, std::string(text));
    case Command::FailToken:
      return client_->failToken(number, text);
    case Command::Notify:
      return notify(text);
    case Command::Stats:
      return answer(statsJson(*client_));
    case Command::Dispose:
      return client_->dispose();
  }
}

std::string RealtimeClient::subscribe(SubscriptionId id, std::string_view specJson) {
  auto spec = readSpec(specJson);
  if (!spec) return errorJson(spec.error());
  auto delivery = readDelivery(specJson);
  if (!delivery) return errorJson(delivery.error());
  const auto error = client_->subscribe(id, std::move(spec.value()), std::move(delivery.value()));
  return error ? errorJson(*error) : std::string();
}

void RealtimeClient::notify(std::string_view event) {
  if (event == "tick") client_->tick();
  const auto known = lifecycleEventNamed(event);
  if (known) client_->notify(*known);
}

void RealtimeClient::onFlush(const Flush& flush) {
  switchboard_flush(sink_, words_.pack(flush));
}

}  // namespace switchboard
