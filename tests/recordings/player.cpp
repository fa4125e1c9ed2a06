#include "recordings/player.h"

#include <algorithm>
#include <utility>

#include "boundary/commands.h"
#include "boundary/options_json.h"
#include "boundary/stats_json.h"
#include "native/support/jwt.h"
#include "oracle/json.h"

namespace switchboard::replay {

namespace {

constexpr std::size_t kRing = std::size_t{1} << 28;
constexpr std::int64_t kNested = 1;
constexpr std::int64_t kAck = 2;
constexpr std::int64_t kBytes = 4;

bool isInput(EntryKind kind) {
  switch (kind) {
    case EntryKind::Command:
    case EntryKind::Push:
    case EntryKind::TimerFired:
    case EntryKind::SocketOpen:
    case EntryKind::SocketClosed:
    case EntryKind::FrameIn:
    case EntryKind::Fault:
      return true;
    default:
      return false;
  }
}

/// A token that decides what the recorded one did.
std::string standIn(const Entry& token) {
  enum Flag : unsigned { Jwt = 1, Key = 2, Expires = 4, Issued = 8 };
  const auto flags = static_cast<unsigned>(token.number("flags"));
  const std::string number = std::to_string(token.number("number"));
  if ((flags & Key) != 0) return "sb_publishable_" + number;
  if ((flags & Jwt) == 0) return "opaque-token-" + number;
  Json claims = {{"number", number}};
  if (const auto role = token.text("role"); !role.empty()) claims["role"] = role;
  if ((flags & Expires) != 0) claims["exp"] = static_cast<double>(token.number("expiresAt")) / 1'000;
  if ((flags & Issued) != 0) claims["iat"] = static_cast<double>(token.number("issuedAt")) / 1'000;
  return testing::jwt(toText(claims));
}

/// A text that is loaded as a whole.
class WholeText final : public InboundText {
 public:
  explicit WholeText(std::string_view text) : InboundText(text, text.size(), text.size(), isAscii(text)) {}
  bool retain(std::unique_ptr<RetainedText>& /*kept*/) const override { return false; }

 private:
  static bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }
  std::string_view load() const override { return {}; }
};

}  // namespace

class Player::ReplayedClock final : public Clock {
 public:
  explicit ReplayedClock(const Player& player) : player_(player) {}
  TimePoint now() const override { return TimePoint(Duration{player_.recording_.monotonicMs + atMs}); }
  /// Where the distance between the clocks changed, the next entry says so.
  WallTime wallNow() const override {
    const Entry* entry = player_.next();
    if (entry != nullptr && entry->kind == EntryKind::ClockChanged) ahead_ = Duration{entry->number("aheadMs")};
    return WallTime(now().time_since_epoch() + ahead_);
  }

  std::int64_t atMs = 0;

 private:
  const Player& player_;
  mutable Duration ahead_{0};
};

class Player::ReplayedTimer final : public Timer {
 public:
  void arm(Duration /*delay*/, TimerEvents& events) override { events_ = &events; }
  void cancel() override { events_ = nullptr; }
  void fire() {
    if (TimerEvents* events = std::exchange(events_, nullptr)) events->onTimer();
  }

 private:
  TimerEvents* events_ = nullptr;
};

class Player::ReplayedRandom final : public Random {
 public:
  explicit ReplayedRandom(const Player& player) : player_(player) {}
  std::uint64_t next() override {
    const Entry* entry = player_.client_ ? player_.next() : nextOfStart();
    if (entry == nullptr || entry->kind != EntryKind::RandomDrawn) return 0;  // the comparison will show it
    return static_cast<std::uint64_t>(entry->number("high")) << 32 | static_cast<std::uint64_t>(entry->number("low"));
  }

 private:
  /// While the client is built.
  const Entry* nextOfStart() {
    const auto& entries = player_.recording_.entries;
    while (start_ < entries.size() && entries[start_].kind != EntryKind::RandomDrawn) ++start_;
    return start_ < entries.size() ? &entries[start_++] : nullptr;
  }

