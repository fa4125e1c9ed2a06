#include "subscription/continuity/gap_start.h"

#include <doctest/doctest.h>

#include "subscription/continuity/database_clock.h"
#include "support/fakes.h"

namespace switchboard {
namespace {

using testing::kWallStart;
using testing::stampOf;

WallTime wallAt(int ms) {
  return kWallStart + Duration{ms};
}
/// A moment of a machine whose calendar is `ahead` of the database's.
Moment moment(int ms, int ahead = 0) {
  return {TimePoint{Duration{ms}}, wallAt(ms + ahead)};
}
/// Committed then, here `lag` later, right after the answer to a heartbeat that went out half a second before.
Commit commitAt(int ms, int lag = 300, int ahead = 0) {
  return {stampOf(wallAt(ms)), wallAt(ms), TimePoint{Duration{ms + lag}}, moment(ms + lag - 500, ahead)};
}

TEST_SUITE("where a gap begins") {
  TEST_CASE("with the last change that came, and with going live where that is later or nothing came") {
    ChannelEvidence evidence;
    evidence.liveSince = wallAt(10'000);
    evidence.seenBefore = "older";
    CHECK(startOfGap(evidence).at == wallAt(10'000));
    CHECK(startOfGap(evidence).commit == "older");
    evidence.lastChange = commitAt(20'000);
    CHECK(startOfGap(evidence).at == wallAt(20'000) - kCommitDisorder);
    CHECK(startOfGap(evidence).commit == stampOf(wallAt(20'000)));
    evidence.lastChange = commitAt(10'100);
    CHECK(startOfGap(evidence).at == wallAt(10'000));
    CHECK(startOfGap(evidence).commit == stampOf(wallAt(10'100)));
  }

  TEST_CASE("with a pulse, with its last beat, whether changes came before or after") {
    ChannelEvidence evidence;
    evidence.liveSince = wallAt(0);
    evidence.hasPulse = true;
    evidence.lastChange = commitAt(30'000);
    CHECK(startOfGap(evidence).at == wallAt(0));
    CHECK(startOfGap(evidence).commit.empty());
    evidence.lastBeat = commitAt(25'000);
    CHECK(startOfGap(evidence).at == wallAt(25'000) - kCommitDisorder);
    evidence.lastBeat = commitAt(35'000);
    CHECK(startOfGap(evidence).at == wallAt(35'000) - kCommitDisorder);
    CHECK(startOfGap(evidence).commit == stampOf(wallAt(35'000)));
  }

  TEST_CASE("a pulse that the server has subscribed again does not vouch for a channel that it may not have") {
    ChannelEvidence evidence;
    evidence.liveSince = wallAt(0);
    evidence.hasPulse = true;
    evidence.beatVouches = false;
    evidence.lastBeat = commitAt(35'000);
    CHECK(startOfGap(evidence).at == wallAt(0));
    evidence.lastChange = commitAt(30'000);
    CHECK(startOfGap(evidence).at == wallAt(30'000) - kCommitDisorder);
    evidence.lastChange = commitAt(36'000);
    CHECK(startOfGap(evidence).at == wallAt(35'000) - kCommitDisorder);
  }
}

TEST_SUITE("the database's clock") {
  TEST_CASE("is this machine's until a change has come") {
    const DatabaseClock clock;
    CHECK(clock.earliest(moment(5'000, 70'000), moment(9'000, 70'000)) == wallAt(75'000));
    CHECK(clock.latest(moment(5'000, 70'000)) == wallAt(75'000));
  }

  TEST_CASE("is the earlier of what the calendar showed and what it shows now, when it was set before a change came") {
    const DatabaseClock clock;
    CHECK(clock.earliest(moment(5'000, 70'000), moment(9'000)) == wallAt(5'000));
    CHECK(clock.earliest(moment(5'000), moment(9'000, 70'000)) == wallAt(5'000));
    CHECK(clock.earliest(moment(5'000, 70'000), moment(9'000, -70'000)) == wallAt(-65'000));
  }

  TEST_CASE("allows for the time that a change may have been on its way, whatever the calendar says") {
    for (const int ahead : {-928'000, -4'000}) {
      for (const int lag : {300, 2'500, 7'000, 50'000}) {
        DatabaseClock clock;
        Commit slow = commitAt(60'000, lag);
        slow.sentAfter = moment(60'100, ahead);  // the socket stood still after this had been answered
        clock.note(slow, moment(60'000 + lag, ahead));
        CHECK(clock.latest(moment(130'000, ahead)) >= wallAt(130'000));
        CHECK(clock.latest(moment(130'000, ahead)) <= wallAt(131'000));
      }
    }
  }

  TEST_CASE("goes by the change that says most, in whatever order they came") {
    for (const bool quickFirst : {true, false}) {
      DatabaseClock clock;
      Commit slow = commitAt(80'000, 7'000);
      slow.sentAfter = moment(70'000, -10'000);
      const Commit quick = commitAt(quickFirst ? 60'000 : 90'000, 300, -10'000);
      for (const bool isQuick : {quickFirst, !quickFirst}) clock.note(isQuick ? quick : slow, moment(91'000, -10'000));
      CHECK(clock.latest(moment(130'000, -10'000)) >= wallAt(130'000));
      CHECK(clock.latest(moment(130'000, -10'000)) <= wallAt(131'300));
    }
  }

  TEST_CASE("lies between its bounds, whatever this machine's calendar says") {
    for (const int ahead : {-7'200'000, -300, 0, 300, 7'200'000}) {
      DatabaseClock clock;
      clock.note(commitAt(60'000, 600, ahead), moment(100'000, ahead));
      clock.note(commitAt(90'000, 100, ahead), moment(100'000, ahead));
      clock.note(commitAt(95'000, 400, ahead), moment(100'000, ahead));
      for (const int ms : {0, 50'000, 90'000, 100'000, 130'000}) {
        CHECK(clock.earliest(moment(ms, ahead), moment(130'000, ahead)) <= wallAt(ms));
        CHECK(clock.earliest(moment(ms, ahead), moment(130'000, ahead)) >= wallAt(ms) - Duration{200});
      }
      CHECK(clock.latest(moment(130'000, ahead)) >= wallAt(130'000));
      if (ahead <= 0) CHECK(clock.latest(moment(130'000, ahead)) <= wallAt(131'500));
    }
  }

  TEST_CASE("is not taken to be later than it was when the monotonic clock stood still") {
    DatabaseClock clock;
    // live at 0, asleep for 60 s in which the monotonic clock stood still, a change at 65 s
    clock.note({stampOf(wallAt(65'000)), wallAt(65'000), TimePoint{Duration{5'100}}, moment(0)},
               {TimePoint{Duration{5'100}}, wallAt(65'100)});
    CHECK(clock.earliest(moment(0), moment(5'100, 60'000)) <= wallAt(0));
    // the same after the change
    const Moment woken{TimePoint{Duration{6'000}}, wallAt(130'000)};
    CHECK(clock.earliest(woken, woken) <= wallAt(130'000));
    CHECK(clock.latest(woken) >= wallAt(130'000));
  }

  TEST_CASE("follows when it has been set back") {
    DatabaseClock clock;
    clock.note(commitAt(600'000), moment(601'000));
    Commit later = commitAt(1'300'000);
    later.at -= Duration{60'000};
    clock.note(later, moment(1'301'000));
    CHECK(clock.earliest(moment(1'301'000), moment(1'301'000)) <= wallAt(1'241'000));
  }

  TEST_CASE("follows when it has been set forward") {
    DatabaseClock clock;
    clock.note(commitAt(60'000), moment(61'000));
    Commit later = commitAt(70'000);
    later.at += Duration{60'000};
    clock.note(later, moment(71'000));
    CHECK(clock.latest(moment(100'000)) >= wallAt(160'000));
  }
}

}  // namespace
}  // namespace switchboard
