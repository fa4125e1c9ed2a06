#include "recordings/recording.h"

#include <algorithm>
#include <cstring>

namespace switchboard::replay {

const std::vector<std::pair<std::string_view, std::string_view>>& layouts() {
  static const std::vector<std::pair<std::string_view, std::string_view>> kLayouts = {
      {"command", "flags:u name:t id:u about:t text:t payload:t"},
      {"push", "flags:u id:u channel:u event:t bytes:u timeoutMs:u everyMs:u metadata:t payload:t"},
      {"timerFired", ""},
      {"timerArmed", "ms:u deadline:t"},
      {"socketOpening", "socket:u refused:u"},
      {"socketOpen", "socket:u"},
      {"socketClosed", "socket:u code:u reason:t"},
      {"socketDropped", "socket:u code:u"},
      {"frameIn", "socket:u bytes:u topic:t event:t ref:t flags:u text:t"},
      {"frameOut", "socket:u bytes:u topic:t event:t ref:t flags:u text:t"},
      {"socketState", "socket:u from:t to:t reason:t message:t"},
      {"channelState", "socket:u topic:t from:t to:t reason:t message:t"},
      {"keyState", "key:u from:t to:t reason:t message:t"},
      {"overall", "state:t"},
      {"subscribed", "subscription:u key:u"},
      {"decision", "what:t why:t msPlusOne:u socket:u topic:t key:u"},
      {"gap", "gap:u key:u reason:t message:t from:s commit:t"},
      {"gapHealed", "gap:u key:u to:s"},
      {"hole", "topic:t from:u to:u"},
      {"holeFilled", "topic:t from:u to:u"},
      {"evidence", "what:t key:u time:s"},
      {"fault", "code:t message:t"},
      {"clock", "aheadMs:s"},
      {"random", "high:u low:u"},
      {"token", "number:u flags:u role:t expiresAt:s issuedAt:s"},
      {"tokenWanted", "request:u"},
      {"rpcWanted", "request:u topic:t"},
      {"log", "level:t message:t"},
      {"delivered", "deliveries:u changes:u subscribers:u"},
      {"topicState", "topic:t from:t to:t reason:t message:t"},
  };
  return kLayouts;
}

namespace {

constexpr std::string_view kMagic = "SBR\x1A";
constexpr unsigned kVersion = 1;
constexpr unsigned kFlagFrames = 1;
constexpr unsigned kFlagOverwritten = 2;
constexpr std::size_t kChecksumBytes = 4;

/// Reads from front to back; once something can't be read, `ok` is false and all else is 0 or empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool atEnd() const { return at_ == bytes_.size(); }
  std::size_t at() const { return at_; }
  unsigned byte() {
    if (at_ < bytes_.size()) return static_cast<unsigned char>(bytes_[at_++]);
    ok_ = false;
    return 0;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && ok_; shift += 7) {
      const unsigned next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t signedNumber() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (value % 2 == 0 ? 0 : ~std::uint64_t{0}));
  }
  std::string_view part(std::uint64_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const auto found = bytes_.substr(at_, size);
    at_ += size;
    return found;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

std::string readText(Reader& reader, const std::vector<std::string>& texts) {
  const std::uint64_t place = reader.number();
  if (place % 2 == 0) return std::string(reader.part(place / 2));
  if (place / 2 < texts.size()) return texts[place / 2];
  reader.part(~std::uint64_t{0});
  return {};
}

/// Absent fields are left out.
std::vector<Field> readFields(Reader& reader, std::string_view layout, const std::vector<std::string>& texts) {
  std::vector<Field> fields;
  while (!layout.empty() && reader.ok() && !reader.atEnd()) {
    const auto end = std::min(layout.find(' '), layout.size());
    const auto colon = layout.find(':');
    Field field;
    field.name = layout.substr(0, colon);
    const char type = layout[colon + 1];
    field.isText = type == 't';
    if (field.isText) {
      field.text = readText(reader, texts);
    } else {
      field.number = type == 's' ? reader.signedNumber() : static_cast<std::int64_t>(reader.number());
    }
    fields.push_back(std::move(field));
    layout.remove_prefix(std::min(end + 1, layout.size()));
  }
  return fields;
}

std::uint32_t checksumOf(std::string_view bytes) {
  std::uint32_t hash = 0x811C9DC5;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x01000193;
  return hash;
}

Error bad(std::string message) {
  return {ReasonCode::InvalidOption, "", std::move(message)};
}

}  // namespace

std::int64_t Entry::number(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.name == field; });
  return found == fields.end() ? 0 : found->number;
}

