#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "protocol/changes/change.h"
#include "protocol/join.h"
#include "status/road.h"

namespace switchboard {

/// How a subscription wants the changes of a table that numbers them.
struct RoadOptions {
  /// Nothing: over broadcasts, where that can be.
  std::optional<Road> via{};
  enum class Leaving : unsigned char {
    Delete,  ///< as a DELETE
    Update,  ///< as the UPDATE that it is
    Both,    ///< as a DELETE that has the new row, too
  };
  /// How a row that leaves the filter arrives.
  Leaving leaving = Leaving::Delete;
  /// Continue after this number.
  struct From {
    std::string epoch;  ///< empty: the current one
    std::uint64_t number = 0;
  };
  std::optional<From> from{};
};

/// What one subscription asks for, checked and in canonical form. Two specs with equal keys can share a binding.
struct Spec {
  BindingConfig binding;  ///< `event` in capitals; `filter` and `select` as the application wrote them
  std::string key;  ///< schema, table, event, filter and select, free of what makes no difference (order of conditions
                    ///< and columns)
  std::string coverKey;  ///< the key of the same with the event `*`, whose binding delivers all that this one would
  std::string topic;     ///< of numbered changes, without its prefix; empty: not for the broadcast road
  RoadStatus road;       ///< at first
  RoadOptions roadOptions;

  bool wantsAll() const { return key == coverKey; }
  /// Whether a change of this type is asked for. An unreadable type is for everybody.
  bool wants(std::optional<ChangeType> type) const;
};

/// Checks what the application asks for (protocol.md §8.4) and brings it into canonical form. `event` may be in any
/// case; empty means `*`. An empty schema means "public".
Result<Spec> makeSpec(BindingConfig&& binding);

}  // namespace switchboard
