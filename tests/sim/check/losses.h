#pragma once

#include <map>
#include <optional>
#include <vector>

#include "check/invariant.h"
#include "check/watched.h"
#include "check/wire_view.h"
#include "status/gap.h"
#include "world/machine.h"

namespace switchboard::sim {

/// Keeps account of what a subscription has missed since it was first live: each change that never came was committed
/// within a gap that was reported to it, to the millisecond.
class Losses {
 public:
  Losses(EventQueue& events, const Machine& machine, WatchList& watched, const WireView& wire, Violations& violations)
      : events_(events), machine_(machine), watched_(watched), wire_(wire), violations_(violations) {}

  void onNewClient();
  void onSent(Link& link, const Json& frame);
  /// A change with its commit time was handed over: from now on the client knows what the database's clock shows.
  void onStamp() { knowsDatabase_ = true; }
  /// The client is about to hear it.
  void onReceived(Link& link, const DownFrame& frame);
  /// The server has read it from its log, and sent it wherever it could.
  void onDispatch(const TableChange& change);
  static void onDelivery(Watched& watched, std::uint64_t seq);
  void onLive(Watched& watched) const;
  void onGap(Watched& watched, const Gap& gap) const;
  /// Whether anything that will not come any more lies in no gap.
  void check();

 private:
  /// How far the client's times may be off. They are the database's, which are right, once it has seen one of those;
  /// before, they are those of its own calendar, now or as it was when something happened.
  Duration error() const { return knowsDatabase_ ? Duration{0} : machine_.wallError(); }
  void judge(unsigned id, Watched& watched);
  void onAnnouncement(const WireView::Place& place, const std::optional<LossSpan>& ended);
  void onUnannounced(const WireView::Place& place, const LossSpan& span);
  bool takeAnswered(const WireView::Place& place);

  EventQueue& events_;
  const Machine& machine_;
  WatchList& watched_;
  const WireView& wire_;
  Violations& violations_;
  bool knowsDatabase_ = false;
  std::map<WireView::Place, std::vector<TimePoint>> tokens_;  ///< when channels were sent those that are not answered
};

}  // namespace switchboard::sim
