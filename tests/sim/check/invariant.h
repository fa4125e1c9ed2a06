#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace switchboard::sim {

/// What must hold after every step, whatever the server and the application do.
enum class Invariant : unsigned char {
  SubscriptionKnown,  ///< Every subscription has a status and is in the registry, once, under its key.
  LiveWithinBound,    ///< Every subscribed key that the server can serve is live a while after all is well again.
  StaysLive,          ///< And stays so while all is well.
  PoisonReported,     ///< A key that the server can't serve is parked, with the server's words.
  OneLiveBinding,     ///< No two channels are live for one key, but for the overlap of a handover.
  JoinRate,           ///< Never more joins in a second than allowed.
  ConnectRate,        ///< Never more sockets opened in a while than the backoff allows.
  WaitsFollowPolicy,  ///< No connection waits longer than docs/reconnecting.md allows, or less than a limit asks for.
  ChannelLimit,       ///< Never more channels on a socket than the server takes.
  SilentAfterEnd,     ///< No delivery, notice or status for a subscription that has ended; nothing after dispose.
  LegalTransitions,   ///< Connections are published in states that follow from one another.
  PublishedIsTrue,    ///< What was published last is what the client holds.
  NoticesAgree,       ///< Who was notified of SUBSCRIBED last is live; who is no longer live has been notified.
  GapsAgree,          ///< Whoever is no longer live has an open gap; whoever is live has none but a silent pulse's.
  HonestByWire,       ///< Live only with a channel that was announced live, and has not ended, on the wire.
  HonestByServer,     ///< Live only while the server serves the key, or for as long as it takes to find out.
  OnceAndInOrder,     ///< No change comes twice or after a later one.
  NothingLost,        ///< What the server sent while a key was live and stayed live has come.
  SilentLossesReported,  ///< What the server loses in silence lies in a gap once the pulse has shown that beats were
                         ///< lost.
  LossesInGaps,  ///< What never came was committed between the ends of a gap that was reported to its subscriber.
  NumbersExact,  ///< What a live subscription to a tracked table got is what was committed, once and in order, or
                 ///< lies in a gap with exact numbers.
  NumberedGapsAllowed,  ///< It is told no gap, and does not leave the broadcast road, without a cause.
  OnlyWhatWasAsked,     ///< Deliveries match the subscription.
  TokenInJoin,          ///< With an accessToken callback no join goes out before it has given a token.
  NoSecrets,            ///< No token in a status, notice or log.
  SentOnce,             ///< No push goes out twice, or after it has ended.
  OutcomesAgree,        ///< Every push has one outcome, in time, and it is true; conflated ones have none.
  PresenceTrue,    ///< Who is present, and what is tracked, is what the server has, once it has been quiet for a while.
  RoomBudgets,     ///< Presence calls of a channel, broadcasts of a client and conflated pushes keep to their rates.
  Bounded,         ///< Deadlines, channels, sockets and keys in proportion to what is subscribed.
  MemoryReturned,  ///< After dispose: no deadline, no timer, no socket, no channel.
};
std::string_view toString(Invariant invariant);

struct Violation {
  Invariant invariant = Invariant::SubscriptionKnown;
  Duration at{0};
  std::string detail;
};

/// Takes the first violation.
class Violations {
 public:
  void report(Invariant invariant, Duration at, std::string detail) {
    if (!first_) first_ = Violation{invariant, at, std::move(detail)};
  }
  const std::optional<Violation>& first() const { return first_; }

 private:
  std::optional<Violation> first_;
};

}  // namespace switchboard::sim
