#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "protocol/changes/change.h"
#include "protocol/join.h"

namespace switchboard {

/// What one subscription asks for, checked and in canonical form. Two specs with equal keys can share a binding.
struct Spec {
  BindingConfig binding;  ///< `event` in capitals; `filter` and `select` as the application wrote them
  std::string key;  ///< schema, table, event, filter and select, free of what makes no difference (order of conditions
                    ///< and columns)
  std::string coverKey;  ///< the key of the same with the event `*`, whose binding delivers all that this one would

  bool wantsAll() const { return key == coverKey; }
  /// Whether a change of this type is asked for. An unreadable type is for everybody.
  bool wants(std::optional<ChangeType> type) const;
};

/// Checks what the application asks for (protocol.md §8.4) and brings it into canonical form. `event` may be in any
/// case; empty means `*`. An empty schema means "public".
Result<Spec> makeSpec(BindingConfig&& binding);

}  // namespace switchboard
