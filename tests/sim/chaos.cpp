#include "chaos.h"

#include <array>
#include <chrono>
#include <string>

namespace switchboard::sim {

using namespace std::chrono_literals;

void Chaos::strike() {
  ++faults_;
  world_.checks.disturb();
  switch (world_.random.chance(70) ? emphasis_ : Emphasis::Everything) {
    case Emphasis::Everything:
      strikeAny();
      break;
    case Emphasis::Sockets:
      if (auto* socket = world_.server.anySocket()) hitSocket(*socket);
      break;
    case Emphasis::Channels:
      if (const auto [socket, topic] = world_.server.anyChannel(); socket != nullptr) hitChannel(*socket, topic);
      break;
    case Emphasis::Server:
      disturbServer();
      break;
    case Emphasis::Stalls:
      stall();
      break;
    case Emphasis::Database:
      disturbDatabase();
      break;
    case Emphasis::Cuts:
      cutAgainAndAgain();
      break;
  }
}

/// Lines that are cut soon after they have come back.
void Chaos::cutAgainAndAgain() {
  Duration at{0};
  for (unsigned i = world_.random.between(2u, 12u); i > 0; --i) {
    world_.events.after(at, [this, heals = heals_] {
      if (heals != heals_) return;
      world_.checks.disturb();
      for (const auto& link : world_.network.links()) link->cut();
    });
    at += world_.random.between(Duration{300}, Duration{3'500});
  }
}

/// It is read-only, has no connection to spare, restarts or fails over. A restart takes down what is subscribed to.
void Chaos::disturbDatabase() {
  constexpr std::array kSeverities = {"ERROR", "FATAL", "PANIC", "FEHLER"};
  constexpr std::array kErrors = {
      "08006 (connection_failure) server closed the connection unexpectedly",
      "0A000 (feature_not_supported) cannot execute this on a standby",
      "25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction",
      "26000 (invalid_sql_statement_name) prepared statement \"ecto_1\" does not exist",
      "3D000 (invalid_catalog_name) database \"postgres\" does not exist",
      "40001 (serialization_failure) could not serialize access due to concurrent update",
      "40P01 (deadlock_detected) deadlock detected",
      "53100 (disk_full) could not extend file \"base/5/16384\": No space left on device",
      "53300 (too_many_connections) sorry, too many clients already",
      "55006 (object_in_use) replication slot \"supabase_realtime\" is active for PID 4711",
      "55P03 (lock_not_available) canceling statement due to lock timeout",
      "57014 (query_canceled) canceling statement due to statement timeout",
      "57P01 (admin_shutdown) terminating connection due to administrator command",
      "57P03 (cannot_connect_now) the database system is starting up",
      "58030 (io_error) could not read block 7 in file \"base/5/16384\"",
      "XX000 (internal_error) cache lookup failed for relation 16384",
  };
  Mood& mood = world_.server.mood;
  const Duration span = world_.random.between(Duration{1s}, Duration{60s});
  mood.databaseError = std::string(world_.random.pick(kSeverities)) + ' ' + world_.random.pick(kErrors);
  world_.trace.add(world_.events.now(), "database", *mood.databaseError, span);
  endAfter(span, [](Mood& m) { m.databaseError.reset(); });
  if (world_.random.chance(50)) resubscribeAll();
}

void Chaos::resubscribeAll() {
  for (auto* each : world_.server.sockets()) {
    for (const auto& [name, channel] : each->channels()) each->resubscribe(name, true);
  }
}

/// The two ways in which a socket stops for a while although nothing is wrong with it.
void Chaos::stall() {
  if (world_.random.chance(50)) {
    refuseJoins();
    world_.server.mood.refusePercent = 30;
  } else if (auto* socket = world_.server.anySocket()) {
    socket->freeze(world_.random.between(Duration{1s}, Duration{20s}));
  }
}

void Chaos::loseOrBreak() {
  ++faults_;
  world_.checks.disturb();
  auto* const socket = world_.server.anySocket();
  if (socket != nullptr && world_.random.chance(40)) {
    socket->link().cut();
  } else {
    lose(world_.random.between(Duration{1s}, Duration{20s}));
  }
}

void Chaos::lose(Duration span) {
  Mood& mood = world_.server.mood;
  mood.losesPercent = world_.random.chance(50) ? 100 : world_.random.between(10u, 70u);
  world_.trace.add(world_.events.now(), "loses", mood.losesPercent, span);
  endAfter(span, [](Mood& m) { m.losesPercent = 0; });
}

void Chaos::strikeAny() {
  const auto what = world_.random.below(100);
  if (what < 30) {
    if (auto* socket = world_.server.anySocket()) hitSocket(*socket);
  } else if (what < 55) {
    const auto [socket, topic] = world_.server.anyChannel();
    if (socket != nullptr) hitChannel(*socket, topic);
  } else if (what < 65) {
    if (auto* socket = world_.server.anySocket()) sendNonsense(*socket);
  } else if (what < 92) {
    disturbServer();
  } else {
    world_.trace.add(world_.events.now(), "latency");
    world_.weather.latency = world_.random.between(Duration{5ms}, Duration{world_.random.chance(80) ? 300ms : 4s});
    world_.weather.jitter = world_.random.between(Duration{0}, world_.weather.latency);
  }
}

void Chaos::heal() {
  ++heals_;
  world_.trace.add(world_.events.now(), "heal");
  world_.server.mood = {};
  world_.weather.latency = 20ms;
  world_.weather.jitter = 10ms;
  world_.application.takeNetwork(false);
}

void Chaos::endAfter(Duration span, void (*undo)(Mood&)) {
  world_.events.after(span, [this, undo, heals = heals_] {
    if (heals != heals_) return;
    world_.checks.disturb();
    undo(world_.server.mood);
  });
}

void Chaos::hitSocket(ServerSocket& socket) {
  switch (world_.random.below(7)) {
    case 0:
      socket.link().cut();
      break;
    case 1: {
      constexpr std::array kCodes = {1000, 1001, 1009, 1011, 1012, 4000};
      socket.close(world_.random.pick(kCodes));
      break;
    }
    case 2:
      socket.link().goHalfOpen(true, true);
      break;
    case 3: {
      const bool up = world_.random.chance(50);
      socket.link().goHalfOpen(up, !up);
      break;
    }
    case 4:
      socket.freeze(world_.random.between(Duration{1s}, Duration{40s}));
      break;
    case 5:
      for (const auto& link : world_.network.links()) link->cut();
      break;
    case 6:
      cutAgainAndAgain();
      break;
  }
}

/// The texts are those of protocol.md §12.3.
void Chaos::hitChannel(ServerSocket& socket, const std::string& topic) {
  constexpr std::array kShutdowns = {
      "Token has expired 2 seconds ago",
      "The token provided is not a valid JWT",
      "You no longer have permission to read from this Channel topic: nobody knows why",
      "Realtime was unable to connect to the project database",
      "Query was cancelled, please try again",
      "Node request timeout",
      "Too many messages per second",
      "Client presence rate limit exceeded",
  };
  switch (world_.random.below(6)) {
    case 0:
    case 1:
      socket.shutDown(topic, world_.random.pick(kShutdowns));
      break;
    case 2:
      socket.crash(topic);
      break;
    case 3:
      socket.closeChannel(topic);
      break;
    case 4:
      world_.trace.add(world_.events.now(), "publication changed");
      resubscribeAll();
      break;
    case 5:
      socket.resubscribe(topic, false);
      break;
  }
}

void Chaos::disturbServer() {
  Mood& mood = world_.server.mood;
  const Duration span = world_.random.between(Duration{1s}, Duration{world_.random.chance(80) ? 20s : 60s});
  switch (world_.random.below(10)) {
    case 0:
      world_.trace.add(world_.events.now(), "restart", span);
      world_.server.restart();
      mood.handshakes = world_.random.chance(50) ? Mood::Handshakes::RefuseAtOnce : Mood::Handshakes::RefuseSlowly;
      endAfter(span, [](Mood& m) { m.handshakes = Mood::Handshakes::Accept; });
      break;
    case 1: {
      constexpr std::array kHandshakes = {Mood::Handshakes::RefuseAtOnce, Mood::Handshakes::RefuseSlowly,
                                          Mood::Handshakes::Hang, Mood::Handshakes::AcceptSlowly,
                                          Mood::Handshakes::AcceptAndClose};
      mood.handshakes = world_.random.pick(kHandshakes);
      world_.trace.add(world_.events.now(), "handshakes", static_cast<int>(mood.handshakes), span);
      endAfter(span, [](Mood& m) { m.handshakes = Mood::Handshakes::Accept; });
      break;
    }
    case 2:
      refuseJoins();
      endAfter(span, [](Mood& m) { m.joinRefusal.reset(); });
      break;
    case 3:
      world_.trace.add(world_.events.now(), "rate limit", span);
      mood.rateLimited = true;
      endAfter(span, [](Mood& m) { m.rateLimited = false; });
      break;
    case 4:
      mood.announcement = static_cast<Mood::Announcement>(world_.random.between(1u, 4u));
      world_.trace.add(world_.events.now(), "announcements", static_cast<int>(mood.announcement), span);
      endAfter(span, [](Mood& m) { m.announcement = Mood::Announcement::Warm; });
      break;
    case 5:
      world_.trace.add(world_.events.now(), "slow joins", span);
      mood.joinTime = world_.random.between(Duration{500ms}, Duration{14s});
      endAfter(span, [](Mood& m) { m.joinTime = Mood{}.joinTime; });
      break;
    case 6:
      lose(span);
      break;
    case 7:
      disturbDatabase();
      break;
    case 8:
      world_.trace.add(world_.events.now(), "tokens refused", span);
      mood.tokensRefused = true;
      endAfter(span, [](Mood& m) { m.tokensRefused = false; });
      break;
    case 9:
      world_.trace.add(world_.events.now(), "one socket", span);
      mood.oneSocket = true;
      endAfter(span, [](Mood& m) { m.oneSocket = false; });
      break;
  }
}

/// Each class of protocol.md §12.2.
void Chaos::refuseJoins() {
  constexpr std::array kReasons = {
      "Unauthorized: You do not have permissions to read from this Channel topic: x",
      "InvalidJWTToken: Fields `role` and `exp` are required in JWT",
      "PrivateOnly: This project only allows private channels",
      "TenantNotFound: Tenant not found",
      "RealtimeDisabledForTenant: Realtime disabled for this tenant",
      "ConnectionRateLimitReached: Too many connected users",
      "DatabaseLackOfConnections: Database can't accept more connections",
      "UnableToConnectToProject: Realtime was unable to connect to the project database",
      "QueryCanceled: canceling statement due to statement timeout",
      "InitializingProjectConnection: Realtime is initializing the project connection",
      "RealtimeRestarting: Realtime is restarting, please standby",
      "UnknownErrorOnChannel: nobody knows why",
      "join crashed",
  };
  Mood& mood = world_.server.mood;
  mood.joinRefusal = world_.random.pick(kReasons);
  mood.refusePercent = world_.random.chance(50) ? 100 : 40;
  world_.trace.add(world_.events.now(), "refuse joins", *mood.joinRefusal, mood.refusePercent);
}

/// Frames that a client has to bear: garbage, halves, binary kinds, old topics, replies to nothing.
void Chaos::sendNonsense(ServerSocket& socket) {
  static const std::array<std::string, 10> kTexts = {
      "",
      "null",
      "[[[[",
      "\xff\xfe\x00garbage",
      R"(["1","1","realtime:x","phx_reply")",
      R"([null,null,"realtime:sb-gone","postgres_changes",{"data":{"seq":1},"ids":[1]}])",
      R"(["7","7","realtime:sb-gone","phx_close",{}])",
      R"([null,"999999","phoenix","phx_reply",{"status":"ok","response":{}}])",
      R"({"topic":"phoenix","event":"phx_reply","payload":{},"ref":"1"})",
      R"([1,2,3,4,5])",
  };
  const auto [any, topic] = world_.server.anyChannel();
  const auto which = world_.random.below(kTexts.size() + 4);
  DownFrame frame;
  if (which < kTexts.size()) {
    frame.text = kTexts[static_cast<std::size_t>(which)];
  } else if (which == kTexts.size()) {
    frame.kind = DownFrame::Kind::Binary;
    frame.text = std::string("\x04\x01\x01\x00\x01t", 6);
  } else if (any == &socket) {  // of an earlier join of a topic that is in use; half a change; a change for nobody
    if (which == kTexts.size() + 1) frame.text = R"(["99999","99999",")" + topic + R"(","phx_close",{}])";
    if (which == kTexts.size() + 2) frame.text = R"([null,null,")" + topic + R"(","postgres_changes",{"ids":[1],"da)";
    if (which == kTexts.size() + 3) {
      frame.text = R"([null,null,")" + topic + R"(","postgres_changes",{"data":{"type":"INSERT"},"ids":[4294967295]}])";
    }
  }
  world_.trace.add(world_.events.now(), "nonsense", which);
  socket.inject(std::move(frame));
}

}  // namespace switchboard::sim
