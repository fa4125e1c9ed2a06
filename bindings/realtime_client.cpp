#include "realtime_client.h"

#include <utility>

#include "boundary/commands.h"
#include "boundary/options_json.h"

extern "C" {
// in client_library.js
/// Hands a batch to the sink of this number.
void switchboard_batch(std::uint32_t sink, const std::uint32_t* words);
}

namespace switchboard {

RealtimeClient::RealtimeClient(std::string_view optionsJson, std::uint32_t sink)
    : sink_(sink), client_(open(optionsJson)) {}

Result<std::unique_ptr<Client>> RealtimeClient::open(std::string_view optionsJson) {
  auto options = readOptions(optionsJson);
  if (!options) return options.error();
  return Client::create(std::move(options.value()), {clock_, timer_, random_, transports_}, *this);
}

void RealtimeClient::run(std::string_view commandJson, std::string_view payload) {
  answer(runCommand(client_, commandJson, payload, clock_));
}

bool RealtimeClient::push(Push&& push) {
  std::string control;
  const bool isSent = runPush(client_, std::move(push), control);
  answer(std::move(control));
  return isSent;
}

void RealtimeClient::answer(std::string control) {
  if (!control.empty()) switchboard_batch(sink_, encoder_.encode(std::move(control)));
}

void RealtimeClient::onBatch(const Batch& batch) {
  switchboard_batch(sink_, encoder_.encode(batch));
}

}  // namespace switchboard
