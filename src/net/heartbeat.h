#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "timing/context.h"

namespace switchboard {

struct HeartbeatOptions {
  Duration idle{15'000};       ///< a heartbeat is sent after this long without an inbound frame
  Duration timeout{10'000};    ///< any frame must then arrive within this time
  Duration keepAlive{25'000};  ///< one is sent at least this often: the server closes a socket that has sent nothing
                               ///< for 60 s, however much it receives (protocol.md §1.3)
};

class HeartbeatDelegate {
 public:
  /// Sends a heartbeat and returns its ref.
  virtual std::string sendHeartbeat() = 0;
  /// How much longer than usual a reply may take now: the server answers nothing while it refuses a join (protocol.md
  /// §3.2).
  virtual Duration stallAllowance() const = 0;
  /// The peer does not respond although the socket looks open. The heartbeat has stopped.
  virtual void onHalfOpen() = 0;
  virtual void onRoundTrip(Duration roundTrip) = 0;

 protected:
  ~HeartbeatDelegate() = default;
};

/// Detects that a socket is half-open. Any inbound frame shows that it is not.
class Heartbeat {
 public:
  Heartbeat(Context& context, const HeartbeatOptions& options, HeartbeatDelegate& delegate);

  void start();
  void stop();
  bool running() const { return silence_.isSet() || answer_.isSet(); }
  void onInbound();
  /// A reply on the topic "phoenix". False when no heartbeat with this ref is pending.
  bool onReply(std::string_view ref);
  TimePoint lastInboundAt() const { return lastIn_; }
  /// Sends a heartbeat now instead of after the idle time, because the socket is suspect. Does nothing while an answer
  /// is awaited.
  void probe();

 private:
  TimePoint nextProbeAt() const;
  void onSilence();
  void onUnanswered();

  Context& context_;
  const HeartbeatOptions& options_;
  HeartbeatDelegate& delegate_;
  Deadline silence_;
  Deadline answer_;
  TimePoint lastIn_{};
  TimePoint sentAt_{};
  std::string pendingRef_;
};

}  // namespace switchboard
