#pragma once

#include <optional>

#include "net/connection.h"

namespace switchboard {

struct ReachOptions {
  unsigned failures = 2;      ///< after which a socket is out of reach
  Duration patience{10'000};  ///< after which it is if it was waited for so long
};

/// Whether a socket can be had, for channels that could do with another one. It is out of reach once it failed twice or
/// was waited for too long, until it opens or nobody wants it any more.
class Reach {
 public:
  explicit Reach(const ReachOptions& options) : options_(options) {}

  /// The connection's state may have changed.
  void follow(ConnectionState state, TimePoint now) {
    if (state == state_) return;
    state_ = state;
    if (state == ConnectionState::Backoff) ++failures_;
    const bool wanted = state == ConnectionState::Connecting || state == ConnectionState::Backoff;
    if (!wanted) {
      since_.reset();
    } else if (!since_) {
      since_ = now;
    }
    if (state == ConnectionState::Idle) failures_ = 0;
  }
  /// Something on it went live. That it opens is not enough: a server may accept sockets and drop them.
  void confirm() { failures_ = 0; }

  bool hasFailed() const { return failures_ > 0; }
  bool isOut(TimePoint now) const {
    return state_ != ConnectionState::Open &&
           (failures_ >= options_.failures || (since_ && now - *since_ >= options_.patience));
  }
  /// When it will be out of reach if nothing happens. Nothing when it is not being waited for, or out already.
  std::optional<TimePoint> outAt(TimePoint now) const {
    if (!since_ || isOut(now)) return std::nullopt;
    return *since_ + options_.patience;
  }

 private:
  ReachOptions options_;
  ConnectionState state_ = ConnectionState::Idle;
  std::optional<TimePoint> since_;
  unsigned failures_ = 0;
};

}  // namespace switchboard
