#include <doctest/doctest.h>

#include <deque>
#include <utility>

#include "harness.h"

using namespace switchboard;
using namespace switchboard::testing;

namespace {

/// Changes are committed by a clock that differs from the client's, and arrive later, if the server's subscription is
/// there as they are read. Notes what is lost.
struct Database {
  explicit Database(Duration clockAhead = Duration{0}, bool hasPulse = false)
      : ahead(clockAhead), h(optionsWith(hasPulse)) {}

  static ClientOptions optionsWith(bool hasPulse) {
    ClientOptions options;
    if (hasPulse) options.subscriptions.pulse.period = Duration{1'000};
    return options;
  }
  WallTime now() const { return h.clock.wallNow() + ahead; }
  void commit() { pending.push_back({now(), h.clock.now() + lag(), ++count}); }
  /// 0.1 to 0.6 s.
  Duration lag() {
    random = random * 1'103'515'245 + 12'345;
    return Duration{100 + random / 65'536 % 501};
  }
  /// A change every 20 ms, in the order of commits.
  void run(Duration span) {
    for (Duration passed{0}; passed < span; passed += Duration{20}) {
      if (writing) commit();
      h.run(Duration{20}, Duration{20});
      while (!pending.empty() && pending.front().due <= h.clock.now()) {
        send(pending.front());
        pending.pop_front();
      }
    }
  }

  struct Pending {
    WallTime at;
    TimePoint due;
    unsigned number = 0;
  };
  void send(const Pending& change) {
    const bool isBeat = change.number % 50 == 0;
    const std::string table = isBeat ? "switchboard_pulse" : "bookings";
    const std::string row =
        R"({"id":)" + std::to_string(change.number) + R"(,"seq":)" + std::to_string(change.number / 50) + "}";
    const auto before = h.changes(1).size();
    if (!mute) h.server.change(table, isBeat ? "UPDATE" : "INSERT", row, stampOf(change.at));
    if (!isBeat && h.changes(1).size() == before && started) lost.push_back(change.at);
  }

  /// Each lost change lies in a gap.
  void check() const {
    REQUIRE_FALSE(lost.empty());
    for (const auto at : lost) {
      const bool covered = std::any_of(h.gaps.begin(), h.gaps.end(),
                                       [at](const Gap& gap) { return gap.to && gap.from <= at && at <= *gap.to; });
      CHECK_MESSAGE(covered, (at - kWallStart).count());
    }
    for (const auto& gap : h.gaps) {
      if (gap.fromCommit.empty()) continue;
      for (const auto at : lost) {
        if (gap.to && at <= *gap.to && at >= gap.from) CHECK(stampOf(at + Duration{1'000}) >= gap.fromCommit);
      }
    }
  }

  Duration ahead;
  Harness h;
  std::deque<Pending> pending;
  std::vector<WallTime> lost;
  unsigned count = 0;
  unsigned random = 7;
  bool writing = true;
  bool mute = false;
  bool started = false;
};

const Duration kOffsets[] = {Duration{-3'600'000}, Duration{-250}, Duration{0}, Duration{250}, Duration{3'600'000}};

}  // namespace

TEST_SUITE("bounds of gaps") {
  TEST_CASE("what a cut loses was committed between the gap's ends, however late it would have come") {
    for (const bool hasPulse : {false, true}) {
      for (const auto ahead : kOffsets) {
        Database database(ahead, hasPulse);
        Harness& h = database.h;
        h.subscribe(1, "bookings");
        database.run(Duration{1'500});
        database.started = true;
        for (int cuts = 0; cuts < 5; ++cuts) {
          database.run(Duration{700 + 300 * cuts});
          h.network.last().closeFromServer(1006);
          for (int i = 0; i < 100 && h.status(1).state != SubscriptionState::Live; ++i) database.run(Duration{100});
          REQUIRE(h.status(1).state == SubscriptionState::Live);
        }
        database.run(Duration{2'000});
        database.check();
      }
    }
  }

  TEST_CASE("a line that is cut before it brought anything has a gap since it went live") {
    for (const auto ahead : kOffsets) {
      Database database(ahead);
      Harness& h = database.h;
      h.subscribe(2, "clients");
      h.settle();
      h.server.change("clients", "INSERT", "{}", stampOf(database.now() - Duration{150}));
      h.subscribe(1, "bookings");
      database.writing = false;
      database.run(Duration{400});
      REQUIRE(h.status(1).state == SubscriptionState::Live);
      database.started = true;
      database.commit();
      database.run(Duration{60});
      h.network.last().closeFromServer(1006);
      database.mute = true;
      database.run(Duration{3'000});
      database.check();
      for (const auto& gap : h.gaps) CHECK(gap.from >= database.lost.front() - Duration{2'000});
    }
  }

  TEST_CASE("a silent re-subscription has a gap since the last change that the channel brought") {
    for (const bool hasPulse : {false, true}) {
      Database database(Duration{0}, hasPulse);
      Harness& h = database.h;
      h.subscribe(1, "bookings");
      h.subscribe(2, "clients");
      database.run(Duration{2'500});
      database.started = true;
      database.mute = true;  // the server has dropped all subscriptions, and makes them again one by one
      database.run(Duration{4'000});
      const auto channels = h.server.channels();
      for (const auto& channel : channels) {
        if (textMember(channel.bindings[0], "table") != "switchboard_pulse") continue;
        h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
        h.server.change("switchboard_pulse", "UPDATE", R"({"id":1,"seq":77})", stampOf(database.now()));
      }
      database.run(Duration{400});
      for (const auto& channel : channels) {
        if (textMember(channel.bindings[0], "table") == "switchboard_pulse") continue;
        h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
      }
      database.mute = false;
      database.run(Duration{1'000});
      database.check();
    }
  }

  TEST_CASE("what came before the announcement of a silent re-subscription, by however long, is no start of its gap") {
    for (const bool hasPulse : {false, true}) {
      for (const auto before : {Duration{30'000}, Duration{47'600}}) {  // heartbeats go out after 25 and 50 s
        for (const auto stall : {Duration{20}, Duration{9'000}}) {
          Database database(Duration{0}, hasPulse);
          Harness& h = database.h;
          h.subscribe(1, "bookings");
          h.subscribe(2, "clients");
          database.run(before);
          database.started = true;
          database.mute = true;  // the server has dropped all subscriptions
          database.run(Duration{2'000});
          database.mute = false;  // and has made them again
          database.run(Duration{900});
          database.writing = false;  // the socket stops before that is announced
          h.server.answerHeartbeats = false;
          h.run(stall);
          const auto channels = h.server.channels();
          for (auto it = channels.rbegin(); it != channels.rend(); ++it) {
            h.server.system(*it, "postgres_changes", "ok", "Subscribed to PostgreSQL");
          }
          database.check();
          REQUIRE(h.gaps.back().code == ReasonCode::Resubscribed);
          CHECK(database.lost.front() - h.gaps.back().from <= Duration{50'000});
        }
      }
    }
  }

  TEST_CASE("a gap ends after what was lost, however late it would have come and whatever the calendar says") {
    Database database(Duration{10'000});  // the calendar is behind
    Harness& h = database.h;
    h.subscribe(1, "bookings");
    h.subscribe(2, "clients");
    database.writing = false;
    database.run(Duration{1'000});
    REQUIRE(h.status(1).state == SubscriptionState::Live);
    const WallTime slow = database.now();
    database.run(Duration{7'000});
    h.server.change("bookings", "INSERT", R"({"id":1})", stampOf(slow));
    h.network.last().closeFromServer(1006);
    database.started = database.mute = true;
    database.commit();
    database.run(Duration{3'000});
    database.check();
  }

  TEST_CASE(
      "a socket that is lost before the server subscribes again has a gap since the last change, not since a beat") {
    Database database(Duration{0}, true);
    Harness& h = database.h;
    h.subscribe(1, "bookings");
    database.run(Duration{2'500});
    database.started = true;
    database.mute = true;
    database.run(Duration{2'000});
    for (const auto& channel : h.server.channels()) {
      if (textMember(channel.bindings[0], "table") != "switchboard_pulse") continue;
      h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
      h.server.change("switchboard_pulse", "UPDATE", R"({"id":1,"seq":77})", stampOf(database.now()));
    }
    database.run(Duration{400});
    h.network.last().closeFromServer(1006);
    database.mute = false;
    database.run(Duration{4'000});
    database.check();
  }

  TEST_CASE("what is lost as a token is taken lies in the gap of a socket that is lost before all channels are back") {
    Database database(Duration{0}, true);
    Harness& h = database.h;
    h.subscribe(1, "bookings");
    database.run(Duration{20'500});  // beats vouch for the channel
    database.started = database.mute = true;
    h.client().provideToken(0, "t1");
    database.run(Duration{1'400});
    for (const auto& channel : h.server.channels()) {
      if (textMember(channel.bindings[0], "table") != "switchboard_pulse") continue;
      h.server.system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
      h.server.change("switchboard_pulse", "UPDATE", R"({"id":1,"seq":21})", stampOf(database.now()));
    }
    database.run(Duration{400});
    REQUIRE(h.gaps.empty());
    h.network.last().closeFromServer(1006);
    database.mute = false;
    database.run(Duration{4'000});
    database.check();
  }

  TEST_CASE("an overflow has a gap from the first change that was held") {
    ClientOptions options;
    options.subscriptions.windowBytes = 100'000;
    for (const auto mode : {DeliveryMode::Batch, DeliveryMode::Latest}) {
      Harness h(options);
      DeliverySpec config;
      config.mode = mode;
      config.wait = Duration{100};
      config.key.push_back("id");
      REQUIRE_FALSE(h.client().subscribe(SubscriptionId{1}, {"*", "public", "a", {}, {}}, std::move(config)));
      h.settle();
      h.client().pause(SubscriptionId{1});
      const std::string text(10'000, 'x');
      for (int i = 0; i < 11 && h.gaps.empty(); ++i) {
        const auto stamp = i == 0 ? "2026-11-22T12:00:00.001Z" : "2026-11-22T12:30:00.000Z";
        h.server.change("a", "INSERT", R"({"id":)" + std::to_string(i) + R"(,"t":")" + text + "\"}", stamp);
        h.run(Duration{300'000}, Duration{1'000});
      }
      REQUIRE(h.gaps.size() == 1);
      CHECK(h.gaps[0].code == ReasonCode::Overflow);
      CHECK(h.gaps[0].fromCommit == "2026-11-22T12:00:00.001Z");
      CHECK(h.gaps[0].from <= kWallStart + Duration{1});
      CHECK(*h.gaps[0].to >= kWallStart + Duration{1'800'000});
    }
  }

  TEST_CASE("an overflow's gap ends by the database's clock, although nothing has shown that before") {
    ClientOptions options;
    options.subscriptions.windowBytes = 1'000;
    Harness h(options);
    DeliverySpec batch;
    batch.mode = DeliveryMode::Batch;
    batch.wait = Duration{1'000};
    REQUIRE_FALSE(h.client().subscribe(SubscriptionId{1}, {"*", "public", "a", {}, {}}, std::move(batch)));
    h.settle();
    for (int i = 0; i < 9 && h.gaps.empty(); ++i) h.server.change("a", "INSERT", "{}", "2026-11-22T13:00:00.000Z");
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::Overflow);
    CHECK(*h.gaps[0].to >= kWallStart + Duration{3'600'000});
  }

  TEST_CASE("an overflow that begins with a change without a time has a gap since the line went live") {
    ClientOptions options;
    options.subscriptions.windowBytes = 1'000;
    Harness h(options);
    DeliverySpec config;
    config.mode = DeliveryMode::Batch;
    config.wait = Duration{1'000};
    REQUIRE_FALSE(h.client().subscribe(SubscriptionId{1}, {"*", "public", "a", {}, {}}, std::move(config)));
    h.settle();
    const WallTime live = h.clock.wallNow();
    h.run(Duration{60'000}, Duration{1'000});
    for (int i = 0; i < 9 && h.gaps.empty(); ++i) h.server.change("a", "INSERT", "{}", "");
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].from <= live);
    CHECK(h.gaps[0].to >= h.clock.wallNow());
  }

  TEST_CASE("an overflow of what was held over a loss of the line has a gap since the key was first live") {
    ClientOptions options;
    options.subscriptions.windowBytes = 1'000;
    Harness h(options);
    h.subscribe(1, "a");
    h.settle();
    const WallTime live = h.clock.wallNow();
    h.client().pause(SubscriptionId{1});
    h.server.change("a", "INSERT", "{}", "");
    h.run(Duration{60'000}, Duration{1'000});
    h.client().reconnectAll();
    h.settle();
    h.gaps.clear();
    for (int i = 0; i < 9 && h.gaps.empty(); ++i) h.server.change("a", "INSERT", "{}", "2026-11-22T12:01:00.000Z");
    REQUIRE(h.gaps.size() == 1);
    CHECK(h.gaps[0].code == ReasonCode::Overflow);
    CHECK(h.gaps[0].from <= live);
  }

  TEST_CASE("the database's clock is known also from a line that has ended") {
    Harness h;
    h.subscribe(1, "a");
    h.settle();
    h.server.change("a", "INSERT", R"({"id":1})", "2026-11-22T13:00:00.000Z");  // its clock is an hour ahead
    h.client().unsubscribe(SubscriptionId{1});
    h.run(Duration{10'000}, Duration{1'000});
    h.subscribe(2, "b");
    h.settle();
    h.loseServer();
    h.server.acceptSockets = true;
    h.run(Duration{10'000}, Duration{1'000});
    REQUIRE(h.gaps.size() == 2);
    CHECK(*h.gaps[1].to >= kWallStart + Duration{3'600'000});
  }

  TEST_CASE("the database's clock is known also from what came on another line during the gap") {
    Harness h;
    h.subscribe(1, "a");
    h.settle();
    h.subscribe(2, "b");
    h.run(Duration{1'000});
    h.server.closeChannel(h.server.channels().front());
    REQUIRE(h.gaps.size() == 1);
    h.server.change("b", "INSERT", R"({"id":1})", "2026-11-22T13:00:00.000Z");  // its clock is an hour ahead
    h.run(Duration{10'000}, Duration{1'000});
    REQUIRE(h.gaps.size() == 2);
    CHECK(*h.gaps[1].to >= kWallStart + Duration{3'600'000});
  }

  TEST_CASE("changes without a time come also to a key that has just been given to a live binding") {
    Harness h;
    h.subscribe(1, "a");
    h.settle();
    h.server.change("a", "INSERT", R"({"id":1})");
    h.subscribe(2, "a", "INSERT");
    h.settle();
    REQUIRE(h.status(2).state == SubscriptionState::Live);
    const auto channel = h.server.channels().front();
    for (const auto* timestamp : {R"("commit_timestamp":null)", R"("commit_timestamp":"")", R"("x":1)"}) {
      const auto before = h.changes(2).size();
      h.network.last().receive(R"([null,null,")" + channel.topic +
                               R"(","postgres_changes",{"data":{"table":"a","type":"INSERT","record":{},"columns":[],)"
                               R"("errors":["Error 401: Unauthorized"],"schema":"public",)" +
                               timestamp + R"(},"ids":[)" + std::to_string(channel.bindings[0]["id"].get<unsigned>()) +
                               "]}]");
      CHECK(h.changes(2).size() == before + 1);
    }
  }

  TEST_CASE("they also come to a key that had a line before, which may bring what it has seen") {
    Harness h;
    h.subscribe(2, "a", "INSERT");
    h.settle();
    h.server.change("a", "INSERT", R"({"id":1})", "2026-11-22T12:00:01.000Z");
    h.subscribe(1, "a");
    h.run(Duration{500});
    const auto channels = h.server.channels();
    REQUIRE(channels.size() == 2);
    const auto* narrow = textMember(channels[0].bindings[0], "event") == "INSERT" ? &channels[0] : &channels[1];
    h.server.closeChannel(*narrow);
    h.run(Duration{5'000});
    REQUIRE(h.status(2).state == SubscriptionState::Live);
    const auto before = h.changes(2).size();
    h.server.change("a", "INSERT", R"({"id":1})", "2026-11-22T12:00:01.000Z");  // again, by the wider binding
    CHECK(h.changes(2).size() == before);
    h.server.change("a", "INSERT", "{}", "");
    CHECK(h.changes(2).size() == before + 1);
    h.server.change("a", "INSERT", R"({"id":2})", "2026-11-22T12:00:02.000Z");
    CHECK(h.changes(2).size() == before + 2);
  }
}
