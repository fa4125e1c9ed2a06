#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "check/watched.h"
#include "network/link.h"

namespace switchboard::sim {

/// An entry of a join.
struct WireBinding {
  std::string table;
  std::string text;  ///< of the whole interest
};

/// A channel as far as its client can know of it from what passed over the wire.
struct WireChannel {
  std::string joinRef;
  std::vector<WireBinding> bindings;
  bool accepted = false;
  bool live = false;

  /// Whether the subscription is brought its changes: by a binding of its own, or by that for all events.
  bool carries(const Watched& watched) const;
};

/// What a client ought to know, kept apart from the client: every channel that it has joined and not left, on sockets
/// that it has not let go of.
class WireView {
 public:
  using Place = std::pair<unsigned, std::string>;  ///< socket and topic

  void onSent(Link& link, const Json& frame);
  void onReceived(Link& link, const DownFrame& frame);
  void onEnded(Link& link);

  const std::map<Place, WireChannel>& channels() const { return channels_; }
  const WireChannel* find(const Place& place) const;
  /// Of the live channels.
  std::vector<Place> carriers(const Watched& watched) const;
  /// Whether there are any.
  bool isCarried(const Watched& watched) const;

 private:
  std::map<Place, WireChannel> channels_;
};

}  // namespace switchboard::sim
