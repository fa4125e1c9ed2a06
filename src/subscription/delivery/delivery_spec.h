#pragma once

#include <cstddef>
#include <string>

#include "base/containers/vector.h"
#include "base/enum_names.h"
#include "base/time.h"

namespace switchboard {

enum class DeliveryMode : unsigned char {
  Each,      ///< every change at once, by itself
  Debounce,  ///< together, once it has been quiet for a while
  Throttle,  ///< the first at once, then together, at most once in a while
  Batch,     ///< together, a while after the first
  Latest,    ///< like Batch, but each row only as it is in the end
};

inline constexpr EnumNames<DeliveryMode, 5> kDeliveryModes({
    {DeliveryMode::Each, "each"},
    {DeliveryMode::Debounce, "debounce"},
    {DeliveryMode::Throttle, "throttle"},
    {DeliveryMode::Batch, "batch"},
    {DeliveryMode::Latest, "latest"},
});

/// How the changes of one subscription are handed over. When they are is up to WindowSchedule, what is held until then
/// to HeldChanges.
struct DeliverySpec {
  DeliveryMode mode = DeliveryMode::Each;
  bool payload = true;       ///< false: only that, and how often, something changed
  Duration wait{0};          ///< Debounce: the quiet; else the length of the window, 0: until `max` are there
  Duration maxWait{0};       ///< Debounce: the longest that the first change may wait; 0: no bound
  bool leading = false;      ///< Debounce, Batch, Latest: the first change after a quiet time is handed over at once
  std::size_t max = 0;       ///< Batch, Latest: hands over as soon as this many are there; 0: no bound
  Vector<std::string> key;   ///< Latest: the columns that distinguish rows
  bool keepDeletes = false;  ///< Latest: a row that came and went is a DELETE, not nothing

  friend bool operator==(const DeliverySpec&, const DeliverySpec&) = default;
};

/// Calls `read(name, field)` for each field that is an option, with its public name.
template <class Read>
void readOptions(DeliverySpec& spec, const Read& read) {
  read("payload", spec.payload);
  read("leading", spec.leading);
  read("keepDeletes", spec.keepDeletes);
  read("waitMs", spec.wait);
  read("everyMs", spec.wait);
  read("maxWaitMs", spec.maxWait);
  read("max", spec.max);
  read("key", spec.key);
}

}  // namespace switchboard
