#include "recorder/recorder.h"

/// What each frame costs, compiled for speed.
namespace switchboard {

void Recorder::put(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) entry_ += static_cast<char>(value | 0x80);
  entry_ += static_cast<char>(value);
}

void Recorder::putText(std::string_view value) {
  if (value.empty()) return put(0);
  const std::uint32_t known = texts_.numberOf(value);
  if (known != TextTable::kNone) return put(known * std::uint64_t{2} + 1);
  raw(value);
}

/// Refs are short and hardly ever the same twice. An entry whose last fields are empty ends before them.
void Recorder::writeFrame(EntryKind kind, ConnectionId socket, std::size_t bytes, std::string_view topic,
                          std::string_view event, std::string_view ref, bool isBinary) {
  begin(kind);
  put(socket.value);
  put(bytes);
  putText(topic);
  putText(event);
  if (!ref.empty() || isBinary) {
    put(ref.size() * 2);
    entry_ += ref;
  }
  if (isBinary) put(kFlagBinary);
  end();
}

}  // namespace switchboard
