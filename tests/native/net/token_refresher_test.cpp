#include "net/token_refresher.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/jwt.h"
#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::kWallStart;
using testing::ms;
using testing::tokenUntil;
using testing::Workbench;

const Cause kExpired{ReasonCode::TokenExpired, Retry::NewToken, "Token has expired 0 seconds ago"};

struct Keeper : Workbench, private TokenDelegate {
  explicit Keeper(bool hasCallback, std::string initial = {})
      : options{hasCallback}, keeper(options, std::move(initial), context, delegate()) {}

  std::uint32_t lastRequest() const { return requests.empty() ? 0 : requests.back(); }
  void answer(std::string token) { keeper.provide(lastRequest(), std::move(token)); }
  std::string problem() const { return keeper.problem() ? std::string(toString(keeper.problem()->code)) : "none"; }

  TokenOptions options;
  std::vector<std::uint32_t> requests;
  int changes = 0;
  int states = 0;
  TokenRefresher keeper;

 private:
  TokenDelegate& delegate() { return *this; }
  void onTokenWanted(std::uint32_t request) override { requests.push_back(request); }
  void onTokenChanged() override { ++changes; }
  void onTokenState() override { ++states; }
};

std::string goodFor(Duration span, std::string_view name = "a") {
  return tokenUntil(kWallStart + span, name);
}

TEST_CASE("without a callback joins may go out at once, with or without a token") {
  CHECK(Keeper(false).keeper.ready());
  Keeper with(false, "t");
  CHECK(with.keeper.ready());
  CHECK(with.keeper.token() == "t");
  with.keeper.refresh();
  CHECK(with.requests.empty());
}

TEST_CASE("a callback is asked once at a time, and joins wait for the answer") {
  Keeper k(true);
  k.keeper.refresh();
  k.keeper.refresh();
  CHECK(k.requests.size() == 1);
  CHECK_FALSE(k.keeper.ready());
  k.answer("t");
  CHECK(k.keeper.ready());
  CHECK(k.keeper.token() == "t");
  CHECK(k.changes == 1);
  k.keeper.refresh();
  CHECK(k.requests.size() == 2);
}

TEST_CASE("the same token again is no change") {
  Keeper k(true);
  CHECK(k.keeper.version() == 0);
  for (int i = 0; i < 3; ++i) {
    k.keeper.refresh();
    k.answer("t");
  }
  CHECK(k.changes == 1);
  CHECK(k.keeper.version() == 1);
}

