#pragma once

#include <cstdint>
#include <string>

#include "base/containers/vector.h"
#include "client.h"

namespace switchboard {

/// A batch as one row of 32-bit words, with pointers to the texts, so that a single call hands it over:
///
///     control text (pointer, bytes; no bytes: none), number of new lists of columns, for each pointer and bytes,
///     number of deliveries, and for each
///     kind, number of subscribers, number of changes, subscriber ids…, text (pointer, bytes; not for Notify)
///
/// Of channels (kinds 4 to 6) several texts follow the ids: 3 for a broadcast, 2 for each change of presence. The last
/// of a broadcast may be in the frame, and not be loaded.
///
/// Kind 3 is Each with a text that is not in the heap, or need not be read there: pointer and bytes are replaced
/// by how many characters of the frame's own text are before and after it.
class BatchEncoder {
 public:
  /// The first word. Valid until the next call or until what the batch points to goes.
  const std::uint32_t* encode(const Batch& batch);
  /// The same for a batch that is nothing but a control text.
  const std::uint32_t* encode(std::string control);

 private:
  void begin(std::string control);
  void append(std::string_view text);

  std::string control_;
  Vector<std::uint32_t> words_;
};

}  // namespace switchboard
