#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/containers/vector.h"
#include "base/ids.h"
#include "subscription/interest/spec.h"

namespace switchboard {

/// A table whose changes the database numbers.
struct TrackedTable {
  std::string schema;
  std::string table;
  std::string topic;  ///< the name of its topics
  std::string by;     ///< the column by which it has topics; empty: it has one
};

struct NumberedTopicsOptions {
  Vector<TrackedTable> tables;
  bool hasRpc = true;  ///< the function that gives missing messages can be called
};

/// Null when it is none of them.
const TrackedTable* findTable(const BindingConfig& binding, const Vector<TrackedTable>& tables);

/// The column by which the database tracks the table, empty when without one. `tables`: those that share a name, as in
/// `ChangesAnswer`. Nothing when it is none of them.
std::optional<std::string> columnOf(std::string_view tables, const BindingConfig& binding);

/// Chooses the road of a subscription: sets `topic`, `road` and `roadOptions` of the spec, and makes its key one of
/// this choice; one that continues somewhere shares its key with no other. Nothing changes for tables that are not
/// tracked.
#ifndef SWITCHBOARD_WITHOUT_NUMBERED
void chooseRoad(Spec& spec, SubscriptionId id, RoadOptions wanted, const NumberedTopicsOptions& options);
#else
inline void chooseRoad(Spec& /*spec*/, SubscriptionId /*id*/, const RoadOptions& /*wanted*/,
                       const NumberedTopicsOptions& /*options*/) {}
#endif

}  // namespace switchboard
