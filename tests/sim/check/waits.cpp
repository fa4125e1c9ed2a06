#include "check/waits.h"

#include <algorithm>
#include <chrono>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// The wait that is always allowed.
constexpr Duration kAlways = 250ms;

/// Of quick reconnects more than these it makes no difference how many were used beyond those at hand.
constexpr unsigned kMostBeyond = 6;

std::string textOf(Duration span) {
  return std::to_string(span.count()) + " ms";
}

}  // namespace

void Waits::onNewClient() {
  lines_.clear();
  limitedUntil_ = {};
  refused_ = 0;
  online_ = true;
  hidden_ = false;
}

void Waits::onNetwork(bool online) {
  online_ = online;
  if (online) onHope();
  for (auto& [id, line] : lines_) line.reconnectsSoon = online && line.state == ConnectionState::Backoff;
}

/// No reason to doubt a limit. It takes a quick reconnect, if there is one.
void Waits::onHope() {
  for (auto& [id, line] : lines_) {
    line.hopeful = true;
    if (line.owed + options_.quickEarnedBy <= options_.quickEarnedBy * options_.quickReconnects) spend(line);
  }
}

void Waits::onOrder() {
  limitedUntil_ = {};
  for (auto& [id, line] : lines_) line.ordered = true;
}

/// A limit that is met while the runtime says that it is offline holds as well, but is not the published reason.
void Waits::onReceived(const Link& link, const DownFrame& frame) {
  if (frame.mark == Mark::JoinRefused && frame.text.find("JoinRateLimitReached") != std::string::npos) {
    refused_ = link.id();
  }
  const bool limits = frame.kind == DownFrame::Kind::Close && frame.code == 1001 && refused_ == link.id();
  if (limits && !online_) limitedUntil_ = machine_.now() + options_.slowBase + options_.slowCap;
}

/// First those that were open: a limit that one of them meets holds for the others in the same turn.
void Waits::onStep(const Client& client) {
  for (const bool wasOpen : {true, false}) {
    client.pool().forEach([&](const Multiplexer& socket) {
      Line& line = lines_[socket.connection().id().value];
      if ((line.state == ConnectionState::Open) == wasOpen) observe(line, socket.connection());
    });
  }
}

void Waits::observe(Line& line, const Connection& connection) {
  const ReasonCode code = connection.cause().code;
  if (connection.state() != line.state || code != line.code) onChange(line, connection);
  if (connection.isOpen() && connection.lastInboundAt() > line.since) {
    line.lastFrameAt = connection.lastInboundAt();
    if (!line.live) line.firstFrameAt = line.lastFrameAt;
    line.live = true;
  }
  if (connection.state() != ConnectionState::Backoff) return;
  if (online_ && code == ReasonCode::Offline) fail(connection, "is said to be offline after `online`");
  const TimePoint retryAt = machine_.now() + (*connection.nextRetryAt() - machine_.wallNow());
  const bool isLater = retryAt > line.retryAt;
  if (retryAt < line.retryAt) spend(line);  // it has noticed a sleep by itself, which is evidence
  line.retryAt = retryAt;
  if (isLater || line.reconnectsSoon) checkWait(line, connection);
  line.reconnectsSoon = false;
}

void Waits::onChange(Line& line, const Connection& connection) {
  const auto from = std::exchange(line.state, connection.state());
  const TimePoint now = machine_.now();
  if (from != line.state) line.reconnectsSoon = false;
  if (from == ConnectionState::Idle) line.outageSince = now;
  if (from == ConnectionState::Open && line.state != from) onLoss(line);
  if (from == ConnectionState::Connecting) line.lost = false;
  if (line.state == ConnectionState::Connecting) {
    if (from == ConnectionState::Backoff && now < line.notBefore && !line.ordered) {
      fail(connection, "tries " + textOf(line.notBefore - now) + " too early");
    }
    line.ordered = line.hopeful = false;
  }
  line.code = connection.cause().code;
  line.since = now;
  line.retryAt = line.notBefore = {};
  if (line.state == ConnectionState::Backoff) onWait(line, connection, from);
}

