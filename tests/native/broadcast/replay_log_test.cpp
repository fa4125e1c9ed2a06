#include "broadcast/replay_log.h"

#include <doctest/doctest.h>

#include <string>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::kWallStart;
using testing::ms;

BroadcastMeta live(int id) {
  return {std::to_string(id), false};
}
BroadcastMeta replayed(int id) {
  return {std::to_string(id), true};
}

TEST_CASE("the first join asks for what the application wants, and for nothing else") {
  CHECK_FALSE(ReplayLog(std::nullopt).request().has_value());
  ReplayLog log(ReplayRequest{kWallStart - ms(600'000), 10});
  const auto request = log.request();
  REQUIRE(request.has_value());
  CHECK(request->since == kWallStart - ms(600'000));
  CHECK(request->limit == 10);
  CHECK(log.request()->limit == 10);  // the join did not succeed
}

TEST_CASE("a later join asks from a minute before the channel last proved alive") {
  ReplayLog log(std::nullopt);
  log.onAlive(kWallStart);  // not joined yet: nothing was to come
  CHECK_FALSE(log.request().has_value());
  log.onJoined(kWallStart);
  CHECK(log.request()->since == kWallStart - ms(60'000));
  log.onAlive(kWallStart + ms(500'000));
  CHECK(log.request()->since == kWallStart + ms(440'000));
  CHECK(log.request()->limit == 25);
  log.onJoined(kWallStart + ms(900'000));  // by itself no proof that what came before has been sent again
  CHECK(log.request()->since == kWallStart + ms(440'000));
}

TEST_CASE("a calendar that is set back makes the next join ask for more") {
  ReplayLog log(std::nullopt);
  log.onJoined(kWallStart);
  log.onAlive(kWallStart + ms(86'400'000));
  log.onAlive(kWallStart + ms(1'000));
  CHECK(log.request()->since == kWallStart - ms(59'000));
}

TEST_CASE("what was delivered is not delivered again, live or replayed") {
  ReplayLog log(std::nullopt);
  log.onJoined(kWallStart);
  CHECK(log.admit(live(1)));
  CHECK(log.admit(live(2)));
  log.request();
  CHECK_FALSE(log.admit(replayed(1)));
  CHECK_FALSE(log.admit(replayed(2)));
  CHECK(log.admit(replayed(3)));
  CHECK_FALSE(log.admit(live(3)));
  CHECK(log.admit(live(4)));
}

TEST_CASE("broadcasts that the server does not keep have no id, and all of them are delivered") {
  ReplayLog log(std::nullopt);
  log.onJoined(kWallStart);
  CHECK(log.admit({}));
  CHECK(log.admit({}));
}

TEST_CASE("the latest 64 broadcasts are remembered, more than a replay can bring") {
  ReplayLog log(std::nullopt);
  log.onJoined(kWallStart);
  for (int id = 0; id < 1'000; ++id) CHECK(log.admit(live(id)));
  log.request();
  for (int id = 936; id < 1'000; ++id) CHECK_FALSE(log.admit(replayed(id)));
  CHECK(log.admit(replayed(935)));
}

TEST_CASE("a replay that had room for more is complete") {
  ReplayLog log(std::nullopt);
  log.onJoined(kWallStart);
  log.admit(live(0));
  log.request();
  for (int id = 1; id < 25; ++id) log.admit(replayed(id));
  CHECK(log.isComplete());
  log.admit(replayed(25));
  CHECK_FALSE(log.isComplete());
  log.request();
  CHECK(log.isComplete());
}

TEST_CASE("a full replay is complete when it reaches back to what was known") {
  ReplayLog log(std::nullopt);
  log.onJoined(kWallStart);
  log.admit(live(1));
  log.request();
  for (int id = 1; id <= 25; ++id) log.admit(replayed(id));
  CHECK(log.isComplete());
}

}  // namespace
}  // namespace switchboard
