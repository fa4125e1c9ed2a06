#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace switchboard {

/// Whether this build follows numbered changes. The other module of the package is without: they are 18 kB of brotli.
#ifdef SWITCHBOARD_WITHOUT_NUMBERED
constexpr bool kFollowsNumbers = false;
#else
constexpr bool kFollowsNumbers = true;
#endif

/// How the changes of a subscription come.
enum class Road : unsigned char {
  None,             ///< over postgres_changes; its table is not known as tracked, so there is no choice
  PostgresChanges,  ///< the same, of a table that is
  Broadcast,        ///< numbered, over a topic of the table
};
constexpr std::string_view toString(Road road) {
  return road == Road::Broadcast ? "broadcast" : "postgres_changes";
}

/// The road of a subscription, and why it is another than wanted.
struct RoadStatus {
  Road road = Road::None;
  ReasonCode fellBack = ReasonCode::Ok;  ///< Ok: it is as wanted
  std::string message{};                 ///< of `fellBack`, for people

  friend bool operator==(const RoadStatus&, const RoadStatus&) = default;
};

}  // namespace switchboard