  const Player& player_;
  std::size_t start_ = 0;
};

class Player::Socket final : public Transport {
 public:
  Socket(Player& player, std::int64_t number, TransportEvents& transportEvents)
      : events(transportEvents), player_(player), number_(number) {
    player_.sockets_[number] = this;
  }
  ~Socket() override {
    if (player_.sockets_[number_] == this) player_.sockets_.erase(number_);
  }
  void sendText(std::string_view /*text*/) override {}
  void sendBinary(std::string_view /*bytes*/) override {}
  void close(int /*code*/, std::string_view /*reason*/) override {}

  TransportEvents& events;

 private:
  Player& player_;
  const std::int64_t number_;
};

class Player::Sockets final : public TransportFactory {
 public:
  explicit Sockets(Player& player) : player_(player) {}
  /// The next entry says which socket it is.
  std::unique_ptr<Transport> open(const std::string& /*url*/, TransportEvents& events) override {
    const Entry* entry = player_.next();
    const bool isOpening = entry != nullptr && entry->kind == EntryKind::SocketOpening;
    if (isOpening && entry->number("refused") != 0) return nullptr;
    return std::make_unique<Socket>(player_, isOpening ? entry->number("socket") : 0, events);
  }

 private:
  Player& player_;
};

std::string Player::obstacleTo(const Recording& recording) {
  if (!recording.hasFrames) {
    return "The recording has no texts of frames, so it can only be shown: record with `recorder: { frames: true }`.";
  }
  if (!recording.isComplete) {
    return "The beginning of the recording was overwritten, so it can only be shown: record with a larger "
           "`recorder: { bytes }`, or sooner.";
  }
  return {};
}

Player::Player(const Recording& recording)
    : recording_(recording),
      clock_(std::make_unique<ReplayedClock>(*this)),
      timer_(std::make_unique<ReplayedTimer>()),
      random_(std::make_unique<ReplayedRandom>(*this)),
      transports_(std::make_unique<Sockets>(*this)),
      client_(Error{}) {
  for (const auto& entry : recording.entries) {
    if (entry.kind == EntryKind::Token) tokens_[entry.number("number")] = standIn(entry);
  }
  auto options = readOptions(withTokens(recording.options));
  if (options) {
    options.value().recorder.bytes = kRing;
    client_ = Client::create(std::move(options.value()), {*clock_, *timer_, *random_, *transports_}, *this);
  }
  if (client_) {
    compare();
  } else {
    difference_ = Difference{0, "the recorded options", "can't be used: " + client_.error().message};
  }
}

Player::~Player() = default;

const Entry* Player::next() const {
  // While the client is built, only the clock asks, once; what it says is first.
  const std::size_t made = client_ ? client_.value()->recorder().count() : 0;
  return made < recording_.entries.size() ? &recording_.entries[made] : nullptr;
}

std::string Player::withTokens(std::string text) const {
  for (const auto& [number, token] : tokens_) {
    const std::string mark = "[token " + std::to_string(number) + "]";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + token.size())) {
      text.replace(at, mark.size(), token);
    }
  }
  return text;
}

bool Player::step() {
  if (difference_ || at_ >= recording_.entries.size()) return false;
  const Entry& entry = inputAt(at_);
  if (!isInput(entry.kind)) {
    difference_ = Difference{at_, describe(entry), {}};
    return false;
  }
  feed(entry);
  compare();
  return !difference_;
}

/// What is known of a token comes before the command that brings it.
const Entry& Player::inputAt(std::size_t place) const {
  const auto& entries = recording_.entries;
  const bool isToken = entries[place].kind == EntryKind::Token && place + 1 < entries.size();
  return entries[isToken ? place + 1 : place];
}

void Player::feed(const Entry& entry) {
  clock_->atMs = entry.atMs;
  switch (entry.kind) {
    case EntryKind::Command:
    case EntryKind::Fault:
      run(entry);
      break;
    case EntryKind::Push:
      push(entry);
      break;
    case EntryKind::TimerFired:
      timer_->fire();
      break;
    default:
      receive(entry);
  }
}

