#include "broadcast/push_queue.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;

constexpr HandleId kHandle{1};
using Lines = std::vector<std::string>;

std::string nameOf(PushOutcome outcome) {
  switch (outcome) {
    case PushOutcome::Ok:
      return "ok";
    case PushOutcome::TimedOut:
      return "timed out";
    case PushOutcome::Refused:
      return "refused";
    case PushOutcome::Lost:
      return "lost";
    case PushOutcome::Full:
      return "full";
    case PushOutcome::Ended:
      return "ended";
    case PushOutcome::Invalid:
      return "invalid";
  }
  return "?";
}

/// The test plays the channel and the server. `take` gives what was sent ("0 e 1": time, event, payload) and how pushes
/// ended ("0 #1 ok").
struct Bench : testing::Workbench, PushQueueDelegate {
  explicit Bench(unsigned perSecond = 1'000) : budget(perSecond, context) {}

  std::optional<std::string> transmit(const Push& push) override {
    if (!open) return {};
    if (push.every > ms(0)) {
      auto& free = freeAt[{push.handle.value, push.event}];
      CHECK(context.now() >= free);
      free = context.now() + push.every;
    }
    lines.push_back(time() + " " + push.event + " " + push.payload);
    return std::to_string(++lastRef);
  }
  void onPushTaken(const Push& push) override { taken.push_back(push.payload); }
  void onPushDone(PushId id, PushOutcome outcome, std::string_view message) override {
    CHECK(message.empty() == (outcome == PushOutcome::Ok));
    CHECK(ended.insert(id.value).second);
    lines.push_back(time() + " #" + std::to_string(id.value) + " " + nameOf(outcome));
  }

  Push push(std::string payload, HandleId handle = kHandle) {
    Push push{PushId{++lastId}, handle, "e"};
    push.payload = std::move(payload);
    return push;
  }
  void send(std::string payload) { queue.send(push(std::move(payload))); }
  void sendWithAck(std::string payload, Duration timeout = ms(10'000)) {
    auto each = push(std::move(payload));
    each.ack = true;
    each.timeout = timeout;
    queue.send(std::move(each));
  }
  void sendLatest(std::string payload, std::string event = "cursor") {
    auto each = push(std::move(payload));
    each.event = std::move(event);
    each.every = ms(100);
    queue.send(std::move(each));
  }
  Lines take(Duration after = ms(0)) {
    advance(after);
    return std::exchange(lines, {});
  }
  std::string time() { return std::to_string((context.now() - start).count()); }

  TimePoint start = clock.now();
  Lines lines;
  Lines taken;  ///< payloads
  std::set<std::uint32_t> ended;
  std::map<std::pair<std::uint32_t, std::string>, TimePoint> freeAt;  ///< of conflated ones
  std::uint32_t lastId = 0;
  int lastRef = 0;
  bool open = true;
  PushQueueOptions options;
  SendBudget budget;
  PushQueue queue{options, budget, context, *this};
};

TEST_CASE("on a joined channel a push goes out before the call returns, and is done") {
  Bench bench;
  bench.queue.onJoined();
  bench.send("1");
  CHECK(bench.take() == Lines{"0 e 1", "0 #1 ok"});
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("before the join pushes wait and then go out in their order") {
  Bench bench;
  bench.send("1");
  bench.send("2");
  CHECK(bench.take(ms(500)).empty());
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"500 e 1", "500 #1 ok", "500 e 2", "500 #2 ok"});
}

TEST_CASE("a push that can't go out in its time ends, and is not sent later") {
  Bench bench;
  auto soon = bench.push("1");
  soon.timeout = ms(300);
  bench.queue.send(std::move(soon));
  bench.send("2");
  CHECK(bench.take(ms(299)).empty());
  CHECK(bench.take(ms(1)) == Lines{"300 #1 timed out"});
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"300 e 2", "300 #2 ok"});
}

