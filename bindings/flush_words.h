#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client.h"

namespace switchboard {

/// A flush as one row of 32-bit words, with pointers to the texts, so that a single call hands it over:
///
///     control text (pointer, bytes; no bytes: none), number of new lists of columns, for each pointer and bytes,
///     number of deliveries, and for each
///     kind, number of subscribers, number of changes, subscriber ids…, payload (pointer, bytes; not for Notify),
///     for Each where its columns stand (pointer, bytes; no bytes: nowhere in particular) and the number of that list
class FlushWords {
 public:
  /// The first word. Valid until the next call or until what the flush points to goes.
  const std::uint32_t* pack(const Flush& flush);

 private:
  void append(std::string_view text);

  std::string control_;
  std::vector<std::uint32_t> words_;
};

}  // namespace switchboard
