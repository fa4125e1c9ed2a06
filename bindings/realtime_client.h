#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "batch_encoder.h"
#include "client.h"
#include "emscripten_platform.h"
#include "emscripten_transport.h"

namespace switchboard {

/// A client and its platform, in the types that cross the boundary.
class RealtimeClient final : private ClientSink {
 public:
  /// `sink`: what `switchboard_batch` gets with each batch.
  RealtimeClient(std::string_view optionsJson, std::uint32_t sink);

  /// See `runCommand`.
  void run(std::string_view commandJson, std::string_view payload);
  /// See `runPush`.
  bool push(Push&& push);
  /// What was recorded; empty when nothing is.
  std::string record() const { return client_ ? client_.value()->recorder().take() : std::string(); }

 private:
  Result<std::unique_ptr<Client>> open(std::string_view optionsJson);
  void onBatch(const Batch& batch) override;
  void answer(std::string control);

  const std::uint32_t sink_;
  EmscriptenClock clock_;
  EmscriptenTimer timer_;
  EmscriptenRandom random_;
  EmscriptenTransportFactory transports_;
  BatchEncoder encoder_;
  Result<std::unique_ptr<Client>> client_;
};

}  // namespace switchboard