std::string Entry::text(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.name == field; });
  return found == fields.end() ? std::string() : found->text;
}

bool readEntries(std::string_view bytes, const std::vector<std::string>& texts, std::int64_t atMs,
                 std::vector<Entry>& entries) {
  Reader reader(bytes);
  while (!reader.atEnd()) {
    const std::string_view part = reader.part(reader.number());
    if (!reader.ok()) return false;
    Reader inside(part);
    Entry entry;
    entry.bytes = part;
    const unsigned kind = inside.byte();
    if (kind == 0 || kind > layouts().size()) return false;
    const auto& [name, layout] = layouts()[kind - 1];
    entry.kind = static_cast<EntryKind>(kind);
    entry.name = name;
    atMs += static_cast<std::int64_t>(inside.number());
    entry.atMs = atMs;
    entry.fields = readFields(inside, layout, texts);
    if (!inside.ok()) return false;
    entries.push_back(std::move(entry));
  }
  return true;
}

Result<Recording> readRecording(std::string_view file) {
  if (!file.starts_with(kMagic)) {
    return bad("This is not a recording: give the file that manager.record() or `listen --record` made, as it is.");
  }
  Reader reader(file);
  reader.part(kMagic.size());
  if (const unsigned version = reader.byte(); version != kVersion) {
    return bad("The recording has version " + std::to_string(version) + " of the format; this program reads version " +
               std::to_string(kVersion) + ": take the one of the sources that it was made with.");
  }
  Recording recording;
  const unsigned flags = reader.byte();
  recording.hasFrames = (flags & kFlagFrames) != 0;
  recording.isComplete = (flags & kFlagOverwritten) == 0;
  recording.startedAt = static_cast<std::int64_t>(reader.number());
  recording.monotonicMs = static_cast<std::int64_t>(reader.number());
  recording.takenAtMs = static_cast<std::int64_t>(reader.number());
  recording.createdBy = reader.part(reader.number());
  recording.options = reader.part(reader.number());
  for (auto left = reader.number(); left > 0 && reader.ok(); --left) {
    recording.texts.emplace_back(reader.part(reader.number()));
  }
  const auto firstAtMs = static_cast<std::int64_t>(reader.number());
  const std::string_view entries = reader.part(reader.number());
  const std::size_t end = reader.at();
  const std::string_view checksum = reader.part(kChecksumBytes);
  if (!reader.ok()) return bad("The recording is cut off or damaged: copy it again, or record again.");
  std::uint32_t expected = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    expected |= static_cast<std::uint32_t>(static_cast<unsigned char>(checksum[i])) << (8 * i);
  }
  if (expected != checksumOf(file.substr(0, end)) ||
      !readEntries(entries, recording.texts, firstAtMs, recording.entries)) {
    return bad("The recording is damaged: copy it again, or record again.");
  }
  return recording;
}

std::string describe(const Entry& entry) {
  constexpr std::size_t kLongest = 300;
  std::string line = std::to_string(entry.atMs);
  line.insert(0, line.size() < 9 ? 9 - line.size() : 0, ' ');
  line += " ms  ";
  line += entry.name;
  for (const auto& field : entry.fields) {
    if (field.isText ? field.text.empty() : field.number == 0) continue;
    line += ' ';
    line += field.name;
    line += '=';
    line += field.isText ? field.text.substr(0, kLongest) : std::to_string(field.number);
    if (field.text.size() > kLongest) line += "…";
  }
  return line;
}

}  // namespace switchboard::replay