void Player::run(const Entry& entry) {
  std::string json = withTokens(entry.text("text"));
  if (entry.kind == EntryKind::Fault) {
    json = toText(Json{{"kind", "fault"}, {"code", entry.text("code")}, {"message", entry.text("message")}});
  }
  runCommand(client_, json, withTokens(entry.text("payload")), *clock_);
}

void Player::push(const Entry& entry) {
  const std::int64_t flags = entry.number("flags");
  Push push;
  push.id = {static_cast<std::uint32_t>(entry.number("id"))};
  push.handle = {static_cast<std::uint32_t>(entry.number("channel"))};
  push.event = entry.text("event");
  push.metadata = entry.text("metadata");
  push.payload = entry.text("payload");
  push.encoding = (flags & kBytes) != 0 ? PayloadEncoding::Bytes : PayloadEncoding::JsonText;
  push.ack = (flags & kAck) != 0;
  push.timeout = Duration{entry.number("timeoutMs")};
  push.every = Duration{entry.number("everyMs")};
  std::string answer;
  runPush(client_, std::move(push), answer);
}

void Player::receive(const Entry& entry) {
  const auto socket = sockets_.find(entry.number("socket"));
  if (socket == sockets_.end()) return;  // the comparison will show it
  TransportEvents& events = socket->second->events;
  std::string text = entry.text("text");
  if (entry.kind == EntryKind::SocketOpen) {
    events.onTransportOpen();
  } else if (entry.kind == EntryKind::SocketClosed) {
    events.onTransportClose(static_cast<int>(entry.number("code")), entry.text("reason"));
  } else if ((entry.number("flags") & kFlagBinary) != 0) {
    text.resize(static_cast<std::size_t>(entry.number("bytes")));
    events.onTransportBinary(text);
  } else {
    events.onTransportText(WholeText(text));
  }
}

/// What was done while a batch was handed over comes in the same place again.
void Player::onBatch(const Batch& /*batch*/) {
  while (next() != nullptr) {
    const std::size_t before = client_.value()->recorder().count();
    const Entry& entry = inputAt(before);
    const bool isCommand = entry.kind == EntryKind::Command || entry.kind == EntryKind::Push;
    if (!isCommand || (entry.number("flags") & kNested) == 0) return;
    feed(entry);
    if (client_.value()->recorder().count() == before) return;
  }
}

void Player::compare() {
  const std::string_view made = client_.value()->recorder().allEntries().substr(readBytes_);
  const auto& known = client_.value()->recorder().texts();
  const std::vector<std::string> texts(known.begin(), known.end());
  std::vector<Entry> entries;
  const std::int64_t before = at_ == 0 ? 0 : recording_.entries[at_ - 1].atMs;
  readEntries(made, texts, before, entries);
  readBytes_ += made.size();
  for (const auto& entry : entries) {
    if (at_ == recording_.entries.size()) {
      difference_ = Difference{at_, {}, describe(entry)};
      return;
    }
    const Entry& recorded = recording_.entries[at_];
    if (recorded.bytes != entry.bytes) {
      difference_ = Difference{at_, describe(recorded), describe(entry)};
      return;
    }
    ++at_;
  }
}

std::string Player::state() const {
  if (!client_) return {};
  const Client& client = *client_.value();
  std::string text;
  for (const auto& [id, status] : client.status().connections()) {
    text += "socket " + std::to_string(id.value) + ": " + std::string(toString(status->state)) + ", " +
            std::string(toString(status->code)) + " " + status->message + "\n";
  }
  for (const auto& [id, status] : client.status().subscriptions()) {
    text += std::string(status->isChannel ? "channel " : "subscription ") + std::to_string(id.value) + ": " +
            std::string(toString(status->state)) + ", " + std::string(toString(status->code)) + " " + status->message +
            "\n";
  }
  text += "overall: " + std::string(toString(client.status().overall())) + "\n";
  text += "waits for: " + client.deadlines().toString() + "\n";
  return text + "stats: " + statsJson(client) + "\n";
}

}  // namespace switchboard::replay
