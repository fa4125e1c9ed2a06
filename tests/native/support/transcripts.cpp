#include "support/transcripts.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "oracle/json.h"

namespace switchboard::testing {

namespace {

std::string decodeBase64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6) | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xFF);
  }
  return bytes;
}

Record readRecord(const Json& line) {
  Record record;
  record.connection = textMember(line, "c");
  record.dir = textMember(line, "dir");
  record.text = textMember(line, "text");
  record.isText = line.contains("text");
  record.isTrimmed = line.contains("trimmed");
  record.bytes = decodeBase64(textMember(line, "b64"));
  if (const Json* code = member(line, "code"); code != nullptr) record.closeCode = code->get<int>();
  return record;
}

std::vector<Record> readTranscript(const std::string& name) {
  std::vector<Record> records;
  const std::string text = readFixture("transcripts/" + name);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const auto line = parseJson(std::string_view(text).substr(start, end - start));
    REQUIRE_MESSAGE(line.has_value(), name);
    records.push_back(readRecord(*line));
    start = end + 1;
  }
  return records;
}

}  // namespace

std::string readFixture(const std::string& path) {
  std::ifstream file(SWITCHBOARD_FIXTURES "/" + path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<Record>& transcript(std::string_view scenario, Version version) {
  static std::map<std::string, std::vector<Record>> read;
  const std::string name = (version == Version::V1 ? "v1/" : "v2/") + std::string(scenario) + ".jsonl";
  const auto it = read.find(name);
  return it != read.end() ? it->second : read.emplace(name, readTranscript(name)).first->second;
}

const std::vector<std::string>& scenarios() {
  static const std::vector<std::string> all = {
      "broadcast", "connect",   "connect_errors", "garbage", "idle", "join_bindings", "join_shapes", "leave",
      "limits",    "pg_events", "presence",       "rejoin",  "rtjs", "shutdown",      "tokens"};
  return all;
}

std::vector<std::string_view> recordedTexts(Version version, std::string_view dir) {
  std::vector<std::string_view> texts;
  for (const auto& scenario : scenarios()) {
    for (const auto& record : transcript(scenario, version)) {
      if (record.dir == dir && record.isText) texts.push_back(record.text);
    }
  }
  return texts;
}

}  // namespace switchboard::testing
