#include <algorithm>
#include <memory>
#include <string>

#include "boundary/control_json.h"
#include "boundary/stats_json.h"
#include "client.h"
#include "examine.h"
#include "strict_json.h"
#include "support/fakes.h"

namespace switchboard::fuzz {

namespace {

using testing::FakeClock;
using testing::FakeNetwork;
using testing::FakeRandom;
using testing::FakeTimer;

/// A client with two subscriptions, one of them folding changes, on a socket whose server says what the input says.
class Session final : private ClientSink {
 public:
  explicit Session(Version version) {
    ClientOptions options;
    options.endpoint = {"ws://server/realtime/v1", "sb_publishable_test", {}, version};
    client_ = std::move(Client::create(std::move(options), {clock_, timer_, random_, network_}, *this).value());
    client_->subscribe(SubscriptionId{1}, {"*", "public", "bookings", {}, {}});
    DeliverySpec latest;
    latest.mode = DeliveryMode::Latest;
    latest.wait = Duration{100};
    latest.key = {"id"};
    client_->subscribe(SubscriptionId{2}, {"*", "public", "rooms", {}, {}}, latest);
    timer_.advance(Duration{10});
    if (!network_.sockets.empty()) network_.last().open();
    timer_.advance(Duration{10});
  }
  ~Session() { client_.reset(); }

  /// `~` means the topic that the client asks for, and `^` the ref of its join.
  Complaint hear(std::string frame) {
    if (network_.sockets.empty()) return "no socket";
    readJoin();
    replaceAll(frame, '~', topic_);
    replaceAll(frame, '^', ref_);
    const auto before = client_->pool().counters();
    auto& socket = network_.last();
    const bool heard = !socket.released();
    socket.receive(frame);
    if (heard && client_->pool().counters().framesIn != before.framesIn + 1) return "a frame is not counted";
    timer_.advance(Duration{60});
    return flaw_;
  }
  Complaint end() {
    timer_.advance(Duration{200});
    if (!parseJson(statsJson(*client_))) return "statistics are no JSON";
    client_->dispose();
    return flaw_;
  }

 private:
  static void replaceAll(std::string& text, char mark, const std::string& by) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
      text.replace(at, 1, by);
  }

  void readJoin() {
    for (const auto& text : network_.last().takeSent()) {
      const auto frame = parseJson(text);
      if (!frame) {
        flaw_ = "a frame to the server is no JSON";
        continue;
      }
      const bool isArray = frame->is_array();
      if ((isArray ? (*frame)[3] : (*frame)["event"]) != "phx_join") continue;
      topic_ = (isArray ? (*frame)[2] : (*frame)["topic"]).get<std::string>();
      ref_ = (isArray ? (*frame)[1] : (*frame)["ref"]).get<std::string>();
    }
  }

  void onBatch(const Batch& batch) override {
    if (batch.hasControl() && !parseJson(controlJson(batch))) flaw_ = "control is no JSON";
    for (const auto& delivery : batch.deliveries) {
      if (delivery.subscribers.empty()) flaw_ = "a delivery to nobody";
    }
  }

  FakeClock clock_;
  FakeTimer timer_{clock_};
  FakeRandom random_;
  FakeNetwork network_;
  std::unique_ptr<Client> client_;
  std::string topic_;
  std::string ref_;
  Complaint flaw_;
};

Complaint examineSession(Version version, std::string_view frames) {
  constexpr int kMostFrames = 12;
  Session session(version);
  for (int i = 0; i < kMostFrames && !frames.empty(); ++i) {
    const auto end = std::min(frames.find('\n'), frames.size());
    if (auto complaint = session.hear(std::string(frames.substr(0, end)))) return complaint;
    frames.remove_prefix(std::min(end + 1, frames.size()));
  }
  return session.end();
}

}  // namespace

Complaint examineSessionV1(std::string_view frames) {
  return examineSession(Version::V1, frames);
}
Complaint examineSessionV2(std::string_view frames) {
  return examineSession(Version::V2, frames);
}

}  // namespace switchboard::fuzz
