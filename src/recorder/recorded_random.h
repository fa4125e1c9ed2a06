#pragma once

#include "platform/random.h"
#include "recorder/recorder.h"

namespace switchboard {

/// Random numbers, each of which is in the recording.
class RecordedRandom final : public Random {
 public:
  RecordedRandom(Random& source, Recorder& recorder) : source_(source), recorder_(recorder) {}

  std::uint64_t next() override {
    const std::uint64_t value = source_.next();
    recorder_.begin(EntryKind::RandomDrawn).number(value >> 32).number(value & 0xFFFFFFFF).end();
    return value;
  }

 private:
  Random& source_;
  Recorder& recorder_;
};

}  // namespace switchboard
