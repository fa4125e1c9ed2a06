#include "simulation.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "application/application.h"
#include "chaos.h"
#include "check/checks.h"
#include "network/link.h"
#include "numbered/log_chaos.h"
#include "numbered/rpc_desk.h"
#include "server/sim_server.h"

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

ServerTraits serverTraits(SimRandom& random) {
  ServerTraits traits;
  if (random.chance(10)) traits.idBits = 4;
  if (random.chance(30)) traits.maxChannels = random.between(2u, 5u);
  traits.poll = random.between(Duration{20}, Duration{500});
  traits.oneSocket = traits.maxChannels == ServerTraits{}.maxChannels && random.chance(35);
  return traits;
}

ApplicationTraits applicationTraits(SimRandom& random, const ServerTraits& server) {
  ApplicationTraits traits;
  const auto token = random.below(100);
  traits.tokenCallback = token < 50;
  traits.staticToken = token >= 30 && token < 70;
  traits.calendarJumps = random.chance(40);
  traits.attended = random.chance(60);
  if (!traits.attended) traits.client.subscriptions.parkedRetry = random.between(Duration{5s}, Duration{20s});
  traits.subscriptions = random.between(1u, 14u);
  traits.client.pool.multiplexer.maxChannels = server.maxChannels;
  if (server.maxChannels < 100) traits.client.pool.maxSockets = 8;
  if (random.chance(30)) traits.client.subscriptions.plan.bindingsPerChannel = random.between(1u, 4u);
  if (random.chance(20)) traits.client.subscriptions.linger = Duration{0};
  if (random.chance(50)) traits.client.subscriptions.windowBytes = 400;
  if (random.chance(15)) traits.client.endpoint.version = Version::V1;
  const bool hasPulse = random.chance(60) && server.maxChannels == 100;  // it needs a channel of its own
  if (hasPulse) traits.client.subscriptions.pulse.period = random.between(Duration{1s}, Duration{5s});
  return traits;
}

ApplicationTraits withRooms(ApplicationTraits traits, const RoomTraits& rooms) {
  traits.client.channels.sendsPerSecond = rooms.sendsPerSecond;
  traits.client.channels.linger = traits.client.subscriptions.linger;
  traits.client.channels.channel.parkedRetry = traits.client.subscriptions.parkedRetry;
  return traits;
}

RoomTraits roomTraits(SimRandom& random, const ServerTraits& server, const ApplicationTraits& application) {
  RoomTraits traits;
  if (random.chance(40)) return traits;
  traits.places = {{"lobby", random.chance(50) ? "me" : "", false}, {"team", "", true}, {"den", "a", false}};
  if (!server.oneSocket && random.chance(30)) traits.places.push_back({"den", "b", false});
  traits.sendsPerSecond = random.between(3u, 30u);
  traits.bytes = application.client.endpoint.version == Version::V2;
  traits.calendarIsTrue = !application.calendarJumps;
  traits.maxSockets = application.client.pool.maxSockets;
  traits.maxChannels = server.maxChannels;
  return traits;
}

/// Half of the worlds have tracked tables. Drawn from numbers of their own, so that the others are as without.
NumberedTraits numberedTraits(SimRandom& random, const ServerTraits& server, const ApplicationTraits& application) {
  NumberedTraits traits;
  if (random.chance(30) || server.maxChannels < 100) return traits;
  if (random.chance(70)) traits.tables.push_back({"public", "bookings", "business", "owner"});
  if (random.chance(50)) traits.tables.push_back({"public", "clients", "business", "owner"});
  if (random.chance(40) || traits.tables.empty()) traits.tables.push_back({"public", "staff", "staff", ""});
  traits.hasRpc = !random.chance(4);
  traits.guarded = application.attended && random.chance(50);  // or what is refused is tried again and again
  traits.beat = random.between(Duration{2'000}, Duration{10'000});
  return traits;
}

ApplicationTraits withTables(ApplicationTraits traits, const NumberedTraits& numbered) {
  for (const auto& table : numbered.tables) traits.client.numbered.tables.push_back(table);
  traits.client.numbered.hasRpc = numbered.hasRpc;
  return traits;
}

