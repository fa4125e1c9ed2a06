#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "application/tampering.h"
#include "check/invariant.h"

namespace switchboard::sim {

/// A way to break a client from outside, and the invariants of which one has to notice.
struct Mutation {
  std::string name;
  std::set<Invariant> noticedBy;
  std::function<Tampering()> make;  ///< again for each world
};

/// At least one for each invariant.
std::vector<Mutation> mutations();

}  // namespace switchboard::sim