TEST_CASE("an acknowledged push is done with its answer, whichever comes first") {
  Bench bench;
  bench.queue.onJoined();
  bench.sendWithAck("1");
  bench.sendWithAck("2");
  CHECK(bench.take() == Lines{"0 e 1", "0 e 2"});
  CHECK(bench.queue.onReply("2", true, {}));
  CHECK(bench.queue.onReply("1", false, "payload_size_exceeded"));
  CHECK(bench.take() == Lines{"0 #2 ok", "0 #1 refused"});
  CHECK_FALSE(bench.queue.onReply("1", true, {}));
  CHECK_FALSE(bench.queue.onReply("7", true, {}));
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("a push counts as taken when it is sent, an acknowledged one when the server has taken it") {
  Bench bench;
  bench.queue.onJoined();
  bench.sendWithAck("1");
  bench.sendWithAck("2");
  bench.sendWithAck("3");
  bench.send("4");
  bench.sendLatest("5");
  CHECK(std::exchange(bench.taken, {}) == Lines{"4", "5"});
  bench.queue.onReply("2", true, {});
  bench.queue.onReply("1", false, "payload_size_exceeded");
  bench.queue.onLost();
  CHECK(bench.taken == Lines{"2"});
}

TEST_CASE("what is sent and not yet answered takes no room from what waits") {
  Bench bench;
  bench.options.maxWaitingBytes = 10;
  bench.queue.onJoined();
  for (int i = 0; i < 3; ++i) bench.sendWithAck(std::string(9, 'x'));
  CHECK(bench.take() == Lines(3, "0 e " + std::string(9, 'x')));
}

TEST_CASE("a paused queue waits for the answer to the last push, not for ever, and loses none") {
  Bench bench;
  CHECK(bench.queue.pause());
  bench.queue.onJoined();
  bench.sendWithAck("1");
  bench.send("2");
  bench.advance(ms(1'000));
  CHECK_FALSE(bench.queue.pause());
  bench.send("3");
  bench.queue.onReply("1", true, {});
  CHECK_FALSE(bench.queue.pause());
  bench.queue.onReply("2", true, {});
  CHECK(bench.queue.pause());
  bench.take();
  bench.queue.onJoined();
  bench.sendWithAck("4");
  CHECK(bench.take(ms(2'999)) == Lines{"1000 e 3", "1000 #3 ok", "1000 e 4"});
  CHECK_FALSE(bench.queue.pause());
  bench.advance(ms(1));
  CHECK(bench.queue.pause());
  bench.queue.onJoined();
  CHECK(bench.queue.onReply("4", true, {}));
  CHECK(bench.take() == Lines{"4000 #4 ok"});
  bench.send("5");
  bench.queue.onLost();
  CHECK(bench.queue.pause());
}

TEST_CASE("each acknowledged push has a time limit of its own, from the call on") {
  Bench bench;
  bench.sendWithAck("1", ms(1'000));
  bench.advance(ms(400));
  bench.queue.onJoined();
  bench.sendWithAck("2", ms(500));
  CHECK(bench.take() == Lines{"400 e 1", "400 e 2"});
  CHECK(bench.take(ms(499)).empty());
  CHECK(bench.take(ms(1)) == Lines{"900 #2 timed out"});
  CHECK(bench.take(ms(100)) == Lines{"1000 #1 timed out"});
  CHECK_FALSE(bench.queue.onReply("1", true, {}));
}

TEST_CASE("what was sent before an interruption is not sent again; unanswered pushes are lost, waiting ones wait") {
  Bench bench(1);
  bench.queue.onJoined();
  bench.sendWithAck("1");
  bench.sendWithAck("2");  // the budget is used up
  CHECK(bench.take() == Lines{"0 e 1"});
  bench.queue.onLost();
  CHECK(bench.take(ms(5'000)) == Lines{"0 #1 lost"});
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"5000 e 2"});
}

TEST_CASE("a connection that went before the channel was lost leaves the push waiting") {
  Bench bench;
  bench.queue.onJoined();
  bench.open = false;
  bench.send("1");
  CHECK(bench.take(ms(100)).empty());
  bench.queue.onLost();
  bench.open = true;
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"100 e 1", "100 #1 ok"});
}

TEST_CASE("the queue is bounded in pushes and in bytes") {
  Bench bench;
  bench.options.maxWaiting = 2;
  bench.options.maxWaitingBytes = 10;
  bench.send("1");
  bench.send(std::string(10, 'x'));
  CHECK(bench.take() == Lines{"0 #2 full"});
  bench.send("3");
  bench.send("4");
  CHECK(bench.take() == Lines{"0 #4 full"});
  bench.sendLatest("5");
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"0 e 1", "0 #1 ok", "0 e 3", "0 #3 ok"});
}

TEST_CASE("beyond the budget pushes go out at its pace, in their order") {
  Bench bench(2);
  bench.queue.onJoined();
  for (const auto* payload : {"1", "2", "3", "4"}) bench.send(payload);
  CHECK(bench.take() == Lines{"0 e 1", "0 #1 ok", "0 e 2", "0 #2 ok"});
  CHECK(bench.take(ms(2'000)) == Lines{"500 e 3", "500 #3 ok", "1000 e 4", "1000 #4 ok"});
}

TEST_CASE("two channels share the budget") {
  Bench bench(2);
  PushQueue second{bench.options, bench.budget, bench.context, bench};
  bench.queue.onJoined();
  second.onJoined();
  bench.send("1");
  bench.send("2");
  second.send(bench.push("3"));
  CHECK(bench.take() == Lines{"0 e 1", "0 #1 ok", "0 e 2", "0 #2 ok"});
  CHECK(bench.take(ms(500)) == Lines{"500 e 3", "500 #3 ok"});
}

TEST_CASE("of conflated pushes the first goes out at once, then the newest of each window") {
  Bench bench;
  bench.queue.onJoined();
  for (int i = 0; i < 30; ++i) {
    bench.sendLatest(std::to_string(i));
    bench.advance(ms(10));
  }
  CHECK(bench.take(ms(1'000)) == Lines{"0 cursor 0", "100 cursor 9", "200 cursor 19", "300 cursor 29"});
  bench.sendLatest("last");
  CHECK(bench.take(ms(100)) == Lines{"1300 cursor last"});
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("events and handles are conflated by themselves") {
  Bench bench;
  bench.queue.onJoined();
  auto foreign = bench.push("3", HandleId{2});
  foreign.event = "cursor";
  foreign.every = ms(100);
  for (int i = 1; i <= 2; ++i) {
    bench.sendLatest("a" + std::to_string(i), "cursor");
    bench.sendLatest("b" + std::to_string(i), "scroll");
    bench.queue.send(Push(foreign));
  }
  CHECK(bench.take() == Lines{"0 cursor a1", "0 scroll b1", "0 cursor 3"});
  CHECK(bench.take(ms(100)) == Lines{"100 cursor a2", "100 scroll b2", "100 cursor 3"});
}

TEST_CASE("before the join only the newest of conflated pushes waits, and not beyond its time") {
  Bench bench;
  bench.sendLatest("1");
  bench.sendLatest("2");
  CHECK(bench.queue.waiting() == 1);
  bench.advance(ms(9'999));
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"9999 cursor 2"});
  bench.queue.onLost();
  bench.sendLatest("3");
  CHECK(bench.take(ms(10'100)).empty());
  bench.queue.onJoined();
  CHECK(bench.take(ms(10'000)).empty());
}

TEST_CASE("a conflated push whose time is shorter than its pace goes out all the same, and keeps the pace") {
  Bench bench;
  bench.queue.onJoined();
  const auto send = [&](std::string payload) {
    auto each = bench.push(std::move(payload));
    each.every = ms(1'000);
    each.timeout = ms(300);
    bench.queue.send(std::move(each));
  };
  send("1");
  send("2");
  CHECK(bench.take(ms(500)) == Lines{"0 e 1"});
  send("3");
  CHECK(bench.take(ms(600)) == Lines{"1000 e 3"});
  bench.queue.onLost();
  send("4");
  bench.advance(ms(1'100));
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"2200 e 4"});
  bench.queue.onLost();
  send("5");
  CHECK(bench.take(ms(1'299)).empty());
  CHECK(bench.queue.waiting() == 1);
  bench.advance(ms(1));
  CHECK(bench.queue.waiting() == 0);
  bench.queue.onJoined();
  CHECK(bench.take().empty());
}

TEST_CASE("a push that is not conflated overtakes those that wait for their window") {
  Bench bench;
  bench.queue.onJoined();
  bench.sendLatest("1");
  bench.sendLatest("2");
  bench.send("now");
  CHECK(bench.take() == Lines{"0 cursor 1", "0 e now", "0 #3 ok"});
  CHECK(bench.take(ms(100)) == Lines{"100 cursor 2"});
}

TEST_CASE("a closed handle's waiting pushes end; answers are still waited for") {
  Bench bench;
  bench.queue.onJoined();
  bench.sendWithAck("1");
  bench.sendLatest("2");
  bench.sendLatest("3");
  bench.take();
  bench.queue.onHandleClosed(kHandle);
  CHECK(bench.take(ms(1'000)).empty());
  CHECK(bench.queue.onReply("1", true, {}));
  CHECK(bench.take() == Lines{"1000 #1 ok"});
  bench.queue.onLost();
  bench.send("4");
  bench.queue.send(bench.push("5", HandleId{2}));
  bench.queue.onHandleClosed(kHandle);
  CHECK(bench.take() == Lines{"1000 #4 ended"});
  bench.queue.onJoined();
  CHECK(bench.take() == Lines{"1000 e 5", "1000 #5 ok"});
}

TEST_CASE("with the channel all ends") {
  Bench bench(1);
  bench.queue.onJoined();
  bench.sendWithAck("1");
  bench.sendWithAck("2");
  bench.sendLatest("3");
  bench.queue.close();
  CHECK(bench.take(ms(60'000)) == Lines{"0 e 1", "0 #1 lost", "0 #2 ended"});
  CHECK(bench.deadlines.size() == 0);
}

TEST_CASE("whatever happens, no push is sent twice, and each ends once") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Bench bench(20);
    testing::FakeRandom random(seed);
    std::size_t expected = 0;
    for (int i = 0; i < 200; ++i) {
      const HandleId handle{static_cast<std::uint32_t>(random.below(2))};
      const auto what = random.below(8);
      if (what == 0) bench.queue.onJoined();
      if (what == 1) bench.queue.onLost();
      if (what == 2) bench.queue.onReply(std::to_string(random.below(200)), false, "no");
      if (what == 3) {
        bench.queue.onHandleClosed(handle);
        bench.freeAt.erase({handle.value, "e"});  // nobody else gets its id
      }
      auto push = bench.push(std::to_string(i), handle);
      push.ack = random.below(2) == 0;
      push.timeout = ms(static_cast<std::int64_t>(random.below(2'000)));
      if (random.below(3) == 0) push.every = ms(1 + static_cast<std::int64_t>(random.below(500)));
      if (push.every == ms(0)) ++expected;
      bench.queue.send(std::move(push));
      bench.advance(ms(static_cast<std::int64_t>(random.below(100))));
    }
    bench.queue.close();
    CHECK(bench.ended.size() == expected);
    std::set<std::string> sent;
    for (const auto& line : bench.lines) {
      const auto at = line.find(" e ");
      if (at != std::string::npos) CHECK(sent.insert(line.substr(at)).second);
    }
    CHECK(sent.size() > 50);
    CHECK(bench.deadlines.size() == 0);
  }
}

}  // namespace
}  // namespace switchboard
