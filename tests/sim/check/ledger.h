#pragma once

#include <map>
#include <string_view>

#include "check/invariant.h"
#include "check/watched.h"
#include "check/wire_view.h"
#include "server/sim_server.h"
#include "world/machine.h"

namespace switchboard::sim {

/// Keeps account of each change: to whom it is owed, and that it comes once, in order, to those who asked for it.
class Ledger {
 public:
  Ledger(EventQueue& events, const Machine& machine, WatchList& watched, const WireView& wire, Violations& violations)
      : events_(events), machine_(machine), watched_(watched), wire_(wire), violations_(violations) {}

  /// The server sent it on these channels. It is owed to whoever is live and gets its changes from them.
  void onDispatch(const TableChange& change, const SentOn& sentOn);
  /// The client hands it to a subscription.
  void onDelivery(unsigned id, std::string_view payload);
  /// The subscription is not live any more, or it never mattered: what was owed may be lost.
  static void forgive(Watched& watched) { watched.debts.clear(); }
  /// Whether anything is overdue.
  void check();

 private:
  void onChange(unsigned id, std::uint64_t seq);

  EventQueue& events_;
  const Machine& machine_;
  WatchList& watched_;
  const WireView& wire_;
  Violations& violations_;
  std::map<std::uint64_t, TableChange> changes_;
};

}  // namespace switchboard::sim
