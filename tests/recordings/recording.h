#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "recorder/recorder.h"

namespace switchboard::replay {

/// A field of an entry; the name is that of web/recording/wire.ts.
struct Field {
  std::string_view name;
  bool isText = false;
  std::int64_t number = 0;
  std::string text;
};

/// One entry of a recording.
struct Entry {
  std::string bytes;  ///< as in the file: kind, ms since the entry before, fields
  EntryKind kind{};
  std::string_view name;
  std::int64_t atMs = 0;  ///< since the core began
  std::vector<Field> fields;

  /// 0 or empty when it is absent.
  std::int64_t number(std::string_view field) const;
  std::string text(std::string_view field) const;
};

/// A recording as docs/recording.md describes it.
struct Recording {
  std::string createdBy;
  std::string options;
  std::int64_t startedAt = 0;
  std::int64_t monotonicMs = 0;
  std::int64_t takenAtMs = 0;
  bool isComplete = false;
  bool hasFrames = false;
  std::vector<std::string> texts;
  std::vector<Entry> entries;
};

/// The error's message says what is wrong with the file and what to do.
Result<Recording> readRecording(std::string_view file);

/// Reads entries that follow one another; false when they can't be read. `atMs`: when the entry before them was made.
bool readEntries(std::string_view bytes, const std::vector<std::string>& texts, std::int64_t atMs,
                 std::vector<Entry>& entries);

/// "socketState socket=1 from=idle …". Long texts are shortened.
std::string describe(const Entry& entry);

/// Of all kinds and fields, as web/recording/wire.ts has them.
const std::vector<std::pair<std::string_view, std::string_view>>& layouts();

}  // namespace switchboard::replay
