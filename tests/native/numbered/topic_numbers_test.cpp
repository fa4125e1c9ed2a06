#include "numbered/topic_numbers.h"

#include <doctest/doctest.h>

#include "numbered/numbers_bench.h"

namespace switchboard {
namespace {

using testing::messageText;
using testing::ms;
using testing::NumbersBench;
using testing::okAnswer;
using testing::positionText;
using testing::tooOld;
using S = NumbersState;

TEST_CASE("the start: the position is asked for, messages are held, and those after the position are passed on") {
  NumbersBench bench;
  bench.hear(1);  // before the join
  bench.numbers.onJoined();
  CHECK(bench.take() == "is starting");
  bench.advance(ms(0));
  CHECK(bench.take() == "want 1 after -");
  CHECK(bench.lastEpoch.empty());
  bench.hear(43);
  bench.hear(42);
  bench.hear(41);
  CHECK(bench.take().empty());
  bench.answer(okAnswer("e", 41));
  CHECK(bench.take() == "is filling, pass 42, pass 43, is live");
  CHECK(bench.numbers.epoch() == "e");
  CHECK(bench.numbers.held().size() == 0);
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("the start of a topic without messages is at 0") {
  NumbersBench bench;
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  bench.answer(
      R"({"v":1,"state":"ok","topic":"switchboard:t:1","epoch":"e","first":1,"last":0,"messages":[],"more":false})");
  CHECK(bench.take() == "is live");
  bench.hear(1);
  CHECK(bench.take() == "pass 1");
}

TEST_CASE("messages held at the start that leave a hole after the position are filled") {
  NumbersBench bench;
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.hear(44);
  bench.hear(7, "old");
  bench.take();
  bench.answer(okAnswer("e", 41));
  CHECK(bench.take() == "is filling");
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  bench.answer(okAnswer("e", 43, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43, pass 44, is live");
}

TEST_CASE("in order, each message is passed on at once, and what comes again is dropped") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(42);
  bench.hear(42);
  bench.hear(41);
  bench.hear(43);
  CHECK(bench.take() == "pass 42, pass 43");
  CHECK(bench.numbers.counts().duplicates == 2);
  CHECK(bench.numbers.position() == 43);
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("a hole is asked for while later messages wait") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(44);
  CHECK(bench.take() == "is filling");
  CHECK(bench.numbers.behind() == 3);
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  CHECK(bench.lastEpoch == "e");
  CHECK(bench.lastAtMost == 500);
  bench.hear(46);
  bench.soon();
  CHECK(bench.take().empty());  // one request at a time
  bench.answer(okAnswer("e", 45, 42, 45));
  CHECK(bench.take() == "pass 42, pass 43, pass 44, pass 45, pass 46, is live");
  CHECK(bench.numbers.counts().filled == 3);
  CHECK(bench.numbers.behind() == 0);
}

TEST_CASE("messages that only came in another order are passed on without a request") {
  NumbersBench bench;
  bench.goLive();
  bench.random.script({50});
  bench.hear(43);
  bench.hear(42);
  CHECK(bench.take() == "is filling, pass 42, pass 43, is live");
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("a hole that closes by itself while the database is asked: the answer brings nothing twice") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.take();
  bench.hear(42);
  CHECK(bench.take() == "pass 42, pass 43, is live");
  bench.answer(okAnswer("e", 43, 42, 43));
  CHECK(bench.take().empty());
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("holes within holes: each answer is used as far as it goes") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.hear(46);
  bench.take();
  bench.answer(okAnswer("e", 43, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43");
  CHECK(bench.numbers.state() == S::Filling);
  bench.soon();
  CHECK(bench.take() == "want 3 after 43");
  bench.answer(okAnswer("e", 46, 44, 46));
  CHECK(bench.take() == "pass 44, pass 45, pass 46, is live");
}

TEST_CASE("a short answer is followed by the next request at once") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(1'000);
  bench.soon();
  bench.take();
  bench.answer(okAnswer("e", 1'000, 42, 44));
  CHECK(bench.take() == "pass 42, pass 43, pass 44");
  bench.advance(ms(0));
  CHECK(bench.take() == "want 3 after 44");
  CHECK(bench.numbers.counts().failures == 0);
}

TEST_CASE("a position reveals a hole at the end") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onPosition(positionText("e", 41));
  bench.numbers.onPosition(positionText("e", 5));
  CHECK(bench.take().empty());
  bench.numbers.onPosition(positionText("e", 42));
  CHECK(bench.take() == "is filling");
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  bench.answer(okAnswer("e", 42, 42, 42));
  CHECK(bench.take() == "pass 42, is live");
}

TEST_CASE("a doubt asks the database, and the topic stays live") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.numbers.doubt();
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  bench.answer(okAnswer("e", 41));
  bench.later();
  CHECK(bench.take().empty());
  bench.numbers.doubt();
  bench.soon();
  CHECK(bench.take() == "want 3 after 41");
  bench.answer(okAnswer("e", 43, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43");
}

TEST_CASE("a hole that messages wait for is asked for sooner than a doubt") {
  NumbersBench bench;
  bench.goLive();
  bench.random.script({1'000, 100});
  bench.numbers.doubt();
  bench.advance(ms(200));
  CHECK(bench.take().empty());
  bench.hear(43);
  bench.take();
  bench.advance(ms(99));
  CHECK(bench.take().empty());
  bench.advance(ms(1));
  CHECK(bench.take() == "want 2 after 41");

  NumbersBench other;
  other.goLive();
  other.random.script({1'000});
  other.numbers.onPosition(positionText("e", 43));
  other.take();
  other.advance(ms(999));
  CHECK(other.take().empty());
  other.advance(ms(1));
  CHECK(other.take() == "want 2 after 41");
}

TEST_CASE(
    "a hole with messages waiting is asked for within the shorter time, a second doubt no sooner than the first") {
  NumbersBench bench;
  bench.goLive();
  bench.random.script({150});  // of 0 to 100 that is 49
  bench.hear(43);
  bench.take();
  bench.advance(ms(49));
  CHECK(bench.take() == "want 2 after 41");

  NumbersBench other;
  other.goLive();
  other.random.script({1'000, 0});
  other.numbers.doubt();
  other.numbers.doubt();
  other.advance(ms(999));
  CHECK(other.take().empty());
  other.advance(ms(1));
  CHECK(other.take() == "want 2 after 41");
}

TEST_CASE("more messages that wait do not bring the request forward again") {
  NumbersBench bench;
  bench.goLive();
  bench.random.script({80});
  bench.hear(43);
  bench.random.script({0});
  bench.hear(44);
  bench.take();
  bench.advance(ms(79));
  CHECK(bench.take().empty());
  bench.advance(ms(1));
  CHECK(bench.take() == "want 2 after 41");
}

TEST_CASE("a message that waits does not hurry a retry") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.take();
  bench.random.script({500, 0});
  bench.fail();
  bench.hear(44);
  bench.advance(ms(499));
  CHECK(bench.take().empty());
  bench.advance(ms(1));
  CHECK(bench.take() == "want 3 after 41");
}

TEST_CASE("a doubt that comes while the database is asked is asked for once more") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.soon();
  bench.numbers.doubt();
  bench.take();
  bench.answer(okAnswer("e", 41));
  bench.soon();
  CHECK(bench.take() == "want 3 after 41");
}

TEST_CASE("a doubt is not forgotten when the database does not answer") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.soon();
  for (int round = 0; round < 20; ++round) {
    bench.take();
    bench.retry();
    CHECK(bench.take() == "want " + std::to_string(round + 3) + " after 41");
    CHECK(bench.numbers.state() == S::Live);
  }
}

TEST_CASE("an unreadable message is a reason to ask") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onMessage("{\"v\":1,\"number\":42}");
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  CHECK(bench.numbers.counts().unreadable == 1);
  REQUIRE(bench.log.lines.size() == 1);
  CHECK(bench.log.lines[0].second == "switchboard:t:1: A message of a tracked table can't be read: it has no epoch.");
}

TEST_CASE("a failed request is repeated, later each time") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.take();
  std::uint32_t id = 2;
  for (const int most : {500, 1'000, 2'000}) {
    bench.random.script({static_cast<std::uint64_t>(most)});  // the longest delay
    bench.fail();
    bench.advance(ms(most - 1));
    CHECK(bench.take().empty());
    bench.advance(ms(1));
    CHECK(bench.take() == "want " + std::to_string(++id) + " after 41");
  }
  bench.answer(okAnswer("e", 43, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43, is live");
}

TEST_CASE("a request that hangs is given up after its time") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.take();
  bench.random.script({0});
  bench.advance(ms(10'000));
  CHECK(bench.take() == "drop 2, want 3 after 41");
}

TEST_CASE("late answers to earlier requests are ignored") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.random.script({0});
  bench.advance(ms(10'000));
  bench.take();
  bench.numbers.onAnswer(2, okAnswer("e", 43, 42, 43));
  bench.numbers.onRequestFailed(2);
  bench.numbers.onRequestFailed(0);
  bench.numbers.onAnswer(0, okAnswer("e", 43, 42, 43));
  bench.numbers.onAnswer(99, R"({"v":1,"state":"refused"})");
  CHECK(bench.take().empty());
  CHECK(bench.numbers.counts().failures == 1);
  bench.answer(okAnswer("e", 43, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43, is live");
}

TEST_CASE("what is not given in six tries is a gap from the first number missing to the last") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(44);
  bench.hear(45);
  bench.hear(48);
  bench.numbers.onPosition(positionText("e", 50));
  bench.soon();
  bench.take();
  for (int failure = 1; failure < 6; ++failure) bench.retry();
  bench.take();
  bench.fail();
  CHECK(bench.take() ==
        "gap UNANSWERED e 42 to 43, pass 44, pass 45, gap UNANSWERED e 46 to 47, pass 48, gap UNANSWERED e 49 to 50, "
        "is live");
  bench.hear(51);
  CHECK(bench.take() == "pass 51");
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("while the database does not answer, the next hole is given up after one try") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  for (int failure = 1; failure < 6; ++failure) bench.retry();
  bench.fail();
  bench.take();
  bench.hear(45);
  bench.soon();
  CHECK(bench.take() == "is filling, want 8 after 43");
  bench.fail();
  CHECK(bench.take() == "gap UNANSWERED e 44 to 44, pass 45, is live");
  bench.numbers.doubt();
  bench.soon();
  bench.answer(okAnswer("e", 45));  // it answers again
  bench.hear(47);
  bench.soon();
  bench.take();
  bench.fail();
  CHECK(bench.take().empty());
}

TEST_CASE("failures count in a row: an answer that helps a little, or a rejoin, begins again") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(60);
  bench.soon();
  for (int failure = 1; failure < 6; ++failure) bench.retry();
  bench.take();
  const auto partial = okAnswer("e", 59, 42, 43);
  bench.retry(partial.substr(0, partial.size() - 5) + "false}");  // ends too early
  CHECK(bench.take() == "pass 42, pass 43, want 8 after 43");
  for (int failure = 2; failure < 6; ++failure) bench.retry();
  bench.take();
  bench.numbers.onInterrupted();
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  for (int failure = 1; failure < 6; ++failure) bench.retry();
  CHECK(bench.take().find("gap") == std::string::npos);
  bench.fail();
  CHECK(bench.take() == "gap UNANSWERED e 44 to 59, pass 60, is live");
}

TEST_CASE("answers that contradict themselves count as failures, and what is right of them is used") {
  struct Case {
    std::string answer;
    std::string events;
  };
  const auto listOf = [](const std::string& messages, int last, const char* more = "false") {
    return R"({"v":1,"state":"ok","topic":"switchboard:t:1","epoch":"e","first":1,"last":)" + std::to_string(last) +
           R"(,"messages":[)" + messages + R"(],"more":)" + more + "}";
  };
  const auto m = [](std::uint64_t number, const char* epoch = "e") { return messageText(epoch, number); };
  const Case cases[] = {
      {"garbage", ""},
      {"{}", ""},
      {okAnswer("e", 45, 42, 45, "switchboard:t:2"), ""},          // another topic
      {listOf(m(43) + "," + m(44), 45), ""},                       // begins with a hole
      {listOf(m(42) + "," + m(44) + "," + m(45), 45), "pass 42"},  // has a hole
      {listOf(m(42) + "," + m(43), 45), "pass 42, pass 43"},       // ends with a hole
      {listOf(m(42) + "," + m(42), 45), "pass 42"},                // the same twice
      {listOf(m(43) + "," + m(42), 45), ""},                       // descending
      {listOf(m(42) + "," + m(43, "f"), 45), "pass 42"},           // another epoch
      {listOf(m(42) + R"(,{"v":1})", 45), "pass 42"},              // unreadable
      {listOf("", 45, "true"), ""},                                // more, but nothing of it
      {listOf(m(42), 42, "true"), "pass 42"},                      // more than there is
      {listOf(m(42) + "," + m(43), 42), "pass 42"},                // beyond the last
      {listOf("", 44), ""},                                        // nothing
      {listOf("", 41), ""},                                        // older than what has come
      {tooOld("e", 40, 45), ""},                                   // not too old
      {tooOld("e", 42, 45), ""},
  };
  for (const auto& each : cases) {
    CAPTURE(each.answer);
    NumbersBench bench;
    bench.goLive();
    bench.hear(45);
    bench.soon();
    bench.take();
    bench.answer(each.answer);
    CHECK(bench.take() == each.events);
    CHECK(bench.numbers.counts().failures == 1);
    CHECK(bench.numbers.state() == S::Filling);
    bench.later();
    CHECK(bench.take().starts_with("want 3 after 4"));
  }
}

TEST_CASE("what the database does not keep any more is a gap up to there, and the rest is filled") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(60);
  bench.soon();
  bench.take();
  bench.answer(tooOld("e", 50, 60));
  CHECK(bench.take() == "gap TOO_OLD e 42 to 49");
  bench.advance(ms(0));
  CHECK(bench.take() == "want 3 after 49");
  bench.answer(okAnswer("e", 60, 50, 60));
  CHECK(bench.take() ==
        "pass 50, pass 51, pass 52, pass 53, pass 54, pass 55, pass 56, pass 57, pass 58, pass 59, pass 60, is live");
}

TEST_CASE("an answer that is too old says how much is to be asked for") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.soon();
  bench.take();
  bench.answer(tooOld("e", 50, 51));
  CHECK(bench.take() == "gap TOO_OLD e 42 to 49, is filling");
  bench.advance(ms(0));
  CHECK(bench.take() == "want 3 after 49");
  bench.answer(okAnswer("e", 51, 50, 51));
  CHECK(bench.take() == "pass 50, pass 51, is live");
}

TEST_CASE("an answer says how much is to be asked for") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.soon();
  bench.take();
  bench.answer(okAnswer("e", 45, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43, is filling");
  CHECK(bench.numbers.behind() == 2);
  bench.advance(ms(0));
  CHECK(bench.take() == "want 3 after 43");
}

TEST_CASE("what is held is not in a gap, though the database does not keep it") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(45);
  bench.hear(48);
  bench.soon();
  bench.take();
  bench.answer(tooOld("e", 50, 49));
  CHECK(bench.take() ==
        "gap TOO_OLD e 42 to 44, pass 45, gap TOO_OLD e 46 to 47, pass 48, gap TOO_OLD e 49 to 49, is live");
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("another epoch is a gap from the next number of the old one to the position in the new one") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(3, "f");
  CHECK(bench.take().empty());
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  bench.hear(5, "f");
  bench.answer(tooOld("f", 1, 3));
  CHECK(bench.take() == "gap OTHER_EPOCH e 42 to f 3, is filling");
  bench.soon();
  CHECK(bench.take() == "want 3 after 3");
  CHECK(bench.lastEpoch == "f");
  bench.answer(okAnswer("f", 5, 4, 5));
  CHECK(bench.take() == "pass 4, pass 5, is live");
}

TEST_CASE("another epoch of an answer that is ok is the same") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onPosition(positionText("f", 60));
  bench.soon();
  bench.hear(61, "f");
  bench.take();
  bench.answer(okAnswer("f", 60, 42, 60));
  CHECK(bench.take() == "gap OTHER_EPOCH e 42 to f 60, pass 61");
  CHECK(bench.numbers.state() == S::Live);
}

TEST_CASE("a late message of an earlier epoch changes nothing") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(99, "old");
  bench.hear(42);
  bench.soon();
  CHECK(bench.take() == "pass 42, want 2 after 42");
  bench.answer(okAnswer("e", 42));
  CHECK(bench.numbers.held().size() == 0);
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("a message of another epoch is kept until an answer can know that epoch") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.soon();
  bench.hear(1, "f");  // the answer is already on its way
  bench.take();
  bench.answer(okAnswer("e", 41));
  bench.soon();
  CHECK(bench.take() == "want 3 after 41");
  bench.answer(tooOld("f", 1, 0));
  CHECK(bench.take() == "gap OTHER_EPOCH e 42 to f 0, pass 1");
}

TEST_CASE("when nothing is answered, what is newer and of another epoch is passed on after a gap up to it") {
  constexpr const char* kLater = "2026-11-27T19:00:00Z";
  NumbersBench bench;
  bench.goLive();
  bench.hear(42);
  bench.numbers.onMessage(messageText("f", 3, false, kLater));
  bench.numbers.onMessage(messageText("f", 5, false, kLater));
  bench.soon();
  bench.take();
  for (unsigned i = 1; i < bench.options.maxAttempts; ++i) bench.retry();
  bench.take();
  bench.retry();
  CHECK(bench.take().starts_with("gap OTHER_EPOCH e 43 to f 2, pass 3, is filling"));
  bench.answer(okAnswer("f", 5, 4, 5));
  CHECK(bench.take() == "pass 4, pass 5, is live");
}

TEST_CASE("when nothing is answered, a late message of an earlier epoch changes nothing") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(42);
  bench.numbers.onMessage(messageText("old", 99, false, "2026-11-27T17:00:00Z"));
  bench.soon();
  for (unsigned i = 1; i <= bench.options.maxAttempts; ++i) bench.retry();
  bench.take();
  bench.hear(43);
  CHECK(bench.take() == "pass 43");
}

TEST_CASE("rows that have to be fetched are a gap of one number, in its place") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onMessage(messageText("e", 43, true));
  bench.soon();
  bench.take();
  bench.hear(44);
  bench.answer(okAnswer("e", 42, 42, 42));
  CHECK(bench.take() == "pass 42, gap BULK e 43 to 43 rows 5000, pass 44, is live");
  bench.numbers.onMessage(messageText("e", 45, true));
  CHECK(bench.take() == "gap BULK e 45 to 45 rows 5000");
  CHECK(bench.numbers.counts().passed == 2);
}

TEST_CASE("refused or not tracked, the topic falls back for good") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.soon();
  bench.take();
  bench.answer(R"({"v":1,"state":"refused","reason":"no member"})");
  CHECK(bench.take() == "is fellBack, gap FELL_BACK e 42 to ?, fell back TRACK_REFUSED: no member");
  CHECK(bench.numbers.held().size() == 0);
  bench.hear(42);
  bench.numbers.onJoined();
  bench.numbers.onInterrupted();
  bench.numbers.doubt();
  bench.later();
  CHECK(bench.take().empty());

  NumbersBench other;
  other.numbers.onJoined();
  other.advance(ms(0));
  other.take();
  other.answer(R"({"v":1,"state":"not_tracked","reason":"no such topic"})");
  CHECK(other.take() == "is fellBack, fell back NOT_TRACKED: no such topic");
}

TEST_CASE("a start that the database does not answer falls back") {
  NumbersBench bench;
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.hear(42);
  for (int failure = 1; failure < 6; ++failure) bench.retry();
  bench.take();
  bench.answer(tooOld("e", 42, 42));  // no answer to what was asked
  CHECK(bench.take() == "is fellBack, fell back NO_ANSWER");
}

TEST_CASE("a start whose requests hang falls back with the second one") {
  NumbersBench bench;
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.random.script({0});
  bench.advance(ms(10'000));
  CHECK(bench.take() == "is starting, want 1 after -, drop 1, want 2 after -");
  bench.advance(ms(9'999));
  CHECK(bench.take().empty());
  bench.advance(ms(1));
  CHECK(bench.take() == "drop 2, is fellBack, fell back NO_ANSWER");
}

TEST_CASE("however requests of the start fail, it ends in time") {
  for (const int failures : {1, 2, 4, 5}) {
    NumbersBench bench;
    bench.numbers.onJoined();
    bench.advance(ms(0));
    for (int i = 0; i < failures; ++i) {
      bench.random.script({static_cast<std::uint64_t>(500) << i});  // the longest wait
      bench.fail();
      if (i + 1 < failures) bench.advance(ms(500 << i));
    }
    bench.take();
    const int passed = 500 * ((1 << (failures - 1)) - 1);
    bench.advance(ms(20'000 - passed - 1));
    CHECK(bench.take().find("fell back") == std::string::npos);
    bench.advance(ms(1));
    CHECK(bench.take().find("is fellBack, fell back NO_ANSWER") != std::string::npos);
  }
}

TEST_CASE("a start that is interrupted has its time again after the next join") {
  NumbersBench bench;
  bench.numbers.onJoined();
  bench.advance(ms(15'000));
  bench.numbers.onInterrupted();
  bench.numbers.onJoined();
  bench.take();
  bench.advance(ms(19'999));
  CHECK(bench.take().find("fell back") == std::string::npos);
  bench.answer(okAnswer("e", 41));
  CHECK(bench.take() == "is live");
}

TEST_CASE("who continues after a number is as patient at the start as with a hole") {
  NumbersBench bench(NumberedPosition{{}, 41});
  bench.numbers.onJoined();
  bench.advance(ms(0));
  for (int failure = 1; failure < 6; ++failure) {
    bench.random.script({0});
    bench.advance(ms(10'000));
  }
  CHECK(bench.take().find("fell back") == std::string::npos);
  bench.advance(ms(10'000));
  CHECK(bench.take().find("fell back NO_ANSWER") != std::string::npos);
}

TEST_CASE("a database that knows fewer messages than have come is asked again, and then followed from there") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.doubt();
  bench.soon();
  bench.retry(tooOld("e", 1, 40));  // a copy that lags
  bench.take();
  bench.answer(okAnswer("e", 41));
  CHECK(bench.take().empty());
  bench.numbers.doubt();
  bench.soon();
  for (int failure = 1; failure < 6; ++failure) bench.retry(tooOld("e", 1, 40));
  bench.take();
  bench.answer(tooOld("e", 1, 40));
  CHECK(bench.take() == "gap WENT_BACK e 42 to 40");
  bench.hear(41);
  CHECK(bench.take() == "pass 41");
  bench.soon();
  bench.answer(okAnswer("e", 42, 42, 42));  // what came while it was asked
  CHECK(bench.take() == "want 10 after 41, pass 42");
}

/// As of a database that was restored: with a later commit time.
std::string givenAgain(std::uint64_t number) {
  auto text = messageText("e", number);
  const std::string_view at = "18:00:00Z";
  return text.replace(text.find(at), at.size(), "19:00:00Z");
}

TEST_CASE("a number that is given again shows that the database was restored") {
  for (const std::uint64_t last : {36u, 45u}) {  // whether or not it has caught up when it is asked
    CAPTURE(last);
    NumbersBench bench;
    bench.goLive();
    bench.hear(42);
    bench.hear(44);  // is never filled
    bench.take();
    bench.numbers.onMessage(givenAgain(36));  // before anything of this one was passed on
    CHECK(bench.numbers.position() == 42);
    bench.numbers.onMessage(givenAgain(42));
    bench.advance(ms(0));
    CHECK(bench.take() == "want 2 after 42");
    bench.answer(last < 42 ? tooOld("e", 1, last) : okAnswer("e", last, 43, 45));
    CHECK(bench.take() == "gap WENT_BACK e 43 to " + std::to_string(last) + ", is live");
    CHECK(bench.numbers.held().size() == 0);
    bench.numbers.onMessage(givenAgain(last + 1));
    CHECK(bench.take() == "pass " + std::to_string(last + 1));
  }
}

TEST_CASE("a message that comes twice, or late into a gap, says nothing of a restore") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(42);
  bench.hear(42);
  bench.hear(45);
  bench.soon();
  bench.answer(tooOld("e", 44, 45));
  bench.take();
  bench.soon();
  bench.answer(okAnswer("e", 45, 44, 45));
  bench.take();
  bench.hear(43);
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("a position behind the one of a beat before makes it ask, one that messages overtook does not") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onPosition(positionText("e", 41));
  bench.hear(42);
  bench.numbers.onPosition(positionText("e", 41));
  bench.later();
  CHECK(bench.take() == "pass 42");
  bench.numbers.onPosition(positionText("e", 41));
  bench.soon();
  CHECK(bench.take() == "want 2 after 42");
}

TEST_CASE("a rejoin goes on at the last number: what is missing is asked for, and what comes waits") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onInterrupted();
  CHECK(bench.take() == "is interrupted");
  bench.hear(42);  // of the join that is over
  bench.numbers.doubt();
  bench.later();
  CHECK(bench.take().empty());
  bench.numbers.onJoined();
  CHECK(bench.take() == "is filling");
  bench.advance(ms(0));
  CHECK(bench.take() == "want 2 after 41");
  bench.hear(45);
  bench.answer(okAnswer("e", 44, 42, 44));
  CHECK(bench.take() == "pass 42, pass 43, pass 44, pass 45, is live");
}

TEST_CASE("a rejoin during which nothing was committed is live with the answer") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onInterrupted();
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  bench.answer(okAnswer("e", 41));
  CHECK(bench.take() == "is live");
  bench.later();
  CHECK(bench.take().empty());
}

TEST_CASE("a rejoin is not live before something shows that nothing is missing") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onInterrupted();
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  bench.fail();
  CHECK(bench.numbers.state() == S::Filling);
  bench.hear(42);  // nothing was lost before it
  CHECK(bench.take() == "pass 42, is live");
}

TEST_CASE("an interruption drops the request, and keeps what is held") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(44);
  bench.soon();
  bench.take();
  bench.numbers.onInterrupted();
  CHECK(bench.take() == "drop 2, is interrupted");
  bench.answer(okAnswer("e", 44, 42, 44));
  bench.advance(ms(600'000));
  CHECK(bench.take().empty());
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  bench.answer(okAnswer("e", 44, 42, 43));
  CHECK(bench.take() == "pass 42, pass 43, pass 44, is live");
}

TEST_CASE("an interruption at the start begins again with the next join") {
  NumbersBench bench;
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.hear(42);
  bench.take();
  bench.numbers.onInterrupted();
  CHECK(bench.take() == "drop 1, is idle");
  CHECK(bench.numbers.held().size() == 0);
  bench.numbers.onJoined();
  bench.advance(ms(0));
  CHECK(bench.take() == "is starting, want 2 after -");
}

TEST_CASE("a second announcement of the join is a reason to ask") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onJoined();
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
}

TEST_CASE("a number of an earlier session is where to go on") {
  NumbersBench bench(NumberedPosition{"e", 38});
  CHECK(bench.numbers.state() == S::Interrupted);
  bench.numbers.onJoined();
  bench.advance(ms(0));
  CHECK(bench.take() == "is filling, want 1 after 38");
  bench.answer(okAnswer("e", 40, 39, 40));
  CHECK(bench.take() == "pass 39, pass 40, is live");

  NumbersBench other(NumberedPosition{"gone", 38});
  other.numbers.onJoined();
  other.advance(ms(0));
  other.take();
  other.answer(okAnswer("e", 40, 39, 40));
  CHECK(other.take() == "gap OTHER_EPOCH gone 39 to e 40, is live");
}

TEST_CASE("a number without an epoch is taken to be of the current one") {
  NumbersBench bench(NumberedPosition{"", 38});
  bench.numbers.onJoined();
  bench.advance(ms(0));
  CHECK(bench.take() == "is starting, want 1 after 38");
  bench.hear(42);
  bench.answer(okAnswer("e", 41, 39, 40));
  CHECK(bench.take() == "is filling, pass 39, pass 40");
  bench.advance(ms(0));
  CHECK(bench.take() == "want 2 after 40");

  NumbersBench old(NumberedPosition{"", 3});
  old.numbers.onJoined();
  old.advance(ms(0));
  old.take();
  old.answer(tooOld("e", 10, 9));
  CHECK(old.take() == "is filling, gap TOO_OLD e 4 to 9, is live");

  NumbersBench refused(NumberedPosition{"", 3});
  refused.numbers.onJoined();
  refused.advance(ms(0));
  refused.take();
  refused.answer(R"({"v":1,"state":"refused"})");
  CHECK(refused.take() == "is fellBack, gap FELL_BACK  4 to ?, fell back TRACK_REFUSED");
}

TEST_CASE("what is held is bounded in bytes, and what was dropped is asked for") {
  NumbersBench bench;
  const auto size = messageText("e", 50).size() + 1;
  bench.options.maxHeldBytes = 2 * size;
  NumbersBench::Workbench& work = bench;
  TopicNumbers numbers("switchboard:t:1", NumberedPosition{"e", 41}, bench.options, work.context, bench);
  numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  for (std::uint64_t number = 43; number < 60; ++number) {
    numbers.onMessage(messageText("e", number));
    CHECK(numbers.held().bytes() <= 2 * size);
  }
  CHECK(numbers.behind() == 18);
  numbers.onAnswer(1, okAnswer("e", 42, 42, 42));
  CHECK(bench.take() == "pass 42, pass 43, pass 44");
  bench.soon();
  CHECK(bench.take() == "want 2 after 44");
  numbers.stop();
}

TEST_CASE("what had no room at the start is asked for") {
  NumbersBench bench;
  bench.options.maxHeldBytes = 10;
  TopicNumbers numbers("switchboard:t:1", std::nullopt, bench.options, bench.context, bench);
  numbers.onJoined();
  bench.advance(ms(0));
  numbers.onMessage(messageText("e", 42));
  bench.take();
  numbers.onAnswer(1, okAnswer("e", 41));
  CHECK(bench.take() == "is live");
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  numbers.stop();
}

TEST_CASE("nothing is reported after stop, also from within") {
  NumbersBench bench;
  bench.goLive();
  bench.hear(43);
  bench.hear(44);
  bench.soon();
  bench.take();
  bench.stopAt = 43;
  bench.answer(okAnswer("e", 44, 42, 44));
  CHECK(bench.take() == "pass 42, pass 43");
  bench.hear(45);
  bench.later();
  CHECK(bench.take().empty());
  CHECK_FALSE(bench.timer.isArmed());

  NumbersBench given;
  given.goLive();
  given.hear(43);
  given.hear(46);
  given.soon();
  for (int failure = 1; failure < 6; ++failure) given.retry();
  given.take();
  given.stopAtGap = true;
  given.fail();
  CHECK(given.take() == "gap UNANSWERED e 42 to 42");

  NumbersBench other;
  other.goLive();
  other.hear(50);
  other.soon();
  other.take();
  other.stopAtGap = true;
  other.answer(tooOld("e", 45, 50));
  CHECK(other.take() == "gap TOO_OLD e 42 to 44");
  other.later();
  CHECK(other.take().empty());
}

TEST_CASE("a resumption without an epoch beyond the last number is a gap, or goes on when the database has caught up") {
  NumbersBench bench(NumberedPosition{"", 100});
  bench.numbers.onJoined();
  bench.advance(ms(0));
  bench.take();
  for (unsigned i = 1; i < bench.options.maxAttempts; ++i) {
    bench.retry(tooOld("e", 1, 50));
    CHECK(bench.take().find("want " + std::to_string(i + 1) + " after 100") != std::string::npos);
  }
  bench.answer(tooOld("e", 1, 50));
  CHECK(bench.take() == "gap WENT_BACK e 101 to 50, is live");

  NumbersBench other(NumberedPosition{"", 100});
  other.numbers.onJoined();
  other.advance(ms(0));
  other.retry(tooOld("e", 1, 50));
  other.hear(102);
  other.take();
  other.answer(okAnswer("e", 101, 101, 101));
  CHECK(other.take() == "pass 101, pass 102, is live");
}

TEST_CASE("a resumption whose first answer can't be used asks again") {
  for (const auto& text : {okAnswer("e", 40, 40, 40), okAnswer("e", 38, 39, 40), tooOld("e", 5, 40)}) {
    CAPTURE(text);
    NumbersBench bench(NumberedPosition{"", 38});
    bench.numbers.onJoined();
    bench.advance(ms(0));
    bench.take();
    bench.retry(text);
    CHECK(bench.take() == "is filling, want 2 after 38");
    bench.answer(okAnswer("e", 40, 39, 40));
    CHECK(bench.take() == "pass 39, pass 40, is live");
  }
}

TEST_CASE("messages that nobody can read become a gap, and what comes after them is passed on") {
  NumbersBench bench;
  bench.goLive();
  auto unreadable = okAnswer("e", 43, 42, 43);
  for (auto at = unreadable.find(R"({"v":1,"epoch")"); at != std::string::npos;
       at = unreadable.find(R"({"v":1,"epoch")", at)) {
    unreadable.replace(at, 6, R"({"v":2)");
  }
  bench.numbers.onMessage(R"({"v":2,"epoch":"e","number":42})");
  bench.soon();
  CHECK(bench.take() == "want 2 after 41");
  for (unsigned i = 1; i < bench.options.maxAttempts; ++i) bench.retry(unreadable);
  bench.take();
  bench.answer(unreadable);
  CHECK(bench.take() == "gap UNANSWERED e 42 to 43, is live");
  bench.hear(44);
  CHECK(bench.take() == "pass 44");
}

TEST_CASE("a hole in the log after a rejoin becomes a gap") {
  NumbersBench bench;
  bench.goLive();
  bench.numbers.onInterrupted();
  bench.numbers.onJoined();
  bench.advance(ms(0));
  const std::string hole = okAnswer("e", 45);
  for (unsigned i = 1; i < bench.options.maxAttempts; ++i) bench.retry(hole);
  bench.take();
  bench.answer(hole);
  CHECK(bench.take() == "gap UNANSWERED e 42 to 45, is live");
  bench.later();
  bench.answer(okAnswer("e", 45));
  bench.take();
  CHECK(bench.numbers.state() == S::Live);
}

}  // namespace
}  // namespace switchboard