/// All parts of one world.
class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options),
        tampering_(options.tampering),
        trace_(options.trace),
        random_(options.seed),
        serverTraits_(serverTraits(random_)),
        applicationTraits_(applicationTraits(random_, serverTraits_)),
        roomTraits_(roomTraits(roomRandom_, serverTraits_, applicationTraits_)),
        numberedTraits_(numberedTraits(numberedRandom_, serverTraits_, applicationTraits_)),
        log_(numberedTraits_, logRandom_),
        server_(events_, trace_, serverRandom_, mint_, serverTraits_),
        checks_(events_, machine_, trace_, server_,
                {applicationTraits_.client.pool.joinsPerSecond, serverTraits_.maxChannels,
                 applicationTraits_.client.pool.maxSockets, applicationTraits_.tokenCallback,
                 applicationTraits_.client.pool.connection.reconnect, !applicationTraits_.calendarJumps},
                roomTraits_, numberedTraits_, log_, watched_, violations_),
        network_({events_, machine_, trace_, networkRandom_, weather_, server_, checks_}),
        rpc_({events_, machine_, trace_, rpcRandom_, weather_, server_.mood, mint_, log_, checks_.numbers()}),
        application_({events_, machine_, timer_, trace_, applicationRandom_, clientRandom_, network_, weather_, mint_,
                      checks_, watched_, tampering_, roomRandom_, numberedRandom_, rpc_},
                     withTables(withRooms(applicationTraits_, roomTraits_), numberedTraits_)),
        chaos_({events_, machine_, trace_, chaosRandom_, server_, network_, weather_, checks_, application_}),
        logChaos_({events_, trace_, logRandom_, server_, log_, checks_}) {
    server_.onDispatch = [this](const TableChange& change, const SentOn& sentOn) {
      trace_.add(events_.now(), "change", change.seq, change.type, change.table, change.owner, change.kind);
      if (change.table == kPulseTable) return;
      checks_.ledger().onDispatch(change, sentOn);
      checks_.losses().onDispatch(change);
    };
    server_.onLost = [this](const TableChange& change, const SentOn& channels) {
      trace_.add(events_.now(), "lost", change.seq, change.type, change.table, change.owner, change.kind);
      checks_.silence().onLost(change, channels);
    };
    log_.onMessage = [this](const std::string& topic, std::string_view event, const std::string& text) {
      trace_.add(events_.now(), "numbered", topic, event, text);
      server_.publish(topic, event, text);
    };
    if (isNumbered()) server_.setLog(log_);
  }

  Outcome run() {
    changeInterval_ = random_.between(Duration{random_.chance(20) ? 50 : 400}, Duration{3'000});
    actInterval_ = random_.between(Duration{200}, Duration{random_.chance(30) ? 900 : 4'000});
    faultInterval_ = random_.between(Duration{500}, Duration{8'000});
    changeLater();
    actLater();
    faultLater();
    if (hasPulse()) beatLater();
    if (hasRooms()) {
      visitLater();
      sayLater();
      gatherLater();
    }
    if (isNumbered()) {
      transactLater();
      beatNumbersLater();
      logFaultLater();
    }
    while (!failed() && events_.steps() < options_.steps) playRound();
    if (!failed()) application_.finish();
    runFor(90s, [] { return false; });
    tampering_.ended();
    return outcome();
  }

 private:
  bool hasRooms() const { return !roomTraits_.places.empty(); }
  bool isNumbered() const { return !numberedTraits_.tables.empty(); }
  bool hasPulse() const { return applicationTraits_.client.subscriptions.pulse.enabled(); }
  bool failed() const { return violations_.first().has_value(); }

  void step() {
    events_.step();
    look();
  }
  void look() {
    if (!machine_.asleep() && application_.client() != nullptr) checks_.onStep(*application_.client());
  }
  void runFor(Duration span, const std::function<bool()>& enough) {
    const Duration end = events_.now() + span;
    while (!failed() && !events_.empty() && events_.nextAt() <= end && !enough()) step();
  }

  /// A while of trouble, then a while in which all is well.
  void playRound() {
    trouble_ = true;
    application_.setBehaves(false);
    checks_.setHealthy(false);
    runFor(random_.between(Duration{5s}, Duration{90s}), [] { return false; });
    trouble_ = false;
    chaos_.heal();
    if (isNumbered()) logChaos_.heal();
    application_.setBehaves(true);
    if (machine_.asleep()) runFor(machine_.wakesAt() - events_.now() + Duration{1}, [] { return false; });
    application_.recover();
    checks_.disturb();
    look();  // at what it did, before time goes on
    checks_.setHealthy(true);
    const bool toTheEnd = random_.chance(25);
    const Duration healed = events_.now();
    runFor(180s, [&] { return !toTheEnd && checks_.allServed() && events_.now() - healed > Duration{20s}; });
    if (hasPulse()) playLosses();
  }

  /// What is live loses changes in silence, and some of it its socket soon after.
  void playLosses() {
    checks_.setHealthy(false);
    for (unsigned i = random_.between(1u, 5u); i > 0; --i) {
      chaos_.loseOrBreak();
      runFor(random_.between(Duration{500}, Duration{9s}), [] { return false; });
    }
  }

  void changeLater() {
    events_.after(randomAround(changeInterval_), [this] {
      static const std::array<std::string, 4> kTables = {"bookings", "clients", "payments", "staff"};
      static const std::array<std::string, 3> kTypes = {"INSERT", "UPDATE", "DELETE"};
      const unsigned burst = random_.chance(10) ? random_.between(2u, 12u) : 1;
      for (unsigned i = 0; i < burst; ++i) {
        commit({{++changes_, random_.pick(kTables), random_.pick(kTypes), random_.between(1u, 3u),
                 random_.between(1u, 2u), random_.chance(5) ? 2u : 1u, Duration{0}, !random_.chance(3)}});
      }
      changeLater();
    });
  }
  /// One transaction.
  void commit(const std::vector<TableChange>& changes) {
    for (const auto& change : changes) server_.commit(change);
    if (isNumbered()) log_.commit(changes, events_.now());
  }
  /// Somebody changes several rows of tracked tables.
  void transactLater() {
    events_.after(logRandom_.between(Duration{50}, Duration{4'000}), [this] {
      static const std::array<std::string, 3> kTypes = {"INSERT", "UPDATE", "DELETE"};
      std::vector<TableChange> changes;
      for (unsigned i = logRandom_.chance(60) ? 1 : logRandom_.between(2u, 9u); i > 0; --i) {
        changes.push_back({++changes_, logRandom_.pick(numberedTraits_.tables).table, logRandom_.pick(kTypes),
                           logRandom_.between(1u, 3u), logRandom_.between(1u, 2u)});
      }
      commit(changes);
      if (logRandom_.chance(2)) log_.truncate(events_.now());
      transactLater();
    });
  }
  void beatNumbersLater() {
    events_.after(numberedTraits_.beat, [this] {
      log_.beat(events_.now());
      beatNumbersLater();
    });
  }
  void logFaultLater() {
    events_.after(logRandom_.between(Duration{500}, Duration{12'000}), [this] {
      if (trouble_) logChaos_.strike();
      logFaultLater();
    });
  }
  void beatLater() {
    events_.after(applicationTraits_.client.subscriptions.pulse.period, [this] {
      server_.commit({++beats_, std::string(kPulseTable), "UPDATE"});
      beatLater();
    });
  }
  void actLater() {
    events_.after(randomAround(trouble_ ? actInterval_ : 4 * actInterval_), [this] {
      if (trouble_) {
        application_.act();
      } else {
        application_.attend();
        application_.actGently();
      }
      actLater();
    });
  }
  void faultLater() {
    events_.after(randomAround(faultInterval_), [this] {
      if (trouble_) chaos_.strike();
      faultLater();
    });
  }
  void visitLater() {
    events_.after(roomRandom_.between(Duration{50}, Duration{trouble_ ? 3'000 : 15'000}), [this] {
      application_.visit();
      visitLater();
    });
  }
  /// Others broadcast.
  void sayLater() {
    events_.after(roomRandom_.between(Duration{50}, Duration{2'000}), [this] {
      const auto& place = roomRandom_.pick(roomTraits_.places);
      for (unsigned i = roomRandom_.chance(10) ? roomRandom_.between(2u, 40u) : 1; i > 0; --i) {
        const std::string topic = place.topic();
        trace_.add(events_.now(), "say", ++said_, topic);
        checks_.rooms().onSaid(topic, said_, server_.say(topic, said_, place.isPrivate));
      }
      sayLater();
    });
  }
  /// Others come, go, and track something else; seldom while all is well.
  void gatherLater() {
    events_.after(roomRandom_.between(Duration{100}, Duration{trouble_ ? 5'000 : 100'000}), [this] {
      const std::string topic = roomRandom_.pick(roomTraits_.places).topic();
      const std::string key = "other" + std::to_string(roomRandom_.below(4));
      std::string& ref = others_[topic + key];
      const bool leaves = !ref.empty() && roomRandom_.chance(50);
      trace_.add(events_.now(), leaves ? "leaves" : "comes", topic, key);
      if (leaves) {
        server_.rooms().untrack(topic, key, std::exchange(ref, {}));
      } else {
        ref = server_.rooms().track(topic, key, ref, {{"t", ++said_}});
      }
      gatherLater();
    });
  }
  Duration randomAround(Duration mean) { return random_.between(Duration{1}, 2 * mean); }

  Outcome outcome() const {
    Outcome outcome;
    outcome.violation = violations_.first();
    outcome.digest = trace_.digest();
    outcome.steps = events_.steps();
    outcome.faults = chaos_.faults();
    outcome.clients = application_.clients();
    outcome.connects = checks_.connects();
    outcome.joins = checks_.joins();
    outcome.changes = changes_;
    outcome.deliveries = application_.deliveries();
    outcome.batches = application_.batches();
    outcome.said = said_;
    outcome.broadcasts = checks_.rooms().broadcasts();
    outcome.numbers = checks_.numbers().counts();
    outcome.calls = rpc_.calls();
    outcome.time = events_.now();
    outcome.longestRecovery = checks_.longestRecovery();
    outcome.mostConnectsIn1s = checks_.mostConnectsIn1s();
    outcome.mostConnectsIn15s = checks_.mostConnectsIn15s();
    outcome.trace = trace_.lines();
    return outcome;
  }

  const SimulationOptions& options_;
  Tampering tampering_;
  EventQueue events_;
  Trace trace_;
  SimRandom random_;
  SimRandom serverRandom_ = random_.split();
  SimRandom networkRandom_ = random_.split();
  SimRandom applicationRandom_ = random_.split();
  SimRandom clientRandom_ = random_.split();
  SimRandom chaosRandom_ = random_.split();
  SimRandom roomRandom_ = random_.split();
  const ServerTraits serverTraits_;
  const ApplicationTraits applicationTraits_;
  const RoomTraits roomTraits_;
  SimRandom numberedRandom_{options_.seed ^ 0x6e756d6265727321};
  SimRandom logRandom_ = numberedRandom_.split();
  SimRandom rpcRandom_ = numberedRandom_.split();
  const NumberedTraits numberedTraits_;
  ChangeLog log_;
  Machine machine_{events_};
  MachineTimer timer_{events_, machine_};
  Weather weather_;
  TokenMint mint_;
  WatchList watched_;
  Violations violations_;
  SimServer server_;
  Checks checks_;
  Network network_;
  RpcDesk rpc_;
  Application application_;
  Chaos chaos_;
  LogChaos logChaos_;
  Duration changeInterval_{0};
  Duration actInterval_{0};
  Duration faultInterval_{0};
  std::uint64_t changes_ = 0;
  std::uint64_t beats_ = 0;
  std::uint64_t said_ = 0;
  std::map<std::string, std::string> others_;  ///< topic and key of other members, and their ref
  bool trouble_ = true;
};

}  // namespace

Outcome simulate(const SimulationOptions& options) {
  return Simulation(options).run();
}

}  // namespace switchboard::sim
