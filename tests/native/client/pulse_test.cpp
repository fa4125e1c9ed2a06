#include <doctest/doctest.h>

#include <algorithm>

#include "boundary/control_json.h"
#include "boundary/options_json.h"
#include "harness.h"

using namespace switchboard;
using namespace switchboard::testing;

namespace {

constexpr Duration kBeatPeriod{5'000};
/// Commit times may be out of order by so much.
constexpr Duration kDisorder{1'000};

ClientOptions withPulse(ClientOptions options = {}) {
  options.subscriptions.pulse.period = kBeatPeriod;
  return options;
}

/// A client with a pulse, and the database that raises it.
struct PulseHarness : Harness {
  explicit PulseHarness(ClientOptions options = {}) : Harness(withPulse(std::move(options))) {}

  /// Committed right now.
  void beat(unsigned seq) {
    server.change("switchboard_pulse", "UPDATE", R"({"id": 1, "seq": )" + std::to_string(seq) + "}",
                  stampOf(clock.wallNow()));
  }
  /// Live, and the pulse heard once with `seq`.
  void goLive(unsigned seq = 10) {
    subscribe(1, "bookings");
    run(Duration{500});
    beat(seq);
  }
  /// Live with beats 10 and 11, and a change with this `commit_timestamp` between them.
  void goLiveWithChange(std::string_view commit) {
    goLive(10);
    server.change("bookings", "INSERT", R"({"id": 1})", commit);
    run(kBeatPeriod);
    beat(11);
  }
  std::optional<PulseState> pulse(unsigned connection = 1) const {
    return client().status().connections().at(ConnectionId{connection}).pulse;
  }
  const Counters& counters() const { return client().pool().counters(); }
};

std::string bookingRow(int id) {
  return R"({"id": )" + std::to_string(id) + "}";
}

}  // namespace

TEST_SUITE("pulse") {
  TEST_CASE("beats that come are nobody's changes and no gaps") {
    PulseHarness h;
    h.goLive();
    CHECK(h.pulse() == PulseState::Beating);
    for (unsigned seq = 11; seq < 40; ++seq) {
      h.run(kBeatPeriod);
      h.beat(seq);
    }
    CHECK(h.gaps.empty());
    CHECK(h.delivered.empty());
    CHECK(h.counters().pulses == 30);
    CHECK(h.counters().pulsesMissed == 0);
    CHECK(h.counters().changes == 0);
    CHECK(h.status(1).mode == FreshnessMode::Live);
  }

  TEST_CASE("without the option nothing is listened to") {
    Harness h;
    h.subscribe(1, "bookings");
    h.run(Duration{60'000});
    CHECK(h.server.joins.size() == 1);
    CHECK(h.gaps.empty());
    CHECK_FALSE(h.client().status().connections().at(ConnectionId{1}).pulse);
  }

  TEST_CASE("it has a channel of its own, joined once something is live") {
    PulseHarness h;
    h.server.announceChanges = false;
    h.subscribe(1, "bookings");
    h.run(Duration{2'000});
    CHECK(h.server.joins.size() == 1);
    h.server.system(h.server.channels().front(), "postgres_changes", "ok", "Subscribed to PostgreSQL");
    h.run(Duration{200});
    REQUIRE(h.server.joins.size() == 2);
    const Json& bindings = h.server.joins.back()["config"]["postgres_changes"];
    REQUIRE(bindings.size() == 1);
    CHECK(bindings[0]["table"] == "switchboard_pulse");
    CHECK(bindings[0]["schema"] == "public");
  }

  TEST_CASE("a jump in seq is a gap of everything live, from the last beat to now") {
    PulseHarness h;
    h.subscribe(2, "clients");
    h.goLive(10);
    const WallTime last = h.clock.wallNow();
    h.run(kBeatPeriod * 2);
    h.beat(12);
    REQUIRE(h.gaps.size() == 2);
    CHECK(h.gaps[0].code == ReasonCode::PulseLost);
    CHECK(h.gaps[0].from <= last);
    CHECK(h.gaps[0].from >= last - kDisorder);
    CHECK(h.gaps[0].to >= h.clock.wallNow());
    CHECK(h.gaps[0].message == "1 beat of the database's pulse never came; changes may be lost with it.");
    CHECK(h.counters().pulsesMissed == 1);
    CHECK(h.status(1).state == SubscriptionState::Live);
    h.run(kBeatPeriod);
    h.beat(13);
    CHECK(h.gaps.size() == 2);
  }

  TEST_CASE("its gaps begin with the last beat, not with what came after the loss") {
    PulseHarness h;
    h.goLiveWithChange("2026-11-22T12:00:01.000Z");
    const std::string lastBeat = stampOf(h.clock.wallNow());
    h.run(kBeatPeriod * 3 / 2);  // a beat is lost, and changes with it
    h.server.change("bookings", "INSERT", R"({"id": 2})", "2026-11-22T12:00:09.000Z");
    SUBCASE("when the next beat comes") {
      h.run(kBeatPeriod / 2);
      h.beat(13);
      REQUIRE(h.gaps.size() == 1);
      CHECK(h.gaps[0].to);
    }
    SUBCASE("when it stays silent") {
      h.run(kBeatPeriod * 2);
      REQUIRE(h.gaps.size() == 1);
      CHECK_FALSE(h.gaps[0].to);
    }
    CHECK(h.gaps[0].fromCommit == lastBeat);
  }

  TEST_CASE("any gap begins where the pulse was last heard, since a change may have been lost in silence before it") {
    PulseHarness h;
    h.goLiveWithChange("2026-11-22T12:00:01.000Z");
    const WallTime proven = h.clock.wallNow();
    h.run(kBeatPeriod / 2);  // a change is lost here
    h.server.change("bookings", "INSERT", R"({"id": 3})", "2026-11-22T12:00:09.000Z");
    const auto isOfBookings = [](const auto& channel) { return channel.bindings[0]["table"] == "bookings"; };
    const auto channels = h.server.channels();
    const auto bookings = *std::find_if(channels.begin(), channels.end(), isOfBookings);
    SUBCASE("when the socket is cut") {
      h.network.last().closeFromServer(1006);
    }
    SUBCASE("when it is replaced") {
      h.client().reconnectAll();
    }
    SUBCASE("when the channel is closed") {
      h.server.closeChannel(bookings);
    }
    SUBCASE("when a change can't be read") {
      h.network.last().receive(R"([null,null,")" + bookings.topic + R"(","postgres_changes",{}])");
    }
    REQUIRE_FALSE(h.gaps.empty());
    CHECK(h.gaps[0].fromCommit == stampOf(proven));
    CHECK(h.gaps[0].from == proven - kDisorder);
  }

  TEST_CASE("a silent re-subscription's gap begins with the last beat before a heartbeat that was answered") {
    PulseHarness h;
    h.goLive(10);
    WallTime proven{};
    for (unsigned seq = 11; h.server.heartbeats == 0; ++seq) {
      proven = h.clock.wallNow();
      h.run(kBeatPeriod);
      h.beat(seq);
    }
    h.server.system(h.server.channels().front(), "postgres_changes", "ok", "Subscribed to PostgreSQL");
    REQUIRE_FALSE(h.gaps.empty());
    CHECK(h.gaps[0].code == ReasonCode::Resubscribed);
    CHECK(h.gaps[0].fromCommit == stampOf(proven));
    CHECK(h.gaps[0].from == proven - kDisorder);
  }

  TEST_CASE("before the pulse is heard a gap begins with going live, and with what came last where there is none") {
    PulseHarness h;
    WallTime begin{};
    SUBCASE("before the first beat") {
      h.subscribe(1, "bookings");
      h.run(Duration{500});
      begin = h.clock.wallNow();  // not before it was live
    }
    SUBCASE("where the table can't be had") {
      h.server.unknownTables.insert("switchboard_pulse");
      h.subscribe(1, "bookings");
      h.run(Duration{500});
      REQUIRE(h.pulse() == PulseState::Refused);
      h.subscribe(2, "bookings", "INSERT");  // live at once, on the same binding
      h.run(Duration{500});
    }
    const bool refused = h.pulse() == PulseState::Refused;
    const std::string stamp = stampOf(h.clock.wallNow());
    h.server.change("bookings", "INSERT", R"({"id": 1})", stamp);
    if (refused) begin = h.clock.wallNow();
    h.run(Duration{1'000});
    h.network.last().closeFromServer(1006);
    REQUIRE(h.gaps.size() == (refused ? 2u : 1u));
    for (const auto& gap : h.gaps) {
      CHECK(gap.fromCommit == (refused ? stamp : ""));
      CHECK(gap.from <= begin);
      CHECK(gap.from >= begin - kDisorder);
    }
  }

  TEST_CASE("a seq that went back is a gap, the same seq again is not") {
    PulseHarness h;
    h.goLive(10);
    h.beat(10);
    CHECK(h.gaps.empty());
    h.beat(3);
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].to);
    h.beat(4);
    CHECK(h.gaps.size() == 1);
    CHECK(h.counters().pulsesMissed == 0);
  }

  TEST_CASE("silence of 2.5 periods is an open gap, polled for, until the pulse is heard again") {
    PulseHarness h;
    h.goLive(10);
    const WallTime last = h.clock.wallNow();
    h.run(kBeatPeriod * 5 / 2 - Duration{100});
    CHECK(h.gaps.empty());
    h.run(Duration{1'500});
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::PulseLost);
    CHECK(h.gaps[0].from <= last);
    CHECK(h.gaps[0].from >= last - kDisorder);
    CHECK_FALSE(h.gaps[0].to);
    CHECK(h.pulse() == PulseState::Silent);
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.status(1).code == ReasonCode::PulseLost);
    CHECK(h.polls.empty());
    h.run(Duration{11'000});
    CHECK(h.status(1).mode == FreshnessMode::Polling);
    h.run(Duration{15'000});
    CHECK_FALSE(h.polls.empty());
    h.beat(14);
    REQUIRE(h.gaps.size() == 2);
    CHECK(h.gaps[1].id == h.gaps[0].id);
    CHECK(h.gaps[1].to >= h.clock.wallNow());
    CHECK(h.counters().pulsesMissed == 3);
    CHECK(h.status(1).code == ReasonCode::Ok);
    CHECK(h.status(1).mode == FreshnessMode::Live);
    const auto polled = h.polls.size();
    for (unsigned seq = 15; seq < 30; ++seq) {
      h.run(kBeatPeriod);
      h.beat(seq);
    }
    CHECK(h.gaps.size() == 2);
    CHECK(h.polls.size() == polled);
  }

  TEST_CASE("a pulse that is never heard is a silence too") {
    PulseHarness h;
    h.subscribe(1, "bookings");
    h.run(Duration{500});
    CHECK(h.pulse() == PulseState::Waiting);
    h.run(kBeatPeriod * 3);
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.pulse() == PulseState::Silent);
    h.beat(1);
    CHECK(h.gaps.size() == 2);
    CHECK(h.counters().pulsesMissed == 0);
  }

  TEST_CASE("a silence ends by the database's clock, which the beat that ends it shows") {
    PulseHarness h;
    h.subscribe(1, "bookings");
    h.run(kBeatPeriod * 3);
    REQUIRE(h.gaps.size() == 1);
    h.server.change("switchboard_pulse", "UPDATE", R"({"id": 1, "seq": 7})", "2026-11-22T13:00:00.000Z");
    REQUIRE(h.gaps.size() == 2);
    CHECK(*h.gaps[1].to >= kWallStart + Duration{3'600'000});
  }

  TEST_CASE("other changes do not vouch for the pulse: an event limit lets some through") {
    PulseHarness h;
    h.goLive(10);
    for (int i = 0; i < 15; ++i) {
      h.run(Duration{1'000});
      h.server.change("bookings", "INSERT", bookingRow(i));
    }
    CHECK(h.gaps.size() == 1);
    CHECK(h.changes(1).size() == 15);
  }

  TEST_CASE("a dead link is reported as that, not as a pulse that was lost") {
    PulseHarness h;
    h.goLive(10);
    h.server.answerHeartbeats = false;
    h.run(Duration{30'000});
    REQUIRE_FALSE(h.gaps.empty());
    CHECK(h.gaps[0].code == ReasonCode::HalfOpen);
    for (const auto& gap : h.gaps) CHECK(gap.code == ReasonCode::HalfOpen);
  }

  TEST_CASE("a silent pulse has a silent link probed at once, which is sooner than its heartbeat") {
    ClientOptions options;
    options.subscriptions.pulse.period = Duration{1'000};
    options.pool.connection.heartbeat.idle = Duration{15'000};
    Harness h(options);
    h.subscribe(1, "bookings");
    h.run(Duration{100});
    h.server.answerHeartbeats = false;
    h.run(Duration{13'000});
    REQUIRE_FALSE(h.gaps.empty());
    CHECK(h.gaps[0].code == ReasonCode::HalfOpen);
  }

  TEST_CASE("a lost socket is one gap, and what was missed meanwhile no second one") {
    PulseHarness h;
    h.goLive(10);
    h.network.last().closeFromServer(1006);
    h.run(Duration{30'000});
    h.beat(16);
    h.run(Duration{1'000});
    h.beat(17);
    REQUIRE(h.gaps.size() >= 2);
    CHECK(h.gaps[0].code == ReasonCode::ConnectionLost);
    CHECK(h.gaps[1].id == h.gaps[0].id);
    const auto missed = std::count_if(h.gaps.begin(), h.gaps.end(),
                                      [](const Gap& gap) { return gap.code == ReasonCode::PulseLost && gap.to; });
    CHECK(missed <= 1);  // it was silent for 2.5 periods after the reconnect
    CHECK(h.counters().pulsesMissed == 0);
  }

  TEST_CASE("a socket that is lost in a silence ends it when it is live again") {
    PulseHarness h;
    h.goLive(10);
    h.run(kBeatPeriod * 3);
    REQUIRE(h.gaps.size() == 1);
    h.network.last().closeFromServer(1006);
    h.run(Duration{5'000});
    REQUIRE(h.gaps.size() == 2);
    CHECK(h.gaps[1].id == h.gaps[0].id);
    CHECK(h.gaps[1].to);
  }

  TEST_CASE("a pulse's channel that ends is joined again and blames nobody") {
    PulseHarness h;
    h.goLive(10);
    for (const auto& channel : h.server.channels()) {
      if (textMember(channel.bindings[0], "table") == "switchboard_pulse") h.server.closeChannel(channel);
    }
    CHECK(h.pulse() == PulseState::Idle);
    h.run(Duration{5'000});
    CHECK(h.pulse() == PulseState::Waiting);
    h.beat(20);
    CHECK(h.gaps.empty());
    CHECK(h.status(1).state == SubscriptionState::Live);
  }

  TEST_CASE("a table that the server refuses costs no subscription anything and is said once") {
    std::vector<std::string> warnings;
    PulseHarness h;
    h.onEachBatch = [&](const Batch& batch) {
      for (const auto& [level, message] : batch.logs) {
        if (level == LogLevel::Warn) warnings.push_back(message);
      }
    };
    h.server.unknownTables = {"switchboard_pulse"};
    h.subscribe(1, "bookings");
    h.run(Duration{60'000});
    CHECK(h.pulse() == PulseState::Refused);
    CHECK(h.gaps.empty());
    CHECK(h.polls.empty());
    CHECK(h.status(1).state == SubscriptionState::Live);
    CHECK(h.server.joins.size() == 2);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("public.switchboard_pulse can't be listened to") != std::string::npos);
    h.server.unknownTables.clear();
    h.run(Duration{305'000}, Duration{1'000});
    h.beat(1);
    CHECK(h.pulse() == PulseState::Beating);
  }

  TEST_CASE("a refused table is asked for again at once by reconnectAll, and with a new token") {
    PulseHarness h;
    h.server.unknownTables = {"switchboard_pulse"};
    h.subscribe(1, "bookings");
    h.run(Duration{1'000});
    REQUIRE(h.pulse() == PulseState::Refused);
    h.server.unknownTables.clear();
    SUBCASE("reconnectAll") {
      h.client().reconnectAll();
    }
    SUBCASE("token") {
      h.client().provideToken(0, "t1");
    }
    h.run(Duration{3'000});
    CHECK(h.pulse() == PulseState::Waiting);
  }

  TEST_CASE("time in which nothing ran is excused") {
    PulseHarness h;
    h.goLive(10);
    SUBCASE("by a late timer") {
      h.timer.sleep(Duration{60'000});
    }
    SUBCASE("by a timer that is not late enough to mean sleep") {
      h.timer.sleep(kBeatPeriod * 5 / 2 + Duration{3'000});
    }
    SUBCASE("by the calendar alone, when the monotonic clock stood still") {
      h.clock.jumpWall(Duration{60'000});
      h.timer.advance(kBeatPeriod * 5 / 2 + Duration{100});
    }
    h.run(Duration{1'000});
    CHECK(h.gaps.empty());
    h.beat(11);  // what had waited to be read
    h.run(Duration{5'000});
    CHECK(h.gaps.empty());
    SUBCASE("but not for ever") {
      h.run(kBeatPeriod * 4);
      CHECK(h.gaps.size() == 1);
    }
  }

  TEST_CASE("who subscribes or goes live in a silence is notified of it and polled at once") {
    PulseHarness h;
    h.goLive(10);
    h.run(kBeatPeriod * 3);
    REQUIRE(h.gaps.size() == 1);
    h.subscribe(2, "bookings");
    h.subscribe(3, "clients");
    h.run(Duration{500});
    REQUIRE(h.gaps.size() == 3);
    CHECK(h.gaps[1].subscription == SubscriptionId{2});
    CHECK(h.gaps[2].subscription == SubscriptionId{3});
    CHECK_FALSE(h.gaps[2].to);
    CHECK(h.polls == std::vector<unsigned>{2, 3});
    h.beat(14);
    CHECK(std::count_if(h.gaps.begin(), h.gaps.end(), [](const Gap& gap) { return gap.to.has_value(); }) == 3);
  }

  TEST_CASE("who subscribes in a silence that ends at once has a gap if beats were lost, and none if none was") {
    for (const bool isLost : {true, false}) {
      PulseHarness h;
      h.goLive(10);
      h.subscribe(2, "bookings");
      h.run(kBeatPeriod * 3);
      REQUIRE(h.gaps.size() == 2);
      h.subscribe(3, "bookings");
      h.beat(isLost ? 14 : 11);
      const auto gapsOfThird = std::count_if(
          h.gaps.begin(), h.gaps.end(), [](const Gap& gap) { return gap.subscription == SubscriptionId{3} && gap.to; });
      CHECK(gapsOfThird == (isLost ? 1 : 0));
      CHECK(h.client().pool().counters().pulsesMissed == (isLost ? 3 : 0));
      h.run(Duration{500});
      CHECK(std::count_if(h.gaps.begin(), h.gaps.end(), [](const Gap& gap) { return gap.to.has_value(); }) ==
            (isLost ? 3 : 2));
    }
  }

  TEST_CASE("a silent re-subscription is reported by those who lost by it, not by the pulse again") {
    PulseHarness h;
    h.goLive(10);
    for (const auto& channel : h.server.channels()) {
      h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    }
    h.beat(13);
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::Resubscribed);
  }

  TEST_CASE("beats of a pulse that is announced again vouch for a line when that would have been announced too") {
    for (const int beats : {2, 4}) {
      for (const bool isSilence : {false, true}) {
        CAPTURE(beats);
        CAPTURE(isSilence);
        PulseHarness h;
        h.goLive(10);
        h.run(Duration{2'000});
        const WallTime changed = h.clock.wallNow();
        h.server.change("bookings", "INSERT", bookingRow(1), stampOf(changed));
        for (const auto& channel : h.server.channels()) {
          if (textMember(channel.bindings[0], "table") != "switchboard_pulse") continue;
          h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
        }
        for (int i = 1; i <= beats; ++i) {
          h.run(kBeatPeriod);
          h.beat(static_cast<unsigned>(10 + i));
        }
        const WallTime lastBeat = h.clock.wallNow();
        if (isSilence) {
          h.run(kBeatPeriod * 5 / 2 + Duration{1'400});
        } else {
          h.network.last().closeFromServer(1006);
        }
        REQUIRE(h.gaps.size() == 1);
        CHECK(h.gaps[0].code == (isSilence ? ReasonCode::PulseLost : ReasonCode::ConnectionLost));
        CHECK(h.gaps[0].from == (beats == 4 ? lastBeat : changed) - kDisorder);
      }
    }
  }

  TEST_CASE("a binding to all tables does not bring the beats, one to the pulse's table does") {
    PulseHarness h;
    h.subscribe(2, "*");
    h.subscribe(3, "switchboard_pulse");
    h.goLive(10);
    const std::string frame =
        R"({"data":{"table":"switchboard_pulse","schema":"public","type":"UPDATE","record":{"seq":11}},"ids":[)";
    for (const auto& channel : h.server.channels()) {
      for (const auto& binding : channel.bindings) {
        if (textMember(binding, "table") != "*") continue;
        h.network.last().receive(R"([null,null,")" + channel.topic + R"(","postgres_changes",)" + frame +
                                 std::to_string(binding["id"].get<unsigned>()) + "]}]");
      }
    }
    CHECK(h.changes(2).empty());
    CHECK(h.changes(3).size() == 1);
  }

  TEST_CASE("rows of a table whose name only looks like the pulse's are no beats") {
    PulseHarness h;
    h.goLive(10);
    for (const auto& channel : h.server.channels()) {
      if (textMember(channel.bindings[0], "table") != "switchboard_pulse") continue;
      h.network.last().receive(
          R"([null,null,")" + channel.topic +
          R"(","postgres_changes",{"data":{"table":"switchboardxpulse","type":"UPDATE","record":{"seq":99},"schema":"public"},"ids":[)" +
          std::to_string(channel.bindings[0]["id"].get<unsigned>()) + "]}]");
    }
    CHECK(h.gaps.empty());
    CHECK(h.counters().pulses == 1);
  }

  TEST_CASE("a table of the pulse's name in another schema is no pulse to a binding to all") {
    PulseHarness h;
    REQUIRE_FALSE(h.client().subscribe(SubscriptionId{2}, {"*", "*", "*", {}, {}}));
    h.goLive(10);
    for (const auto& channel : h.server.channels()) {
      for (const auto& binding : channel.bindings) {
        if (textMember(binding, "table") != "*") continue;
        h.network.last().receive(
            R"([null,null,")" + channel.topic +
            R"(","postgres_changes",{"data":{"table":"switchboard_pulse","schema":"other","type":"UPDATE","record":{"seq":11}},"ids":[)" +
            std::to_string(binding["id"].get<unsigned>()) + "]}]");
      }
    }
    CHECK(h.changes(2).size() == 1);
  }

  TEST_CASE("the last subscription takes the pulse's channel and the socket with it") {
    ClientOptions options;
    options.subscriptions.linger = Duration{0};
    PulseHarness h(options);
    h.goLive(10);
    h.unsubscribe(1);
    h.run(Duration{10'000});
    CHECK(h.server.leaves == 2);
    CHECK(h.client().status().connections().at(ConnectionId{1}).state == ConnectionState::Idle);
    CHECK(h.client().subscriptions().pulseCount() == 0);
    CHECK(h.client().deadlines().size() == 0);
  }

  TEST_CASE("each socket has a pulse, and a gap is reported only where it is missed") {
    ClientOptions options;
    options.pool.multiplexer.maxChannels = 2;
    options.subscriptions.plan.bindingsPerChannel = 1;
    PulseHarness h(options);
    h.subscribe(1, "bookings");
    h.run(Duration{1'000});
    h.subscribe(2, "clients");
    h.run(Duration{3'000});
    REQUIRE(h.network.sockets.size() == 2);
    h.beat(10);
    CHECK(h.pulse(1) == PulseState::Beating);
    CHECK(h.pulse(2) == PulseState::Beating);
    const auto channels = h.server.channels();
    for (const auto& channel : channels) {
      if (channel.socket != 0 || textMember(channel.bindings[0], "table") != "switchboard_pulse") continue;
      h.network.sockets[0]->receive(R"([null,null,")" + channel.topic +
                                    R"(","postgres_changes",{"data":{"type":"UPDATE","record":{"seq":15}},"ids":[)" +
                                    std::to_string(channel.bindings[0]["id"].get<unsigned>()) + "]}]");
    }
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].subscription == SubscriptionId{1});
  }

  TEST_CASE("the options are read from JSON, and the status tells of the pulse") {
    const auto options =
        readOptions(R"({"url":"ws://h/x","apikey":"k","pulse":{"periodMs":2000,"table":"heart","schema":"ops"}})");
    REQUIRE(options);
    const auto& pulse = options.value().subscriptions.pulse;
    CHECK(pulse.period == Duration{2'000});
    CHECK(pulse.table == "heart");
    CHECK(pulse.schema == "ops");
    PulseHarness h;
    std::string control;
    h.onEachBatch = [&](const Batch& batch) { control = controlJson(batch); };
    h.subscribe(1, "bookings");
    h.run(Duration{500});
    CHECK(control.find(R"("pulse":{"state":"waiting","delayMs":null})") != std::string::npos);
    h.beat(10);
    CHECK(control.find(R"("state":"beating")") != std::string::npos);
    CHECK(control.find(R"("pulses":1,"pulsesMissed":0)") != std::string::npos);
  }
}
