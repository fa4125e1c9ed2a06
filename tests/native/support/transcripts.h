#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/frames/frame.h"

namespace switchboard::testing {

/// One line of a recorded session with the real server (tests/fixtures/transcripts).
struct Record {
  std::string connection;
  std::string dir;   ///< "in" (server to client), "out", "open", "close", "note" and others
  std::string text;  ///< of text frames and notes
  bool isText = false;
  bool isTrimmed = false;  ///< a long run of letters was cut out of `text`
  std::string bytes;       ///< of binary frames
  int closeCode = 0;
};

/// The records of "<scenario>.v1.jsonl" or "<scenario>.v2.jsonl", in order.
const std::vector<Record>& transcript(std::string_view scenario, Version version);

/// Every scenario there is, both versions recorded of each.
const std::vector<std::string>& scenarios();

/// The text frames of all scenarios that went in this direction.
std::vector<std::string_view> recordedTexts(Version version, std::string_view dir);

/// The file's text; fails the test when it can't be read.
std::string readFixture(const std::string& path);

}  // namespace switchboard::testing
