#include "subscription/channels/changes_channel.h"

#include <doctest/doctest.h>

#include "support/changes_channel_bench.h"

namespace switchboard {
namespace {

using testing::ChangesChannelBench;
using testing::ms;
using Texts = std::vector<std::string>;

const Vector<BindingConfig> kTwo = {{"*", "public", "a", "", {}}, {"INSERT", "public", "b", "x=eq.1", {"id"}}};
constexpr std::string_view kEntries =
    R"([{"id":11,"event":"*","schema":"public","table":"a"},)"
    R"({"id":22,"event":"INSERT","schema":"public","table":"b","filter":"x=eq.1","select":["id"]}])";

/// One channel with two bindings that is live.
void goLive(ChangesChannelBench& bench) {
  bench.start(kTwo);
  bench.network.last().open();
  bench.replyOk(1, kEntries);
  bench.system(1, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  bench.takeEvents();
}

TEST_CASE("a channel is live when the server announces changes, not when it accepts the join") {
  ChangesChannelBench bench;
  ChangesChannel& channel = bench.start(kTwo);
  bench.network.last().open();
  CHECK(bench.takeEvents() == Texts{"1 joining"});
  bench.replyOk(1, kEntries);
  CHECK(channel.isJoined());
  CHECK_FALSE(channel.isLive());
  CHECK(bench.takeEvents().empty());
  bench.system(1, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  CHECK(channel.isLive());
  CHECK(bench.takeEvents() == Texts{"1 live"});
}

TEST_CASE("bindings are matched by what they say, in whatever order the reply lists them") {
  ChangesChannelBench bench;
  bench.start(kTwo);
  bench.network.last().open();
  bench.replyOk(1, R"([{"id":22,"table":"b","select":["id"],"filter":"x=eq.1","schema":"public","event":"INSERT"},)"
                   R"({"id":11,"table":"a","schema":"public","event":"*","extra":1}])");
  bench.change(1, "[22]");
  bench.change(1, "[11]");
  CHECK(bench.takeEvents() == Texts{"1 joining", "1 change I 2", "1 change I 1"});
}

TEST_CASE("each key of a change comes once, however often its id is repeated") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.change(1, "[22,11,22,11]");
  CHECK(bench.takeEvents() == Texts{"1 change I 1 2"});
}

TEST_CASE("ids that are nobody's are passed over, changes that can't be read are reported") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.change(1, "[99]");
  bench.change(1, "[]");
  bench.hear(1, {}, {}, "broadcast", R"({"data":{},"ids":[11]})");
  CHECK(bench.takeEvents().empty());
  bench.hear(1, {}, {}, "postgres_changes", R"({"ids":[11]})");
  CHECK(bench.takeEvents() == Texts{"1 unreadable"});
  bench.change(1, "[99,11]", R"({"type":"DELETE"})");
  CHECK(bench.takeEvents() == Texts{"1 change D 1"});
}

TEST_CASE("changes of other tables that the server takes a name for are nobody's") {
  ChangesChannelBench bench;
  bench.start({{"*", "public", "order_items", "", {}}, {"*", "my_app", "a", "", {}}, {"*", "*", "*", "", {}}});
  bench.network.last().open();
  bench.replyOk(
      1, R"([{"id":11,"event":"*","schema":"public","table":"order_items"},)"
         R"({"id":22,"event":"*","schema":"my_app","table":"a"},{"id":33,"event":"*","schema":"*","table":"*"}])");
  bench.takeEvents();
  for (const auto* data :
       {R"({"table":"order_items","type":"INSERT","schema":"public"})",
        R"({"table":"orderxitems","type":"INSERT","schema":"public"})",
        R"({"table":"a","type":"INSERT","schema":"my_app"})", R"({"table":"a","type":"INSERT","schema":"myxapp"})"}) {
    bench.change(1, "[11,22,33]", data);
  }
  CHECK(bench.takeEvents() == Texts{"1 change I 1 3", "1 change I 3", "1 change I 2 3", "1 change I 3"});
}

TEST_CASE("a reply that lacks a binding fails the channel") {
  for (
      const std::string_view entries :
      {R"([])", R"([{"id":11,"event":"*","schema":"public","table":"a"}])",
       R"([{"id":11,"event":"*","schema":"public","table":"a"},{"id":22,"event":"*","schema":"public","table":"b"}])"}) {
    ChangesChannelBench bench;
    bench.start(kTwo);
    bench.network.last().open();
    bench.replyOk(1, entries);
    CHECK(bench.takeEvents() == Texts{"1 joining", "1 failed BINDING_MISMATCH"});
    bench.readSent();
    CHECK(bench.sent.back() == "phx_leave realtime:sb-1");
  }
}

TEST_CASE("two keys with one id can't share the channel") {
  ChangesChannelBench bench;
  bench.start(kTwo);
  bench.network.last().open();
  bench.replyOk(1, R"([{"id":11,"event":"*","schema":"public","table":"a"},)"
                   R"({"id":11,"event":"INSERT","schema":"public","table":"b","filter":"x=eq.1","select":["id"]}])");
  CHECK(bench.takeEvents() == Texts{"1 joining", "1 collision 2"});
}

TEST_CASE("a bad binding fails the channel with the server's words") {
  ChangesChannelBench bench;
  bench.start(kTwo);
  bench.network.last().open();
  bench.replyOk(1, kEntries);
  bench.system(1, "postgres_changes", "error", "Error parsing `filter` params: [\"x\"]");
  CHECK(bench.takeEvents() == Texts{"1 joining", "1 failed BAD_BINDING"});
  CHECK(bench.messages == Texts{"Error parsing `filter` params: [\"x\"]"});
}

TEST_CASE("changes that are never announced fail the channel after 20 s") {
  ChangesChannelBench bench;
  bench.start(kTwo);
  bench.network.last().open();
  bench.replyOk(1, kEntries);
  bench.takeEvents();
  for (int i = 0; i < 19; ++i) {
    bench.advance(ms(1'000));
    bench.hear(1, {}, {}, "broadcast", "{}");  // keeps the socket alive
  }
  bench.advance(ms(999));
  CHECK(bench.takeEvents().empty());
  bench.advance(ms(1));
  CHECK(bench.takeEvents() == Texts{"1 failed LIVE_TIMEOUT"});
}

TEST_CASE("a refused join is marked as such, an unanswered one too, a lost connection is not") {
  ChangesChannelBench refused;
  refused.start(kTwo);
  refused.network.last().open();
  const auto ref = refused.joinRef(1);
  refused.hear(1, ref, ref, "phx_reply", R"({"status":"error","response":{"reason":"Unknown Error on Channel"}})");
  CHECK(refused.takeEvents() == Texts{"1 joining", "1 failed SERVER_ERROR refused"});

  ChangesChannelBench unanswered;
  unanswered.start(kTwo);
  unanswered.network.last().open();
  unanswered.advance(ms(10'000));
  CHECK(unanswered.takeEvents() == Texts{"1 joining", "1 failed JOIN_TIMEOUT refused"});

  ChangesChannelBench lost;
  lost.start(kTwo);
  lost.network.last().open();
  lost.network.last().closeFromServer(1006);
  CHECK(lost.takeEvents() == Texts{"1 joining", "1 failed CONNECTION_LOST"});
}

TEST_CASE("a channel that was joined fails without blame when the server ends it") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.system(1, "system", "error", "Token has expired 0 seconds ago");
  const auto ref = bench.joinRef(1);
  bench.hear(1, ref, ref, "phx_close", "{}");
  CHECK(bench.takeEvents() == Texts{"1 failed TOKEN_EXPIRED"});
}

TEST_CASE("an announcement that nothing asked for says that changes may have been lost") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.system(1, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  CHECK(bench.takeEvents() == Texts{"1 live again"});
}

TEST_CASE("the announcement that follows a token push is no interruption, a second one is") {
  ChangesChannelBench bench(Version::V2, "T1");
  goLive(bench);
  bench.tokens.set("T2");
  bench.readSent();
  CHECK(bench.sent.back() == "access_token realtime:sb-1");
  bench.advance(ms(2'000));
  bench.system(1, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  CHECK(bench.takeEvents() == Texts{"1 live"});
  bench.system(1, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  CHECK(bench.takeEvents() == Texts{"1 live again"});
}

TEST_CASE("system messages about other things change nothing") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.system(1, "system", "ok", "Replication connection established");
  bench.system(1, "postgres_changes", "ok", "Something new");
  bench.system(1, "presence", "error", "x");
  CHECK(bench.takeEvents().empty());
  CHECK(bench.channels.at(1)->isLive());
}

TEST_CASE("an ended channel leaves and hears nothing any more") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.end(1);
  bench.readSent();
  CHECK(bench.sent.back() == "phx_leave realtime:sb-1");
  bench.change(1, "[11]");
  bench.hear(1, {}, {}, "phx_close", "{}");
  CHECK(bench.takeEvents().empty());
  CHECK(bench.counters.ignoredFrames == 2);
}

TEST_CASE("late changes of an ended channel are not mistaken for its successor's") {
  ChangesChannelBench bench;
  goLive(bench);
  bench.end(1);
  bench.start(kTwo);
  bench.advance(ms(100));
  bench.replyOk(2, kEntries);
  bench.takeEvents();
  bench.change(1, "[11]");
  CHECK(bench.takeEvents().empty());
  bench.change(2, "[11]");
  CHECK(bench.takeEvents() == Texts{"2 change I 1"});
}

}  // namespace
}  // namespace switchboard
