#include "recorder/recorder.h"

#include <algorithm>

namespace switchboard {

namespace {

/// So that an entry and those that explain it fit into the ring together.
constexpr std::size_t kSmallestRing = 4'096;
constexpr unsigned kVersion = 1;
constexpr unsigned kFlagFrames = 1;
constexpr unsigned kFlagOverwritten = 2;

void append(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void appendSized(std::string& out, std::string_view text) {
  append(out, text.size());
  out += text;
}

/// FNV-1a.
std::uint32_t checksumOf(std::string_view bytes) {
  std::uint32_t hash = 0x811C9DC5;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x01000193;
  return hash;
}

}  // namespace

WallTime RecordedClock::wallNow() const {
  if (!held_ && !turns_.active()) return source_.wallNow();
  follow();
  if (!isCompared_) {
    isCompared_ = true;
    const Duration ahead = source_.wallNow().time_since_epoch() - now_.time_since_epoch();
    if (ahead - ahead_ > Duration{1} || ahead_ - ahead > Duration{1}) {
      ahead_ = ahead;
      if (recorder_ != nullptr) recorder_->begin(EntryKind::ClockChanged).signedNumber(ahead.count()).end();
    }
  }
  return WallTime(now_.time_since_epoch() + ahead_);
}

Recorder::Recorder(const RecorderOptions& options, RecordedClock& clock)
    : clock_(clock),
      options_(options),
      texts_(secrets_),
      beganAt_(clock.now()),
      beganWall_(clock.wallNow()),
      firstAt_(beganAt_),
      lastAt_(beganAt_) {
  if (options.bytes == 0) return;
  limit_ = std::max(options.bytes, kSmallestRing);
  hasFrames_ = options.frames;
  clock.attach(*this);
  const Duration ahead = beganWall_.time_since_epoch() - beganAt_.time_since_epoch();
  begin(EntryKind::ClockChanged).signedNumber(ahead.count()).end();
}

Recorder& Recorder::begin(EntryKind kind) {
  entry_.clear();
  if (!isOn()) return *this;
  entryAt_ = std::max(lastAt_, clock_.now());
  entry_ += static_cast<char>(kind);
  put(static_cast<std::uint64_t>((entryAt_ - lastAt_).count()));
  return *this;
}

Recorder& Recorder::number(std::uint64_t value) {
  put(value);
  return *this;
}

Recorder& Recorder::signedNumber(std::int64_t value) {
  put((static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
  return *this;
}

Recorder& Recorder::text(std::string_view value) {
  if (isOn()) putText(value);
  return *this;
}

Recorder& Recorder::raw(std::string_view value) {
  if (!isOn()) return *this;
  const std::string redacted = secrets_.redact(value);
  put(redacted.size() * 2);
  entry_ += redacted;
  return *this;
}

/// An entry that would leave no room for others is left out: the recording is not complete then.
void Recorder::end() {
  if (!isOn()) return;
  ++count_;
  if (entry_.size() > limit_ / 4) {
    overwritten_ = true;
    return;
  }
  lastAt_ = entryAt_;
  std::string size;
  append(size, entry_.size());
  makeRoom(size.size() + entry_.size());
  for (const std::string* part : {&size, &entry_}) {
    std::size_t at = tail_ + used_;
    if (at >= ring_.size()) at -= ring_.size();
    const std::size_t first = std::min(part->size(), ring_.size() - at);
    std::copy_n(part->data(), first, ring_.data() + at);
    std::copy_n(part->data() + first, part->size() - first, ring_.data());
    used_ += part->size();
  }
}

void Recorder::makeRoom(std::size_t bytes) {
  while (used_ + bytes > ring_.size() && ring_.size() < limit_) grow();
  while (used_ + bytes > ring_.size()) dropOldest();
}

void Recorder::grow() {
  std::string larger = entries();
  larger.resize(std::min(limit_, std::max(kFirstCapacity, ring_.size() * 2)));
  ring_ = std::move(larger);
  tail_ = 0;
}

std::uint64_t Recorder::readNumber(std::size_t& at) const {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(ring_[at % ring_.size()]);
    ++at;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

void Recorder::dropOldest() {
  std::size_t at = tail_;
  const std::uint64_t size = readNumber(at);
  const std::size_t end = at + size;
  ++at;  // its kind
  firstAt_ += Duration{static_cast<Duration::rep>(readNumber(at))};
  used_ -= end - tail_;
  tail_ = end % ring_.size();
  overwritten_ = true;
}

std::string Recorder::entries() const {
  const std::size_t first = std::min(used_, ring_.size() - tail_);
  std::string out = ring_.substr(tail_, first);
  out.append(ring_, 0, used_ - first);
  return out;
}

/// The size is that of the frame as it is recorded, if that is all of it: so it is the same in a replay.
void Recorder::frameText(EntryKind kind, ConnectionId socket, std::string_view loaded, std::size_t bytes,
                         std::string_view topic, std::string_view event, std::string_view ref, bool isBinary) {
  if (!isOn()) return;
  const std::string redacted = secrets_.redact(loaded);
  begin(kind).number(socket.value).number(loaded.size() == bytes ? redacted.size() : bytes);
  text(topic).text(event).raw(ref).number(isBinary ? kFlagBinary : 0).number(redacted.size() * 2);
  entry_ += redacted;
  end();
}

void Recorder::transition(EntryKind kind, const About& about, std::string_view from, std::string_view to,
                          const Cause& cause) {
  if (!isOn()) return;
  begin(kind);
  if (kind == EntryKind::SocketState || kind == EntryKind::ChannelState) number(about.socket);
  if (kind == EntryKind::ChannelState || kind == EntryKind::TopicState) text(about.topic);
  if (kind == EntryKind::KeyState) number(about.key);
  text(from).text(to).text(toString(cause.code)).text(cause.message).end();
}

void Recorder::decide(std::string_view what, std::string_view why, const About& about, std::optional<Duration> span) {
  if (!isOn()) return;
  begin(EntryKind::Decision).text(what).text(why);
  number(span ? static_cast<std::uint64_t>(std::max(Duration{0}, *span).count()) + 1 : 0);
  number(about.socket).text(about.topic).number(about.key).end();
}

std::uint32_t Recorder::addToken(std::string_view token) {
  if (!isOn() || token.empty()) return 0;
  bool isNew = false;
  const std::uint32_t number = secrets_.add(token, isNew);
  return isNew ? number : 0;
}

std::string Recorder::take() const {
  if (!isOn()) return {};
  std::string out = "SBR\x1A";
  out += static_cast<char>(kVersion);
  out += static_cast<char>((hasFrames_ ? kFlagFrames : 0) | (overwritten_ ? kFlagOverwritten : 0));
  append(out, static_cast<std::uint64_t>(beganWall_.time_since_epoch().count()));
  append(out, static_cast<std::uint64_t>(beganAt_.time_since_epoch().count()));
  append(out, static_cast<std::uint64_t>((clock_.now() - beganAt_).count()));
  appendSized(out, options_.createdBy);
  appendSized(out, hasFrames_ ? secrets_.redact(options_.json) : std::string());
  append(out, texts_.redacted().size());
  for (const auto& text : texts_.redacted()) appendSized(out, text);
  append(out, static_cast<std::uint64_t>((firstAt_ - beganAt_).count()));
  appendSized(out, entries());
  const std::uint32_t checksum = checksumOf(out);
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(checksum >> shift);
  return out;
}

}  // namespace switchboard
