#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/transport.h"
#include "support/fake_text.h"

namespace switchboard::sim {

/// Is between a client and its sockets and may do to what passes whatever a test wants.
class Relay final : public TransportFactory {
 public:
  using Send = std::function<void(std::string_view)>;

  /// What one socket is to do. Default: nothing out of the ordinary.
  struct Conduct {
    std::function<void(std::string_view text, const Send& send)> up = [](std::string_view text, const Send& send) {
      send(text);
    };
    std::function<void(std::string_view bytes, const Send& send)> upBytes = [](std::string_view bytes,
                                                                               const Send& send) { send(bytes); };
    std::function<void(std::string_view text, TransportEvents& client)> down =
        [](std::string_view text, TransportEvents& client) { client.onTransportText(testing::FakeText(text)); };
    /// Takes what the client lets go of; keeping it alive is a leak.
    std::function<void(std::unique_ptr<Transport>)> letGo = [](std::unique_ptr<Transport>) {};
  };

  /// `conduct(n)`: for the n-th socket, from 1 on.
  Relay(TransportFactory& real, std::function<Conduct(unsigned)> conduct) : real_(real), conduct_(std::move(conduct)) {}

  std::unique_ptr<Transport> open(const std::string& url, TransportEvents& events) override {
    return std::make_unique<Socket>(real_, url, events, conduct_(++opened_));
  }

 private:
  /// The real socket and who listens to it, until the client has let go of it.
  class Line final : public Transport, private TransportEvents {
   public:
    Line(TransportFactory& real, const std::string& url, TransportEvents& client, Conduct& conduct)
        : client_(&client), conduct_(&conduct), real_(real.open(url, *this)) {}

    void forget() { client_ = nullptr; }
    void sendText(std::string_view text) override { real_->sendText(text); }
    void sendBinary(std::string_view bytes) override { real_->sendBinary(bytes); }
    void close(int code, std::string_view reason) override { real_->close(code, reason); }

   private:
    void onTransportOpen() override {
      if (client_ != nullptr) client_->onTransportOpen();
    }
    void onTransportText(const InboundText& text) override {
      if (client_ != nullptr) conduct_->down(text.whole(), *client_);
    }
    void onTransportBinary(std::string_view bytes) override {
      if (client_ != nullptr) client_->onTransportBinary(bytes);
    }
    void onTransportClose(int code, std::string_view reason) override {
      if (client_ != nullptr) client_->onTransportClose(code, reason);
    }

    TransportEvents* client_;
    Conduct* conduct_;
    std::unique_ptr<Transport> real_;
  };

  class Socket final : public Transport {
   public:
    Socket(TransportFactory& real, const std::string& url, TransportEvents& client, Conduct conduct)
        : conduct_(std::move(conduct)), line_(std::make_unique<Line>(real, url, client, conduct_)) {}
    ~Socket() override {
      line_->forget();
      conduct_.letGo(std::move(line_));
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void sendText(std::string_view text) override {
      conduct_.up(text, [line = line_.get()](std::string_view changed) { line->sendText(changed); });
    }
    void sendBinary(std::string_view bytes) override {
      conduct_.upBytes(bytes, [line = line_.get()](std::string_view changed) { line->sendBinary(changed); });
    }
    void close(int code, std::string_view reason) override { line_->close(code, reason); }

   private:
    Conduct conduct_;
    std::unique_ptr<Line> line_;
  };

  TransportFactory& real_;
  std::function<Conduct(unsigned)> conduct_;
  unsigned opened_ = 0;
};

/// Is between a client and the application.
class SinkRelay final : public ClientSink {
 public:
  using Pass = std::function<void(const Batch&)>;

  SinkRelay(ClientSink& real, std::function<void(const Batch&, const Pass&)> conduct)
      : real_(real), conduct_(std::move(conduct)) {}

  void onBatch(const Batch& batch) override {
    conduct_(batch, [this](const Batch& changed) { real_.onBatch(changed); });
  }

 private:
  ClientSink& real_;
  std::function<void(const Batch&, const Pass&)> conduct_;
};

}  // namespace switchboard::sim
