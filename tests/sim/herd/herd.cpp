#include "herd/herd.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>

#include "recorder/recorder.h"
#include "world/machine.h"
#include "world/sim_random.h"

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// When all lose the server.
constexpr Duration kLoss = 1s;
/// A handshake takes something between these, another time with each attempt.
constexpr Duration kShortestTrip = 20ms;
constexpr Duration kLongestTrip = 130ms;

class NoLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*message*/) override {}
};

/// What becomes of sockets.
struct Server {
  std::function<bool(Duration now)> accepts;
  bool dropsAtOnce = false;
};

/// One client: a real connection on a timer of its own, and the far end of its sockets.
class HerdClient final : private ConnectionDelegate, private TransportFactory {
 public:
  HerdClient(EventQueue& events, const Machine& machine, const Server& server, std::uint64_t seed,
             const ConnectionOptions& options)
      : events_(events),
        server_(server),
        random_(seed),
        timer_(events, machine),
        clock_(machine, turns_),
        deadlines_(clock_, timer_, turns_, recorder_),
        context_{clock_, deadlines_, turns_, random_, log_, recorder_},
        connection_(ConnectionId{1}, options, surroundings_, context_, *this, counters_, *this) {
    clock_.release();
    connection_.open();
  }
  HerdClient(const HerdClient&) = delete;
  HerdClient& operator=(const HerdClient&) = delete;

  void lose() {
    if (TransportEvents* client = std::exchange(client_, nullptr)) client->onTransportClose(1006, "");
  }
  void stop() { connection_.close(); }
  unsigned attempts() const { return attempts_; }
  const std::vector<Duration>& opened() const { return opened_; }

 private:
  class Socket final : public Transport {
   public:
    explicit Socket(HerdClient& owner) : owner_(owner) {}
    ~Socket() override { owner_.client_ = nullptr; }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    void sendText(std::string_view /*text*/) override {}
    void sendBinary(std::string_view /*bytes*/) override {}
    void close(int /*code*/, std::string_view /*reason*/) override {}

   private:
    HerdClient& owner_;
  };

  std::unique_ptr<Transport> open(const std::string& /*url*/, TransportEvents& events) override {
    ++attempts_;
    const unsigned attempt = attempts_;
    const Duration trip = random_.between(kShortestTrip, kLongestTrip);
    client_ = nullptr;
    const bool accepted = server_.accepts(events_.now() + trip / 2);
    events_.after(trip, [this, attempt, accepted, &events] {
      if (attempt != attempts_ || connection_.state() != ConnectionState::Connecting) return;
      client_ = &events;
      if (!accepted) {
        lose();
        return;
      }
      opened_.push_back(events_.now());
      client_->onTransportOpen();
      if (server_.dropsAtOnce) lose();
    });
    return std::make_unique<Socket>(*this);
  }

  void onConnectionState(Connection& /*connection*/, ConnectionState /*from*/) override {}
  void onConnectionFrame(Connection& /*connection*/, const Envelope& /*envelope*/) override {}
  Duration stallAllowance(const Connection& /*connection*/) const override { return Duration{0}; }
  void onRoundTrip(Connection& /*connection*/) override {}

  EventQueue& events_;
  const Server& server_;
  SimRandom random_;
  NoLog log_;
  Turns turns_{[] {}};
  MachineTimer timer_;
  RecordedClock clock_;
  const RecorderOptions recorderOptions_;
  Recorder recorder_{recorderOptions_, clock_};
  DeadlineQueue deadlines_;
  Context context_;
  Counters counters_;
  Surroundings surroundings_;
  TransportEvents* client_ = nullptr;
  std::vector<Duration> opened_;
  unsigned attempts_ = 0;
  Connection connection_;
};

using Herd = std::vector<std::unique_ptr<HerdClient>>;

Herd makeHerd(unsigned clients, EventQueue& events, const Machine& machine, const Server& server, std::uint64_t seed,
              const ConnectionOptions& options) {
  SimRandom random(seed);
  Herd herd;
  for (unsigned i = 0; i < clients; ++i) {
    herd.push_back(std::make_unique<HerdClient>(events, machine, server, random.next(), options));
  }
  return herd;
}

}  // namespace

double Returns::largestShare() const {
  std::size_t most = 0;
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < times.size(); ++begin) {
    while (end < times.size() && times[end] < times[begin] + 100ms) ++end;
    most = std::max(most, end - begin);
  }
  return 100.0 * static_cast<double>(most) / static_cast<double>(times.size());
}

Duration Returns::quantile(double part) const {
  return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
}

Duration Returns::mean() const {
  Duration sum{0};
  for (const Duration time : times) sum += time;
  return sum / static_cast<Duration::rep>(times.size());
}

Returns herdReturns(unsigned clients, Duration outage, std::uint64_t seed, ConnectionOptions options) {
  options.apikeyIsOpaque = true;  // or its want of claims would pass for the reason of the refusals
  EventQueue events;
  const Machine machine(events);
  const Duration back = kLoss + outage;
  const Server server{[back](Duration now) { return now < kLoss || now >= back; }};
  const Herd herd = makeHerd(clients, events, machine, server, seed, options);
  events.at(kLoss, [&] {
    for (const auto& client : herd) client->lose();
  });
  // Ten minutes after the server is back nobody is missing. Who has come back rests, lest its heartbeats cost time.
  while (!events.empty() && events.nextAt() < back + 10min) {
    events.step();
    if (events.steps() % 10'000 != 0) continue;
    for (const auto& client : herd) {
      if (client->opened().size() > 1) client->stop();
    }
  }
  Returns returns;
  for (const auto& client : herd) returns.times.push_back(client->opened().at(1) - back);
  std::sort(returns.times.begin(), returns.times.end());
  return returns;
}

Returns referenceReturns(unsigned clients, Duration outage, std::uint64_t seed) {
  constexpr std::array<Duration, 4> kSchedule = {1s, 2s, 5s, 10s};
  SimRandom random(seed);
  Returns returns;
  for (unsigned i = 0; i < clients; ++i) {
    Duration now{0};
    for (std::size_t attempt = 0;; ++attempt) {
      now += kSchedule[std::min(attempt, kSchedule.size() - 1)];
      const Duration trip = random.between(kShortestTrip, kLongestTrip);
      const bool accepted = now + trip / 2 >= outage;
      now += trip;
      if (accepted) break;
    }
    returns.times.push_back(now - outage);
  }
  std::sort(returns.times.begin(), returns.times.end());
  return returns;
}

std::vector<unsigned> attemptsWhenDropped(unsigned clients, Duration span, std::uint64_t seed,
                                          ConnectionOptions options) {
  options.apikeyIsOpaque = true;
  EventQueue events;
  const Machine machine(events);
  const Server server{[](Duration) { return true; }, true};
  const Herd herd = makeHerd(clients, events, machine, server, seed, options);
  while (!events.empty() && events.nextAt() < span) events.step();
  std::vector<unsigned> attempts;
  for (const auto& client : herd) attempts.push_back(client->attempts());
  std::sort(attempts.begin(), attempts.end());
  return attempts;
}

}  // namespace switchboard::sim