TEST_CASE("an answer to an old question, or to none, is ignored") {
  Keeper k(true);
  k.keeper.provide(1, "early");
  CHECK(k.keeper.token().empty());
  k.keeper.refresh();
  const auto first = k.lastRequest();
  k.advance(ms(5'000));  // times out
  k.advance(ms(1'000));  // is asked again
  REQUIRE(k.lastRequest() != first);
  k.keeper.provide(first, "late");
  k.keeper.fail(first, "late");
  CHECK(k.keeper.token().empty());
  CHECK_FALSE(k.keeper.ready());
  k.answer("t");
  CHECK(k.keeper.token() == "t");
}

TEST_CASE("a callback that does not answer within 5 s counts as failed") {
  Keeper k(true);
  k.keeper.refresh();
  k.advance(ms(4'999));
  CHECK(k.problem() == "none");
  k.advance(ms(1));
  CHECK(k.problem() == "TOKEN_UNAVAILABLE");
  CHECK_FALSE(k.keeper.ready());
  REQUIRE(k.log.lines.size() == 1);
  CHECK(k.log.lines[0].first == LogLevel::Warn);
}

TEST_CASE("with a token that is still good, a failing callback does not hold joins up") {
  Keeper k(true, goodFor(ms(3'600'000)));
  k.keeper.refresh();
  CHECK_FALSE(k.keeper.ready());
  k.keeper.fail(k.lastRequest(), "network");
  CHECK(k.keeper.ready());
  CHECK(k.problem() == "none");
}

TEST_CASE("with an expired token, a failing callback does") {
  Keeper k(true, goodFor(ms(-1'000)));
  k.keeper.refresh();
  k.keeper.fail(k.lastRequest(), "network down");
  CHECK(k.problem() == "TOKEN_UNAVAILABLE");
  CHECK(k.keeper.problem()->message.find("network down") != std::string::npos);
}

TEST_CASE("a failing callback is asked again, ever less often but at least every 30.5 s") {
  Keeper k(true);
  k.keeper.refresh();
  for (int i = 0; i < 20; ++i) {
    const auto before = k.requests.size();
    k.keeper.fail(k.lastRequest(), "x");
    CHECK(k.untilTimer() >= ms(500));
    CHECK(k.untilTimer() <= ms(30'500));
    k.advance(k.untilTimer());
    REQUIRE(k.requests.size() == before + 1);
  }
}

TEST_CASE("a callback that fails for an hour is asked less than 300 times") {
  Keeper k(true);
  k.keeper.refresh();
  while (k.clock.wallNow() < kWallStart + ms(3'600'000)) {
    k.keeper.fail(k.lastRequest(), "x");
    k.advance(k.untilTimer());
  }
  CHECK(k.requests.size() < 300);
}

TEST_CASE("the message of a failing callback reaches the problem, a token never reaches a message") {
  Keeper k(true, "SECRET");
  k.keeper.refuse(kExpired);
  k.keeper.fail(k.lastRequest(), "x");
  CHECK(k.problem() == "TOKEN_EXPIRED");
  CHECK(k.keeper.problem()->message.find("SECRET") == std::string::npos);
  for (const auto& line : k.log.lines) CHECK(line.second.find("SECRET") == std::string::npos);
}

TEST_CASE("a new token is asked for one minute ahead of the expiry of an hour's token") {
  Keeper k(true);
  k.keeper.refresh();
  k.answer(goodFor(ms(3'600'000)));
  k.advance(ms(3'600'000 - 60'000 - 1));
  CHECK(k.requests.size() == 1);
  k.advance(ms(1));
  CHECK(k.requests.size() == 2);
}

TEST_CASE("a short-lived token is renewed when nine tenths of its life are over") {
  Keeper k(true);
  k.keeper.refresh();
  k.answer(goodFor(ms(60'000)));
  k.advance(ms(53'999));
  CHECK(k.requests.size() == 1);
  k.advance(ms(1));
  CHECK(k.requests.size() == 2);
}

TEST_CASE("the initial token is renewed ahead of its expiry too") {
  Keeper k(true, goodFor(ms(600'000)));
  k.advance(ms(539'999));
  CHECK(k.requests.empty());
  k.advance(ms(1));
  CHECK(k.requests.size() == 1);
}

TEST_CASE("after a sleep in which the monotonic clock stood still the renewal is brought forward by as much") {
  Keeper k(true, goodFor(ms(3'600'000)));
  k.clock.jumpWall(ms(3'000'000));
  k.keeper.followCalendar();
  k.advance(ms(539'999));
  CHECK(k.requests.empty());
  k.advance(ms(1));
  CHECK(k.requests.size() == 1);
}

TEST_CASE("a renewal that fell due in such a sleep is made at once, also when the token expired in it") {
  Keeper k(true, goodFor(ms(3'600'000)));
  SUBCASE("due") {
    k.clock.jumpWall(ms(3'540'000));
  }
  SUBCASE("expired") {
    k.clock.jumpWall(ms(30'000'000));
  }
  k.keeper.followCalendar();
  k.advance(ms(0));
  REQUIRE(k.requests.size() == 1);
  k.keeper.followCalendar();  // a question is open
  k.advance(ms(0));
  CHECK(k.requests.size() == 1);
  k.answer(goodFor(ms(40'000'000)));
  CHECK(k.changes == 1);
  CHECK(k.keeper.ready());
}

TEST_CASE(
    "a callback that gives the token that expired in the sleep again is not asked at every look at the calendar") {
  const auto token = goodFor(ms(3'600'000));
  Keeper k(true, token);
  k.clock.jumpWall(ms(3'600'001));
  for (int i = 0; i < 10; ++i) {
    k.keeper.followCalendar();
    k.advance(ms(0));
    k.answer(token);
  }
  CHECK(k.requests.size() == 1);
}

TEST_CASE("the calendar does not quicken the pace of asking again") {
  Keeper k(true, goodFor(ms(3'600'000)));
  SUBCASE("after a failure") {
    k.keeper.refresh();
    k.keeper.fail(k.lastRequest(), "x");
  }
  SUBCASE("after a refusal") {
    k.keeper.refuse(kExpired);
    k.answer(goodFor(ms(3'600'000)));
  }
  const auto asked = k.requests.size();
  const auto wait = k.untilTimer();
  k.clock.jumpWall(ms(3'600'001));
  k.keeper.followCalendar();
  CHECK(k.untilTimer() == wait);
  k.advance(wait);
  CHECK(k.requests.size() == asked + 1);
}

TEST_CASE("a calendar that is set back does not put the renewal off") {
  Keeper k(true, goodFor(ms(3'600'000)));
  k.clock.jumpWall(ms(-1'000'000));
  k.keeper.followCalendar();
  k.advance(ms(3'540'000));
  CHECK(k.requests.size() == 1);
}

TEST_CASE("what is never renewed is not renewed by the calendar either") {
  std::string token = goodFor(ms(3'600'000));
  bool hasCallback = true;
  bool stopped = false;
  SUBCASE("without an expiry") {
    token = "sb_publishable_x";
  }
  SUBCASE("without a callback") {
    hasCallback = false;
  }
  SUBCASE("stopped") {
    stopped = true;
  }
  Keeper k(hasCallback, token);
  if (stopped) k.keeper.stop();
  k.clock.jumpWall(ms(30'000'000));
  k.keeper.followCalendar();
  CHECK_FALSE(k.timer.isArmed());
}

/// A token that was issued an hour before its expiry.
std::string issued(WallTime expiry, bool withIat) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expiry.time_since_epoch()).count();
  const std::string iat = withIat ? ",\"iat\":" + std::to_string(seconds - 3'600) : std::string();
  return testing::jwt("{\"role\":\"authenticated\",\"exp\":" + std::to_string(seconds) + iat + "}");
}

TEST_CASE("a calendar that is wrong for a while leaves no token without its renewal") {
  bool withIat = false;
  SUBCASE("without iat") {}
  SUBCASE("with iat") {
    withIat = true;
  }
  const auto token = issued(kWallStart + ms(3'600'000), withIat);
  for (const int hours : {2, -2}) {
    for (const bool before : {true, false}) {
      CAPTURE(hours);
      CAPTURE(before);
      const Duration jump = ms(3'600'000) * hours;
      Keeper k(true);
      if (before) k.clock.jumpWall(jump);
      k.keeper.refresh();
      k.answer(token);
      if (!before) k.clock.jumpWall(jump);
      k.keeper.followCalendar();
      const auto pass = [&](Duration span) {
        for (const auto end = k.clock.now() + span; k.clock.now() < end;) {
          k.advance(ms(1'000));
          if (!k.keeper.ready() && !k.keeper.problem()) k.answer(token);
        }
      };
      pass(ms(60'000));
      k.clock.jumpWall(-jump);
      k.keeper.followCalendar();
      pass(ms(3'600'000 - 60'000 - 70'000));
      const auto asked = k.requests.size();
      CHECK(asked <= 17);  // a calendar that is ahead without iat says nothing: every 4 min
      pass(ms(60'000));
      CHECK(k.requests.size() > asked);
    }
  }
}

TEST_CASE("a token that came while the calendar was behind is renewed by its own life") {
  Keeper k(true);
  k.clock.jumpWall(ms(-7'200'000));
  k.keeper.refresh();
  k.answer(issued(kWallStart + ms(3'600'000), true));
  CHECK(k.untilTimer() == ms(3'540'000));
}

TEST_CASE(
    "a token that was not fresh when it came is renewed by the calendar, and an iat that makes no sense is ignored") {
  Keeper k(true);
  k.keeper.refresh();
  SUBCASE("half of its life over") {
    k.answer(issued(kWallStart + ms(1'800'000), true));
  }
  SUBCASE("issued after its expiry") {
    k.answer(testing::jwt("{\"role\":\"authenticated\",\"iat\":9999999999,\"exp\":" +
                          std::to_string((kWallStart + ms(1'800'000)).time_since_epoch().count() / 1'000) + "}"));
  }
  CHECK(k.untilTimer() == ms(1'740'000));
}

TEST_CASE("a callback that keeps giving the same token is not asked in a frenzy as it expires") {
  Keeper k(true);
  const auto token = goodFor(ms(600'000));
  k.keeper.refresh();
  for (int i = 0; i < 6'100; ++i) {
    if (!k.keeper.ready() && k.problem() == "none") k.answer(token);
    k.advance(ms(100));
  }
  CHECK(k.requests.size() < 12);
}

TEST_CASE("a token without an expiry is never renewed of the keeper's own accord") {
  Keeper k(true);
  k.keeper.refresh();
  k.answer("sb_publishable_x");
  CHECK_FALSE(k.timer.isArmed());
}

TEST_CASE("without a callback nothing is renewed") {
  Keeper k(false, goodFor(ms(60'000)));
  CHECK_FALSE(k.timer.isArmed());
}

TEST_CASE("a refused token holds joins up until there is another one") {
  Keeper k(false, "old");
  k.keeper.refuse(kExpired);
  CHECK_FALSE(k.keeper.ready());
  CHECK(k.problem() == "TOKEN_EXPIRED");
  k.keeper.set("old");
  CHECK_FALSE(k.keeper.ready());
  CHECK(k.problem() == "TOKEN_EXPIRED");
  k.keeper.set("new");
  CHECK(k.keeper.ready());
  CHECK(k.problem() == "none");
  CHECK(k.changes == 1);
}

TEST_CASE("a refused token sends the keeper to its callback at once") {
  Keeper k(true, "old");
  k.keeper.refuse(kExpired);
  CHECK(k.requests.size() == 1);
  k.answer("new");
  CHECK(k.keeper.ready());
}

TEST_CASE("a refused token is tried again after 30 s, then less and less often, at least every 5 min") {
  Keeper k(false, "t");
  for (const int least : {30'000, 60'000, 120'000, 240'000, 240'000, 240'000}) {
    k.keeper.refuse(kExpired);
    CHECK_FALSE(k.keeper.ready());
    REQUIRE(k.keeper.nextTryAt());
    CHECK(*k.keeper.nextTryAt() == k.clock.wallNow() + k.untilTimer());
    CHECK(k.untilTimer() >= ms(least));
    CHECK(k.untilTimer() <= ms(least * 5 / 4));
    k.advance(k.untilTimer());
    CHECK(k.keeper.ready());
    CHECK_FALSE(k.keeper.nextTryAt());
  }
  CHECK(k.keeper.token() == "t");
}

TEST_CASE("an accepted token ends the growth of that pace") {
  Keeper k(false, "t");
  for (int i = 0; i < 5; ++i) {
    k.keeper.refuse(kExpired);
    k.advance(k.untilTimer());
  }
  k.keeper.accepted();
  k.keeper.refuse(kExpired);
  CHECK(k.untilTimer() <= ms(37'500));
}

TEST_CASE("a reconnect that is asked for ends the wait and the growth of that pace") {
  for (const bool isRefused : {false, true}) {
    Keeper k(false, "t");
    for (int i = 0; i < 5; ++i) {
      k.keeper.refuse(kExpired);
      k.advance(k.untilTimer());
    }
    if (isRefused) k.keeper.refuse(kExpired);
    k.keeper.retryNow();
    CHECK(k.keeper.ready());
    k.keeper.refuse(kExpired);
    CHECK(k.untilTimer() >= ms(30'000));
    CHECK(k.untilTimer() <= ms(37'500));
  }
}

TEST_CASE("another token that the application gives begins the pace from the start") {
  Keeper k(false, "t");
  for (int i = 0; i < 5; ++i) {
    k.keeper.refuse(kExpired);
    k.advance(k.untilTimer());
  }
  k.keeper.set("t");
  k.keeper.refuse(kExpired);
  CHECK(k.untilTimer() >= ms(240'000));
  k.keeper.set("u");
  k.keeper.refuse(kExpired);
  CHECK(k.untilTimer() <= ms(37'500));
}

TEST_CASE("a refusal that is reported by several channels counts once") {
  Keeper k(false, "t");
  for (int i = 0; i < 5; ++i) k.keeper.refuse(kExpired);
  CHECK(k.untilTimer() <= ms(37'500));
}

TEST_CASE("the refused token given again, by the application or its callback, does not bring its trial forward") {
  bool byCallback = false;
  SUBCASE("by the application") {}
  SUBCASE("by the callback") {
    byCallback = true;
  }
  Keeper k(byCallback, "t");
  k.keeper.refuse(kExpired);
  while (!k.keeper.ready() && k.clock.wallNow() < kWallStart + ms(60'000)) {
    if (byCallback) {
      k.answer("t");
    } else {
      k.keeper.set("t");
    }
    if (!k.keeper.ready()) k.advance(k.untilTimer());
  }
  CHECK(k.keeper.ready());
  CHECK(k.clock.wallNow() >= kWallStart + ms(30'000));
  CHECK(k.clock.wallNow() <= kWallStart + ms(37'500));
}

TEST_CASE("a callback that gives the refused token again is asked soon again, then less and less often") {
  Keeper k(true, "t");
  k.keeper.refuse(kExpired);
  k.answer("t");
  CHECK(k.untilTimer() <= ms(500));
  while (k.clock.wallNow() < kWallStart + ms(3'600'000)) {
    k.advance(k.untilTimer());
    k.answer("t");
    if (k.keeper.ready()) k.keeper.refuse(kExpired);
  }
  CHECK(k.requests.size() >= 20);
  CHECK(k.requests.size() <= 40);
}

TEST_CASE("a callback that gives one refused token after the other is asked at the same pace") {
  Keeper k(true, "t0");
  k.keeper.refuse(kExpired);
  k.answer("t1");
  CHECK(k.keeper.ready());
  for (const int least : {30'000, 60'000, 120'000, 240'000, 240'000}) {
    const auto asked = k.requests.size();
    k.keeper.refuse(kExpired);
    CHECK(k.requests.size() == asked);
    CHECK(k.untilTimer() >= ms(least));
    CHECK(k.untilTimer() <= ms(least * 5 / 4));
    k.advance(k.untilTimer());
    REQUIRE(k.requests.size() == asked + 1);
    k.answer("t" + std::to_string(asked + 1));
    CHECK(k.keeper.ready());
  }
}

TEST_CASE("a refused token that has not expired is tried again even if the callback fails then") {
  Keeper k(true, goodFor(ms(3'600'000)));
  k.keeper.refuse(kExpired);
  for (int i = 0; i < 100 && !k.keeper.ready(); ++i) {
    k.keeper.fail(k.lastRequest(), "x");
    if (!k.keeper.ready()) k.advance(k.untilTimer());
  }
  CHECK(k.keeper.ready());
  CHECK(k.clock.wallNow() >= kWallStart + ms(30'000));
  CHECK(k.clock.wallNow() <= kWallStart + ms(70'000));
}

TEST_CASE("a token that the application sets answers an open question") {
  Keeper k(true);
  k.keeper.refresh();
  const auto asked = k.lastRequest();
  k.keeper.set("mine");
  CHECK(k.keeper.ready());
  CHECK(k.keeper.token() == "mine");
  k.keeper.provide(asked, "theirs");
  CHECK(k.keeper.token() == "mine");
  CHECK_FALSE(k.timer.isArmed());
}

TEST_CASE("an empty token takes the token away, and joins go on with the api key") {
  Keeper k(false, "t");
  k.keeper.set("");
  CHECK(k.keeper.token().empty());
  CHECK(k.keeper.ready());
  CHECK(k.changes == 1);
}

TEST_CASE("a stopped keeper asks nothing and takes no answer") {
  Keeper k(true);
  k.keeper.refresh();
  const auto asked = k.lastRequest();
  k.keeper.stop();
  CHECK_FALSE(k.timer.isArmed());
  k.keeper.provide(asked, "late");
  CHECK(k.keeper.token().empty());
}

TEST_CASE("whoever waits is notified whenever joins may or may not go out") {
  Keeper k(true);
  k.keeper.refresh();
  CHECK(k.states == 1);
  k.keeper.fail(k.lastRequest(), "x");
  CHECK(k.states == 2);
  k.advance(ms(5'500));
  CHECK(k.states == 3);
  k.answer("t");
  CHECK(k.states == 4);
}

}  // namespace
}  // namespace switchboard
