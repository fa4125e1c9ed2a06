#include <emscripten/bind.h>
#include <emscripten/val.h>

#include "client_json.h"
#include "emscripten_platform.h"
#include "emscripten_transport.h"
#include "flush_words.h"

namespace switchboard {

/// A client and its platform, in the types that cross the boundary. The sink gets the index of the flush's first word
/// in HEAPU32.
class RealtimeClient final : private ClientSink {
 public:
  RealtimeClient(const std::string& optionsJson, emscripten::val sink) : sink_(std::move(sink)) {
    auto options = readOptions(optionsJson);
    auto client = options ? Client::create(std::move(options.value()), {clock_, timer_, random_, transports_}, *this)
                          : Result<std::unique_ptr<Client>>(options.error());
    if (client)
      client_ = std::move(client.value());
    else
      error_ = errorJson(client.error());
  }

  /// Empty, or why not. With unusable options each call says so.
  std::string subscribe(std::uint32_t id, const std::string& specJson) {
    if (!client_) return error_;
    auto spec = readSpec(specJson);
    if (!spec) return errorJson(spec.error());
    const auto error = client_->subscribe(SubscriptionId{id}, std::move(spec.value()));
    return error ? errorJson(*error) : std::string();
  }
  void unsubscribe(std::uint32_t id) {
    if (client_) client_->unsubscribe(SubscriptionId{id});
  }
  void unsubscribeAll() {
    if (client_) client_->unsubscribeAll();
  }
  void reconnectAll() {
    if (client_) client_->reconnectAll();
  }
  void provideToken(std::uint32_t request, const std::string& token) {
    if (client_) client_->provideToken(request, token);
  }
  void failToken(std::uint32_t request, const std::string& message) {
    if (client_) client_->failToken(request, message);
  }
  void signal(const std::string& name) {
    const auto evidence = evidenceFromText(name);
    if (client_ && evidence) client_->signal(*evidence);
  }
  std::string stats() const { return client_ ? statsJson(*client_) : "{}"; }
  void dispose() {
    if (client_) client_->dispose();
  }

 private:
  void onFlush(const Flush& flush) override {
    sink_(reinterpret_cast<std::uintptr_t>(words_.pack(flush)) / sizeof(std::uint32_t));
  }

  emscripten::val sink_;
  EmscriptenClock clock_;
  EmscriptenTimer timer_;
  EmscriptenRandom random_;
  EmscriptenTransportFactory transports_;
  FlushWords words_;
  std::string error_;
  std::unique_ptr<Client> client_;
};

}  // namespace switchboard

EMSCRIPTEN_BINDINGS(switchboard) {
  using switchboard::RealtimeClient;
  emscripten::class_<RealtimeClient>("RealtimeClient")
      .constructor<const std::string&, emscripten::val>()
      .function("subscribe", &RealtimeClient::subscribe)
      .function("unsubscribe", &RealtimeClient::unsubscribe)
      .function("unsubscribeAll", &RealtimeClient::unsubscribeAll)
      .function("reconnectAll", &RealtimeClient::reconnectAll)
      .function("provideToken", &RealtimeClient::provideToken)
      .function("failToken", &RealtimeClient::failToken)
      .function("signal", &RealtimeClient::signal)
      .function("stats", &RealtimeClient::stats)
      .function("dispose", &RealtimeClient::dispose);
}
