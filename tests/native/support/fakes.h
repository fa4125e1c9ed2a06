#pragma once

#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/turn.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/random.h"
#include "platform/timer.h"
#include "platform/transport.h"
#include "support/fake_text.h"

namespace switchboard::testing {

/// 2026-11-22T12:00:00Z.
constexpr WallTime kWallStart{Duration{1'795'348'800'000}};

/// The `commit_timestamp` of a transaction that was committed then, within a day of kWallStart's midnight.
inline std::string stampOf(WallTime at) {
  const auto ms = (at - kWallStart + std::chrono::hours{12}).count();
  char text[32];
  std::snprintf(text, sizeof text, "2026-11-22T%02d:%02d:%02d.%03dZ", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1'000 % 60), static_cast<int>(ms % 1'000));
  return text;
}

/// Time that passes only when the test says so.
class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  WallTime wallNow() const override { return wall_; }
  void advance(Duration by) {
    now_ += by;
    wall_ += by;
  }
  /// The calendar jumps, the monotonic clock does not.
  void jumpWall(Duration by) { wall_ += by; }

 private:
  TimePoint now_{Duration{1'000}};
  WallTime wall_ = kWallStart;
};

/// The platform timer on a FakeClock.
class FakeTimer final : public Timer {
 public:
  explicit FakeTimer(FakeClock& clock) : clock_(clock) {}

  void arm(Duration delay, TimerEvents& events) override {
    due_ = clock_.now() + delay;
    events_ = &events;
    ++armCount_;
  }
  void cancel() override { events_ = nullptr; }
  bool isArmed() const { return events_ != nullptr; }
  TimePoint due() const { return due_; }
  int armCount() const { return armCount_; }

  /// Lets `span` pass, firing whatever falls due, each at its own time.
  void advance(Duration span) {
    const TimePoint end = clock_.now() + span;
    while (events_ != nullptr && due_ <= end) {
      clock_.advance(std::max(Duration{0}, due_ - clock_.now()));
      fire();
    }
    clock_.advance(end - clock_.now());
  }
  /// The machine sleeps: time passes and nothing fires; afterwards what is due fires late.
  void sleep(Duration span) {
    clock_.advance(span);
    if (events_ != nullptr && due_ <= clock_.now()) fire();
  }

 private:
  void fire() { std::exchange(events_, nullptr)->onTimer(); }

  FakeClock& clock_;
  TimerEvents* events_ = nullptr;
  TimePoint due_{};
  int armCount_ = 0;
};

/// Gives the numbers it was given, then goes on as a linear congruential generator.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 42) : state_(seed) {}

  std::uint64_t next() override {
    if (!scripted_.empty()) {
      const auto value = scripted_.front();
      scripted_.pop_front();
      return value;
    }
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return state_ >> 16;
  }
  void script(std::initializer_list<std::uint64_t> values) { scripted_.insert(scripted_.end(), values); }

 private:
  std::deque<std::uint64_t> scripted_;
  std::uint64_t state_;
};

class RecordingLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message) override { lines.emplace_back(level, message); }
  std::vector<std::pair<LogLevel, std::string>> lines;
};

/// One socket of a FakeNetwork. The test plays the server: it opens the socket, hands in frames and reads what was
/// sent.
class FakeSocket {
 public:
  FakeSocket(std::string url, TransportEvents& events) : url_(std::move(url)), events_(&events) {}

  const std::string& url() const { return url_; }
  /// Sent by the client and not yet taken.
  std::vector<std::string> takeSent() { return std::exchange(sent_, {}); }
  /// Likewise, binary frames.
  std::vector<std::string> takeSentBytes() { return std::exchange(sentBytes_, {}); }
  bool closedByClient() const { return closeCode_ != 0; }
  int closeCode() const { return closeCode_; }
  /// The client has let go of the socket.
  bool released() const { return events_ == nullptr; }

  void open() {
    open_ = true;
    if (events_ != nullptr) events_->onTransportOpen();
  }
  void receive(std::string_view text) {
    if (events_ != nullptr) events_->onTransportText(FakeText(text));
  }
  void receiveBinary(std::string_view bytes) {
    if (events_ != nullptr) events_->onTransportBinary(bytes);
  }
  void closeFromServer(int code, std::string_view reason = {}) {
    open_ = false;
    if (events_ != nullptr) events_->onTransportClose(code, reason);
  }

 private:
  friend class FakeTransport;

  std::string url_;
  TransportEvents* events_;
  std::vector<std::string> sent_;
  std::vector<std::string> sentBytes_;
  int closeCode_ = 0;
  bool open_ = false;
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(std::shared_ptr<FakeSocket> socket) : socket_(std::move(socket)) {}
  ~FakeTransport() override {
    if (socket_->closeCode_ == 0) socket_->closeCode_ = 1000;
    socket_->events_ = nullptr;
  }
  void sendText(std::string_view text) override {
    if (socket_->open_) socket_->sent_.emplace_back(text);
  }
  void sendBinary(std::string_view bytes) override {
    if (socket_->open_) socket_->sentBytes_.emplace_back(bytes);
  }
  void close(int code, std::string_view /*reason*/) override { socket_->closeCode_ = code; }

 private:
  std::shared_ptr<FakeSocket> socket_;
};

/// Makes sockets and keeps them for the test.
class FakeNetwork final : public TransportFactory {
 public:
  std::unique_ptr<Transport> open(const std::string& url, TransportEvents& events) override {
    if (refuseUrls) return nullptr;
    sockets.push_back(std::make_shared<FakeSocket>(url, events));
    return std::make_unique<FakeTransport>(sockets.back());
  }
  FakeSocket& last() { return *sockets.back(); }

  std::vector<std::shared_ptr<FakeSocket>> sockets;
  bool refuseUrls = false;
};

}  // namespace switchboard::testing
