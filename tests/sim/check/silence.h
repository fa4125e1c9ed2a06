#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check/invariant.h"
#include "check/watched.h"
#include "check/wire_view.h"
#include "server/sim_server.h"
#include "status/gap.h"

namespace switchboard::sim {

/// Keeps account of what the server loses without a sign, where a pulse vouches for it: whoever it was for has to be
/// notified of a gap that it lies in, by what interrupts next or by the beat that comes after beats that were lost.
class Silence {
 public:
  Silence(EventQueue& events, WatchList& watched, const WireView& wire, Violations& violations)
      : events_(events), watched_(watched), wire_(wire), violations_(violations) {}

  /// The server did not send it; these are the channels on which it should have.
  void onLost(const TableChange& change, const SentOn& channels);
  void onSent(Link& link, const Json& frame);
  /// The client is about to hear it, and the wire's view has.
  void onReceived(Link& link, const DownFrame& frame);
  void onEnded(Link& link);
  void onNewClient();
  /// The subscription is notified.
  void onGap(Watched& watched, const Gap& gap);
  /// After each step: losses before the beats that came in it must have been reported.
  void check();

 private:
  using Place = WireView::Place;
  struct Checkpoint {
    Place place;
    std::string commit;
    bool lost = false;  ///< beats before it never came
  };

  void forget(const Place& place);
  void onBeat(const Place& place, const std::string& text);
  /// The pulse on this socket that was heard since it is live; null when there is none.
  const Place* pulseOn(unsigned link) const;

  EventQueue& events_;
  WatchList& watched_;
  const WireView& wire_;
  Violations& violations_;
  std::map<Place, std::optional<std::uint64_t>> pulses_;  ///< those that are live, and the last beat
  std::vector<Checkpoint> checkpoints_;
};

}  // namespace switchboard::sim
