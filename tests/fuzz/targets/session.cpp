#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

/// A client with two subscriptions, one of them folding changes, and two handles of a channel, on a socket whose server
/// says what the input says.
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
    client_->subscribe(SubscriptionId{2}, {"*", "public", "rooms", {}, {}}, std::move(latest));
    client_->openChannel(HandleId{3}, {"room", "me", true, {}}, {true, true});
    client_->openChannel(HandleId{4}, {"room", {}, true, {}}, {});
    client_->track(HandleId{3}, R"({"name":"A"})");
    send(1, "{}");
    send(2, "1");
    timer_.advance(Duration{10});
    if (!network_.sockets.empty()) network_.last().open();
    timer_.advance(Duration{10});
  }
  ~Session() { client_.reset(); }

  /// `~` means the topic that the client asks for, and `^` the ref of its join; `` ` `` and `|` the same of the
  /// channel. A line that begins with `$` is a binary frame.
  Complaint hear(std::string frame) {
    if (network_.sockets.empty()) return "no socket";
    readJoin();
    replaceAll(frame, '~', topic_);
    replaceAll(frame, '^', ref_);
    replaceAll(frame, '`', "realtime:room");
    replaceAll(frame, '|', roomRef_);
    const auto before = client_->pool().counters();
    auto& socket = network_.last();
    const bool heard = !socket.released();
    if (frame.starts_with('$')) {
      socket.receiveBinary(frame.substr(1));
    } else {
      socket.receive(frame);
    }
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
  void send(unsigned id, std::string payload) {
    Push push{PushId{id}, HandleId{3}, "e"};
    push.payload = std::move(payload);
    push.ack = true;
    client_->push(std::move(push));
  }

  static void replaceAll(std::string& text, char mark, const std::string& by) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
      text.replace(at, 1, by);
  }

  void readJoin() {
    for (const auto& bytes : network_.last().takeSentBytes()) {
      if (!decodeBinaryFrame(Sender::Client, bytes)) flaw_ = "a binary frame to the server is none";
    }
    for (const auto& text : network_.last().takeSent()) {
      const auto frame = parseJson(text);
      if (!frame) {
        flaw_ = "a frame to the server is no JSON";
        continue;
      }
      const bool isArray = frame->is_array();
      if ((isArray ? (*frame)[3] : (*frame)["event"]) != "phx_join") continue;
      const auto topic = (isArray ? (*frame)[2] : (*frame)["topic"]).get<std::string>();
      const auto ref = (isArray ? (*frame)[1] : (*frame)["ref"]).get<std::string>();
      if (topic == "realtime:room") {
        roomRef_ = ref;
      } else {
        topic_ = topic;
        ref_ = ref;
      }
    }
  }

  void onBatch(const Batch& batch) override {
    if (batch.hasControl() && !parseJson(controlJson(batch))) flaw_ = "control is no JSON";
    for (const auto& delivery : batch.deliveries) {
      if (delivery.subscribers.empty()) flaw_ = "a delivery to nobody";
      if (delivery.kind >= DeliveryKind::Broadcast) examineTexts(delivery);
    }
  }

  void examineTexts(const Delivery& delivery) {
    const bool isPresence = delivery.kind == DeliveryKind::Presence;
    std::size_t texts = 0;
    delivery.forEachText([&](std::string_view text) {
      const bool isKey = isPresence && texts % 2 == 0;
      const bool isMetas = isPresence && texts % 2 == 1;
      if (isKey && (text.empty() || text[0] < '0' || text[0] > '3')) flaw_ = "no kind of change";
      if (isMetas && !parseJson(text)) flaw_ = "metas are no JSON";
      ++texts;
    });
    if (texts != (isPresence ? 2 * delivery.count : 3)) flaw_ = "another number of texts";
  }

  FakeClock clock_;
  FakeTimer timer_{clock_};
  FakeRandom random_;
  FakeNetwork network_;
  std::unique_ptr<Client> client_;
  std::string topic_;
  std::string ref_;
  std::string roomRef_;
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
