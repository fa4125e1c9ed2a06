#pragma once

#include <array>
#include <string>

#include "server/tables.h"
#include "world/sim_random.h"

namespace switchboard::sim {

/// Some table, event, filter and select; few enough that applications ask for the same again. Seldom one that the
/// server can't serve.
inline Interest anyInterest(SimRandom& random) {
  static const std::array<std::string, 4> kTables = {"bookings", "clients", "payments", "staff"};
  static const std::array<std::string, 3> kEvents = {"INSERT", "UPDATE", "DELETE"};
  static const std::array<std::string, 4> kFilters = {"owner=eq.1", "owner=eq.2", "owner=eq.1,kind=eq.1",
                                                      "kind=eq.1,owner=eq.1"};
  Interest interest;
  interest.event = random.chance(60) ? "*" : random.pick(kEvents);
  interest.table = random.pick(kTables);
  const auto sort = random.below(100);
  if (sort < 45) interest.filter = random.pick(kFilters);
  if (sort >= 45 && sort < 52) interest.select = {"owner", "seq"};
  if (sort >= 52 && sort < 54) interest.table = "*";
  if (sort >= 92 && sort < 97) interest.table = random.chance(50) ? "missing1" : "missing2";
  if (sort >= 97) interest.filter = "nosuch=eq.1";
  return interest;
}

}  // namespace switchboard::sim
