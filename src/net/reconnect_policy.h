#pragma once

#include "base/time.h"
#include "platform/random.h"

namespace switchboard {

struct ReconnectOptions {
  Duration base{500};          ///< longest first wait after a lost connection
  Duration cap{20'000};        ///< longest wait while the page is visible
  Duration hiddenCap{30'000};  ///< longest wait while the page is hidden
  Duration slowBase{15'000};   ///< shortest wait after a rate limit
  Duration slowCap{60'000};    ///< longest random time that is added to it
  unsigned quickReconnects = 4;
  Duration quickEarnedBy{1'000};          ///< time live that earns back one quick reconnect
  Duration reconnectSoonJitter{150};      ///< largest random delay of an attempt by `reconnectSoon`
  Duration reconnectSoonInterval{1'000};  ///< least time between an attempt and the next by `reconnectSoon`
  Duration offlineProbe{30'000};          ///< time between attempts while the runtime reports offline
};

/// How long a connection waits before it tries again: docs/reconnecting.md is the description. Knows no
/// clock; each wait follows from how the last socket ended, how long it had been live and how long the outage lasts.
class ReconnectPolicy {
 public:
  ReconnectPolicy(const ReconnectOptions& options, Random& random) : options_(options), random_(random) {}

  /// An outage begins now: a socket is needed and there is none.
  void begin(TimePoint now);
  /// A frame arrived: the outage is over.
  void onLive() { attempts_ = 0; }
  /// A socket that had been live for this long was closed on purpose, not lost.
  void earn(Duration live);
  /// The wait after an open socket was lost. `live`: since its first frame; nothing when there was none.
  Duration afterLoss(TimePoint now, Duration live, bool hidden);
  /// The wait after a handshake failed.
  Duration afterFailure(TimePoint now, bool hidden);
  /// The wait after a failure that a soon attempt would repeat: a limit of the server, a wrong api key. `live`: how
  /// long the socket had been live before.
  Duration afterRefusal(TimePoint now, Duration live);
  /// A reconnect on demand: no wait.
  void onDemand(TimePoint now);
  /// A sign that the network works again (online, page shown) brings the next attempt forward. While quick reconnects
  /// are left it takes one, and the waits grow from the start again.
  void onReconnectSoon(TimePoint now);
  /// The earliest time of such an attempt. `lastAttempt`: when the last one began.
  TimePoint reconnectSoonAt(TimePoint now, TimePoint lastAttempt);

  /// Attempts of this outage, including the next one; 0 while the connection is live.
  unsigned attempts() const { return attempts_; }

 private:
  void endLive(TimePoint now, Duration live);
  Duration cap(bool hidden) const { return hidden ? options_.hiddenCap : options_.cap; }
  /// How many more quick reconnects were used than were available.
  unsigned overdrawn() const;

  const ReconnectOptions& options_;
  Random& random_;
  TimePoint outageSince_{};
  Duration owed_{0};  ///< live time that would earn back all used quick reconnects
  unsigned attempts_ = 0;
  unsigned refusals_ = 0;  ///< in a row
};

}  // namespace switchboard