/// A wait begins, or has another reason from now on.
void Waits::onWait(Line& line, const Connection& connection, ConnectionState from) {
  const TimePoint now = machine_.now();
  const Duration wait = *connection.nextRetryAt() - machine_.wallNow();
  const bool isOffline = line.code == ReasonCode::Offline;
  if (from != ConnectionState::Open && from != ConnectionState::Connecting) return;
  if (isOffline && !line.ordered && !line.hopeful && wait < options_.offlineProbe) {
    fail(connection, "waits for a network for " + textOf(wait) + " only");
  }
  if (isOffline || connection.cause().retry != Retry::Slow) return;
  line.notBefore = now + wait;
  const bool hasBegun = now < limitedUntil_;  // it is the rest of one
  if (line.code == ReasonCode::RateLimited) limitedUntil_ = std::max(limitedUntil_, line.notBefore);
  const bool isFirst = lines_.size() == 1 && wait > Duration{0} && !line.ordered;
  if (wait < options_.slowBase && isFirst && !hasBegun) fail(connection, "waits for " + textOf(wait) + " only");
  if (wait > options_.slowBase + options_.slowCap) fail(connection, "waits for " + textOf(wait));
}

void Waits::onLoss(Line& line) {
  line.lost = true;
  line.owed = std::max(Duration{0}, line.owed - (line.live ? line.lastFrameAt - line.firstFrameAt : Duration{0}));
  spend(line);
  if (line.live) line.outageSince = machine_.now();
  line.live = false;
}

void Waits::spend(Line& line) const {
  line.owed = std::min(line.owed, options_.quickEarnedBy * (options_.quickReconnects + kMostBeyond - 1)) +
              options_.quickEarnedBy;
}

void Waits::checkWait(const Line& line, const Connection& connection) {
  const Duration wait = line.retryAt - machine_.now();
  const Duration longest = longestWait(line, connection);
  if (wait <= longest) return;
  fail(connection, "waits " + textOf(wait) + ", and not " + textOf(longest) + " at most, in an outage of " +
                       textOf(machine_.now() - line.outageSince) + ", " + textOf(line.owed) + " from quick reconnects");
}

Duration Waits::longestWait(const Line& line, const Connection& connection) const {
  return std::max(limitedUntil_ - machine_.now(), longestOfPolicy(line, connection));
}

Duration Waits::longestOfPolicy(const Line& line, const Connection& connection) const {
  const ReasonCode code = connection.cause().code;
  if (code == ReasonCode::Offline) return options_.offlineProbe;
  if (connection.cause().retry == Retry::Slow && code != ReasonCode::RateLimited)
    return options_.slowBase + options_.slowCap;
  if (line.reconnectsSoon) return options_.reconnectSoonInterval + options_.reconnectSoonJitter;
  const Duration cap = hidden_ ? options_.hiddenCap : options_.cap;
  // One more than was seen: a timer that comes late passes for a sleep, which is evidence too.
  const Duration beyond = line.owed + options_.quickEarnedBy - options_.quickEarnedBy * options_.quickReconnects;
  if (!line.lost) return std::min(cap, std::max(kAlways, (machine_.now() - line.outageSince) / 2));
  if (beyond <= Duration{0}) return options_.base;
  const auto doublings = std::min<std::int64_t>(10, (beyond + options_.quickEarnedBy - 1ms) / options_.quickEarnedBy);
  return std::min(cap, options_.base * (std::int64_t{2} << doublings));
}

void Waits::fail(const Connection& connection, const std::string& what) {
  violations_.report(
      Invariant::WaitsFollowPolicy, events_.now(),
      "connection " + std::to_string(connection.id().value) + " " + what + ": " + connection.cause().message);
}

}  // namespace switchboard::sim
