#include <doctest/doctest.h>

#include <set>

#include "replay/player.h"

/// The sessions that were recorded with the real server, played to real channels and connections.
namespace switchboard {
namespace {

using testing::Player;
using testing::transcript;
using Texts = std::vector<std::string>;

constexpr std::array kBoth = {Version::V1, Version::V2};

/// The story of some connections of a session, the same in both versions.
Texts storyOf(std::string_view scenario, const Texts& connections) {
  const Texts one = Player(scenario, Version::V1, connections).story();
  const Texts two = Player(scenario, Version::V2, connections).story();
  CHECK(one == two);
  return two;
}

TEST_CASE("join_bindings: good bindings go live, each bad one fails its channel") {
  const std::set<int> live = {1, 2, 3, 4, 5, 19, 22, 23, 24};
  Texts expected;
  for (int channel = 1; channel <= 28; ++channel) {
    const std::string number = std::to_string(channel);
    expected.push_back(number + " joining");
    if (live.count(channel) != 0) {
      expected.push_back(number + " live");
    } else if (channel == 26) {  // the entries are no objects: the join itself is refused
      expected.push_back(number + " failed SERVER_ERROR refused");
    } else if (channel != 25) {  // no entries at all: joined, and nothing more to say
      expected.push_back(number + " failed BAD_BINDING");
    }
  }
  CHECK(storyOf("join_bindings", {"a"}) == expected);
}

TEST_CASE("join_bindings: one bad binding fails the good one beside it, and the words name the table") {
  for (const Version version : kBoth) {
    const Player player("join_bindings", version, {"a"});
    REQUIRE(player.bench.messages.size() > 1);
    CHECK(player.bench.messages[1].find("table: nosuch,") != std::string::npos);  // channel 7: bookings and nosuch
  }
}

/// The changes that the recorded server sent on a connection, as the channel is to report them.
Texts expectedChanges(Version version, std::string_view connection, const std::map<unsigned, int>& keyOfId) {
  Texts expected;
  for (const auto& record : transcript("pg_events", version)) {
    if (record.connection != connection || record.dir != "in") continue;
    const auto json = *parseJson(record.text);
    const auto& event = version == Version::V1 ? json["event"] : json[3];
    const auto& payload = version == Version::V1 ? json["payload"] : json[4];
    if (event != "postgres_changes") continue;
    std::set<int> keys;
    for (const auto& id : payload["ids"]) keys.insert(keyOfId.at(id.get<unsigned>()));
    std::string text = "1 change " + payload["data"]["type"].get<std::string>().substr(0, 1);
    for (const int key : keys) text += " " + std::to_string(key);
    expected.push_back(text);
  }
  return expected;
}

TEST_CASE("pg_events: every change reaches exactly the bindings that the server named") {
  for (const Version version : kBoth) {
    Player player("pg_events", version, {"anon"});
    std::map<unsigned, int> keyOfId;
    for (const auto& record : transcript("pg_events", version)) {  // the first frame is the join's reply
      if (record.connection != "anon" || record.dir != "in") continue;
      const auto json = *parseJson(record.text);
      const auto& payload = version == Version::V1 ? json["payload"] : json[4];
      int key = 0;
      for (const auto& entry : payload["response"]["postgres_changes"]) keyOfId[entry["id"].get<unsigned>()] = ++key;
      break;
    }
    CHECK(keyOfId.size() == 8);
    auto events = player.bench.takeEvents();
    REQUIRE(events.size() > 2);
    CHECK(events[0] == "1 joining");
    CHECK(events[1] == "1 live");
    events.erase(events.begin(), events.begin() + 2);
    const auto expected = expectedChanges(version, "anon", keyOfId);
    CHECK(expected.size() == 535);
    CHECK(events == expected);
    CHECK(player.bench.counters.badFrames == 0);
    CHECK(player.bench.counters.ignoredFrames == 0);
  }
}

TEST_CASE("pg_events: row level security decides who hears of a table of its own") {
  for (const Version version : kBoth) {
    for (const char* connection : {"auth", "service"}) {
      const auto expected = expectedChanges(version, connection, {{119'091'866, 1}});
      const Player player("pg_events", version, {connection});
      CHECK(expected.size() >= 3);
      CHECK(player.story() == Texts{"1 joining", "1 live", "1 changes " + std::to_string(expected.size())});
    }
  }
}

TEST_CASE("tokens: a push of a good token makes the server announce changes again, and that is no interruption") {
  CHECK(storyOf("tokens", {"refresh_valid"}) == Texts{"1 joining", "1 live", "1 live"});
}

TEST_CASE("tokens: pushes that the server ignores change nothing") {
  for (const char* connection : {"refresh_null", "refresh_sb", "refresh_number", "same"}) {
    CHECK(storyOf("tokens", {connection}) == Texts{"1 joining", "1 live"});
  }
}

TEST_CASE("tokens: a bad token ends the channel, and the cause says what is wrong with it") {
  const std::pair<const char*, const char*> cases[] = {{"refresh_expired", "1 failed TOKEN_EXPIRED"},
                                                       {"refresh_garbage", "1 failed TOKEN_INVALID"},
                                                       {"refresh_badsig", "1 failed TOKEN_INVALID"},
                                                       {"refresh_norole", "1 failed TOKEN_INVALID"},
                                                       {"refresh_unknown_role", "1 failed ROLE_INVALID"}};
  for (const auto& [connection, failure] : cases) {
    CHECK(storyOf("tokens", {connection}) == Texts{"1 joining", "1 live", failure});
  }
}

TEST_CASE("tokens: an expiry in place ends only the channel whose token it was, which can be joined again") {
  CHECK(storyOf("tokens", {"expires"}) ==
        Texts{"1 joining", "2 joining", "1 live", "1 failed TOKEN_EXPIRED", "3 joining"});
}

TEST_CASE("tokens: an api key that expires ends the channel and then refuses joins") {
  CHECK(storyOf("tokens", {"apikey_expires"}) ==
        Texts{"1 joining", "1 failed TOKEN_EXPIRED", "2 joining", "2 failed TOKEN_EXPIRED refused"});
}

TEST_CASE("leave: what comes after a leave is nobody's") {
  CHECK(storyOf("leave", {"a"}) ==
        Texts{"1 joining", "1 live", "2 joining", "2 live", "3 joining", "2 failed CHANNEL_CLOSED"});
  for (const Version version : kBoth) {
    const Player player("leave", version, {"a"});
    CHECK(player.bench.counters.ignoredFrames == 7);  // replies to leaves and to a broadcast, closes of what was left
  }
}

TEST_CASE("rejoin: after a loss a new channel hears the new socket's changes") {
  CHECK(storyOf("rejoin", {"a", "a2"}) ==
        Texts{"1 joining", "1 live", "1 failed CONNECTION_LOST", "2 joining", "2 live", "2 changes 2"});
}

TEST_CASE("shutdown: a restart of the server is reported as such, and the channel goes live after it") {
  CHECK(storyOf("shutdown", {"a", "down", "after"}) ==
        Texts{"1 joining", "1 live", "1 failed SERVER_RESTART", "2 joining", "2 live"});
}

TEST_CASE("limits: channels above the limit are refused until one is left") {
  CHECK(storyOf("limits", {"chan"}) == Texts{"1 joining", "2 joining", "3 joining", "4 joining", "5 joining",
                                             "5 failed TOO_MANY_CHANNELS refused", "6 joining",
                                             "6 failed TOO_MANY_CHANNELS refused", "7 joining"});
}

TEST_CASE("limits: a channel above the rate of messages is closed with that cause") {
  const Player player("limits", Version::V1, {"events"});
  CHECK(player.story() == Texts{"1 joining", "2 joining", "1 failed RATE_LIMITED"});
}

TEST_CASE("garbage: a crash of the channel and a refused join are reported, the connection lives on") {
  CHECK(Player("garbage", Version::V2, {"payload is a string on broadcast"}).story() ==
        Texts{"1 joining", "1 failed CHANNEL_CRASHED"});
  CHECK(storyOf("garbage", {"payload null on join"}) == Texts{"1 joining", "1 failed SERVER_ERROR refused"});
}

TEST_CASE("broadcast, presence and what the reference client hears: frames of other kinds disturb no channel") {
  for (const std::string scenario :
       {"broadcast", "presence", "connect", "join_shapes", "rtjs", "garbage", "idle", "limits"}) {
    for (const Version version : kBoth) {
      std::set<std::string> names;
      for (const auto& record : transcript(scenario, version)) {
        if (!record.connection.empty() && record.connection != "other_vsn") names.insert(record.connection);
      }
      for (const auto& name : names) {
        CAPTURE(scenario);
        CAPTURE(name);
        const Player player(scenario, version, {name});
        const auto& counters = player.bench.counters;
        // what is no frame at all: numeric refs that a raw client asked for, and a server's own failure to encode
        CHECK(counters.badFrames <= 1);
        for (const auto& event : player.bench.events) {
          CHECK((scenario == "rtjs" || event.find("change") == std::string::npos));
          CHECK(event.find("again") == std::string::npos);
          CHECK(event.find("MISMATCH") == std::string::npos);
        }
      }
    }
  }
}

}  // namespace
}  // namespace switchboard
