#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/containers/vector.h"
#include "protocol/join.h"
#include "subscription/channels/channel_table.h"

namespace switchboard {

/// Which of several bindings to suspect when the server refused them together, so that the one at fault is soon alone:
/// those that the server's words name (`schema: s, table: t, filters: […]`), or else the first half. Never all of them,
/// never none, if there are two or more.
Vector<std::size_t> suspects(const Vector<BindingConfig>& bindings, std::string_view serverMessage);

/// Sorts keys whose channel was refused as a whole into groups that are joined by themselves, until the one at fault is
/// alone. One bad binding silences all others of its channel (protocol.md §14).
class Bisection {
 public:
  Bisection(Registry& registry, const ChannelTable& channels) : registry_(registry), channels_(channels) {}

  /// One of these bindings is at fault: parts them.
  void split(const Vector<ChannelBinding>& bindings, const Cause& cause);
  /// The key is to have a channel to itself.
  void setApart(KeyEntry& entry) { entry.grouping.group_ = ++lastGroup_; }
  /// Nothing is wrong with the key any more: it may share a channel with any other.
  static void rejoin(KeyEntry& entry) { entry.grouping.group_ = 0; }
  static void setRisky(KeyEntry& entry, bool risky) { entry.grouping.risky_ = risky; }
  /// Whether one of these keys may be to blame although the database's words speak of its own health: it has refused
  /// them time and again while it serves others, or they have never been parted.
  bool mayBeToBlame(const Vector<ChannelBinding>& bindings, const Cause& cause) const;

 private:
  Registry& registry_;
  const ChannelTable& channels_;
  std::uint32_t lastGroup_ = 0;
};

}  // namespace switchboard
