#pragma once

#include "base/time.h"
#include "platform/random.h"

namespace switchboard {

struct ReconnectOptions {
  Duration base{500};          ///< most that the first wait after a lost line takes
  Duration cap{20'000};        ///< longest wait while the page is visible
  Duration hiddenCap{30'000};  ///< the same while nobody looks at the page
  Duration slowBase{15'000};   ///< least wait after a rate limit
  Duration slowCap{60'000};    ///< most that is drawn on top of that
  unsigned quickReconnects = 4;
  Duration quickEarnedBy{1'000};          ///< time live that earns back one quick reconnect
  Duration reconnectSoonJitter{150};      ///< largest random delay of an attempt by `reconnectSoon`
  Duration reconnectSoonInterval{1'000};  ///< least time between an attempt and the next by `reconnectSoon`
  Duration offlineProbe{30'000};          ///< pace of attempts while the runtime claims to be offline
};

/// How long a connection waits before it tries again: docs/reconnecting.md is the description. Knows no
/// clock; each wait follows from how the last socket ended, how long it had been live and how long the outage lasts.
class ReconnectPolicy {
 public:
  ReconnectPolicy(const ReconnectOptions& options, Random& random) : options_(options), random_(random) {}

  /// An outage begins now: a socket is wanted where there was none.
  void begin(TimePoint now);
  /// A frame came in: the outage is over.
  void onLive() { attempts_ = 0; }
  /// A socket that had been live for so long was let go of, not lost.
  void earn(Duration live);
  /// The wait after an open socket was lost. `live`: since its first frame; nothing when there was none.
  Duration afterLoss(TimePoint now, Duration live, bool hidden);
  /// The wait after a handshake failed.
  Duration afterFailure(TimePoint now, bool hidden);
  /// The wait after a failure that another attempt soon would not change: a limit of the server, an api key at fault.
  /// `live`: how long the socket had been before.
  Duration afterRefusal(TimePoint now, Duration live);
  /// No wait at all, because somebody asked for it.
  void onDemand(TimePoint now);
  /// A sign that the network works again (online, page shown) brings the next attempt forward. While quick reconnects
  /// are left it takes one, and the waits grow from the start again.
  void onReconnectSoon(TimePoint now);
  /// The earliest time of such an attempt. `lastAttempt`: when the last one began.
  TimePoint reconnectSoonAt(TimePoint now, TimePoint lastAttempt);

  /// Attempts that this outage has taken, the coming one included; 0 while the line is live.
  unsigned attempts() const { return attempts_; }

 private:
  void endLive(TimePoint now, Duration live);
  Duration cap(bool hidden) const { return hidden ? options_.hiddenCap : options_.cap; }
  /// How many quick reconnects were used beyond those at hand.
  unsigned overdrawn() const;

  const ReconnectOptions& options_;
  Random& random_;
  TimePoint outageSince_{};
  Duration owed_{0};  ///< time live that would earn back all quick reconnects
  unsigned attempts_ = 0;
  unsigned refusals_ = 0;  ///< in a row
};

}  // namespace switchboard
