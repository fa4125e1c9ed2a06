#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/error.h"
#include "base/ids.h"
#include "recorder/recorded_clock.h"
#include "recorder/secrets.h"
#include "recorder/text_table.h"

namespace switchboard {

/// Of a frame's entry.
constexpr unsigned kFlagBinary = 1;

/// As numbered in the file: the order of the list in web/recording/wire.ts, which has the fields of each.
enum class EntryKind : unsigned char {
  Command = 1,
  Push,
  TimerFired,
  TimerArmed,
  SocketOpening,
  SocketOpen,
  SocketClosed,
  SocketDropped,
  FrameIn,
  FrameOut,
  SocketState,
  ChannelState,
  KeyState,
  Overall,
  Subscribed,
  Decision,
  GapBegan,
  GapHealed,
  Hole,
  HoleFilled,
  Evidence,
  Fault,
  ClockChanged,
  RandomDrawn,
  Token,
  TokenWanted,
  RpcWanted,
  LogLine,
  Delivered,
  TopicState,
};

struct RecorderOptions {
  std::size_t bytes = 0;  ///< of the ring of entries; 0: nothing is recorded
  bool frames = false;    ///< with the texts of frames and commands, for a replay
  std::string createdBy;  ///< package and version
  std::string json;       ///< all options of the client
};

/// What an entry is about, besides its kind.
struct About {
  std::uint32_t socket = 0;
  std::string_view topic{};
  std::uint32_t key = 0;
};

/// Remembers what came into the core, what it decided and why, and what went out, as entries of a few bytes in a ring:
/// the oldest are overwritten. Always on and cheap. `take` gives it as a file (docs/recording.md).
///
/// No token and no api key gets into the ring. Without `frames` no row does either.
class Recorder {
 public:
  Recorder(const RecorderOptions& options, RecordedClock& clock);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  bool isOn() const { return limit_ != 0; }
  bool hasFrames() const { return hasFrames_; }

  /// An entry: its kind, its fields in their order, its end. Texts that come again go by `text`, others by `raw`.
  Recorder& begin(EntryKind kind);
  Recorder& number(std::uint64_t value);
  Recorder& signedNumber(std::int64_t value);
  Recorder& text(std::string_view value);
  Recorder& raw(std::string_view value);
  void end();

  /// One number, and nothing else.
  void note(EntryKind kind, std::uint64_t value) { begin(kind).number(value).end(); }
  /// A frame's envelope. `whole`: the frame's text, if there are to be texts.
  void frame(EntryKind kind, ConnectionId socket, std::size_t bytes, std::string_view topic, std::string_view event,
             std::string_view ref, bool isBinary = false) {
    if (isOn()) writeFrame(kind, socket, bytes, topic, event, ref, isBinary);
  }
  /// The same with what is loaded of the frame; `bytes`: the size of all of it.
  void frameText(EntryKind kind, ConnectionId socket, std::string_view loaded, std::size_t bytes,
                 std::string_view topic, std::string_view event, std::string_view ref, bool isBinary = false);
  void transition(EntryKind kind, const About& about, std::string_view from, std::string_view to, const Cause& cause);
  /// A decision, and how long it holds.
  void decide(std::string_view what, std::string_view why, const About& about = {},
              std::optional<Duration> span = std::nullopt);
  /// From now on the token is cut out of all texts. Returns its number if it is a new one, which is to be described;
  /// else 0.
  std::uint32_t addToken(std::string_view token);

  /// How many entries were ever made.
  std::uint32_t count() const { return count_; }
  /// All entries, as long as none was overwritten.
  std::string_view allEntries() const { return {ring_.data(), used_}; }
  /// Those that entries name by number.
  const Vector<std::string>& texts() const { return texts_.redacted(); }
  /// The file.
  std::string take() const;

 private:
  static constexpr std::size_t kFirstCapacity = 4'096;

  void writeFrame(EntryKind kind, ConnectionId socket, std::size_t bytes, std::string_view topic,
                  std::string_view event, std::string_view ref, bool isBinary);
  void put(std::uint64_t value);
  void putText(std::string_view value);
  void makeRoom(std::size_t bytes);
  void grow();
  void dropOldest();
  std::uint64_t readNumber(std::size_t& at) const;
  std::string entries() const;

  RecordedClock& clock_;
  const RecorderOptions& options_;
  Secrets secrets_;
  TextTable texts_;
  std::string entry_;  ///< the one that is being written
  std::string ring_;
  std::size_t limit_ = 0;  ///< of the ring
  std::size_t tail_ = 0;   ///< the oldest entry's place
  std::size_t used_ = 0;
  const TimePoint beganAt_;
  const WallTime beganWall_;
  TimePoint firstAt_;  ///< what the oldest entry's time is counted from
  TimePoint lastAt_;
  TimePoint entryAt_;  ///< of the one that is being written
  std::uint32_t count_ = 0;
  bool hasFrames_ = false;
  bool overwritten_ = false;
};

}  // namespace switchboard
