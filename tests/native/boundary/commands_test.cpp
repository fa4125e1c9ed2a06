#include "boundary/commands.h"

#include <doctest/doctest.h>

#include <string>

#include "boundary/control_json.h"
#include "boundary/options_json.h"
#include "support/fakes.h"
#include "support/scripted_server.h"

using namespace switchboard;
using namespace switchboard::testing;

namespace {

/// A client that is driven by commands alone, and what it says.
class Commanded final : private ClientSink {
 public:
  explicit Commanded(std::string url = "ws://server/realtime/v1", ClientOptions options = {}) {
    options.endpoint = {std::move(url), "sb_publishable_test", {}, Version::V2};
    client_ = Client::create(std::move(options), {clock, timer, random, network}, *this);
  }

  std::string run(std::string_view json, std::string_view payload = {}) {
    return runCommand(client_, json, payload, clock);
  }
  /// What it answers.
  std::string push(Push push) {
    std::string answer;
    sent = runPush(client_, std::move(push), answer);
    return answer;
  }
  void subscribe(unsigned id, const std::string& more = {}) {
    const auto command = R"({"kind":"subscribe","id":)" + std::to_string(id) +
                         R"(,"spec":{"schema":"public","table":"bookings","event":"*")" + more + "}}";
    CHECK(run(command).empty());
  }
  void pass(Duration span) {
    timer.advance(span);
    server.serve();
    timer.advance(Duration{1});
  }
  void change() { server.change("bookings", "INSERT", R"({"id":5})"); }
  const Client& client() const { return *client_.value(); }
  std::size_t subscriptions() const { return client().status().subscriptions().size(); }

  FakeClock clock;
  FakeTimer timer{clock};
  FakeRandom random;
  FakeNetwork network;
  ScriptedServer server{network};
  std::string said;   ///< every control message
  bool sent = false;  ///< the last push, at once
  std::vector<unsigned> delivered;
  std::vector<std::string> order;  ///< of deliveries and of what is reported as flushed

 private:
  void onBatch(const Batch& batch) override {
    if (batch.hasControl()) said += controlJson(batch);
    for (const auto& delivery : batch.deliveries) {
      for (const auto id : delivery.subscribers) delivered.push_back(id.value);
      order.emplace_back("delivered");
    }
    if (!batch.flushed.empty()) order.emplace_back("flushed");
  }

  Result<std::unique_ptr<Client>> client_ = Error{};
};

}  // namespace

TEST_SUITE("commands") {
  TEST_CASE("tracked tables, their calls and their roads cross as JSON") {
    auto options = readOptions(R"({"tables":[{"schema":"public","table":"bookings","topic":"b","by":"id"}]})");
    REQUIRE(options);
    CHECK(options.value().numbered.hasRpc);
    CHECK_FALSE(readOptions(R"({"rpc":false})").value().numbered.hasRpc);
    Commanded c("ws://server/realtime/v1", std::move(options.value()));
    c.subscribe(7, R"(,"filter":"id=eq.5","via":"broadcast","leaving":"both","from":{"epoch":"e","number":40})");
    c.subscribe(8, R"(,"via":"auto")");
    for (int i = 0; i < 100; ++i) c.pass(Duration{50});
    CHECK(c.said.find(R"("rpcWanted":[{"request":1,"topic":"switchboard:b:5","after":40,"atMost":500}])") !=
          std::string::npos);
    CHECK(c.said.find(R"("mode":"live","road":"postgres_changes","fellBack":{"code":"NOT_BY_KEY","message":")") !=
          std::string::npos);
    CHECK(c.said.find(R"("road":"broadcast","fellBack":null)") != std::string::npos);
    c.said.clear();
    c.run(R"({"kind":"rpcAnswer","request":1})", R"({"v":1,"state":"too_old","epoch":"e","first":50,"last":60})");
    CHECK(c.said.find(R"("epoch":"e","fromNumber":41,"toNumber":49})") != std::string::npos);
    c.said.clear();
    for (int i = 0; i < 100; ++i) c.pass(Duration{50});
    CHECK(c.said.find(R"("after":49)") != std::string::npos);
    c.run(R"({"kind":"unsubscribe","id":7})");
    CHECK(c.said.find(R"("rpcUnwanted":[2])") != std::string::npos);
  }

  TEST_CASE("a gap whose epoch is not known has its first number") {
    auto options = readOptions(R"({"tables":[{"schema":"public","table":"bookings","topic":"b"}]})");
    REQUIRE(options);
    Commanded c("ws://server/realtime/v1", std::move(options.value()));
    c.subscribe(7, R"(,"from":{"number":40})");
    for (int i = 0; i < 100; ++i) c.pass(Duration{50});
    c.said.clear();
    c.run(R"({"kind":"rpcAnswer","request":1})", R"({"v":1,"state":"refused","reason":"no"})");
    CHECK(c.said.find(R"("fromCommit":null,"from":0,"to":null,"fromNumber":41})") != std::string::npos);
  }

  TEST_CASE("a call that fails is tried again") {
    ClientOptions options;
    options.numbered.tables.push_back({"public", "bookings", "b", ""});
    Commanded c("ws://server/realtime/v1", std::move(options));
    c.subscribe(7);
    for (int i = 0; i < 10; ++i) c.pass(Duration{50});
    CHECK(c.said.find(R"("rpcWanted":[{"request":1,"topic":"switchboard:b","after":null,"atMost":500}])") !=
          std::string::npos);
    c.run(R"({"kind":"rpcFailed","request":1,"message":"503"})");
    for (int i = 0; i < 100; ++i) c.pass(Duration{50});
    CHECK(c.said.find(R"("rpcWanted":[{"request":2)") != std::string::npos);
  }

  TEST_CASE("subscribe reads spec and delivery, and unsubscribe ends it") {
    Commanded c;
    c.subscribe(7, R"(,"filter":"id=eq.5","delivery":{"mode":"batch","everyMs":100})");
    c.pass(Duration{10});
    REQUIRE(c.subscriptions() == 1);
    CHECK(c.server.joins.at(0).dump().find("id=eq.5") != std::string::npos);
    c.change();
    CHECK(c.delivered.empty());
    c.pass(Duration{200});
    CHECK(c.delivered == std::vector<unsigned>{7});
    CHECK(c.run(R"({"kind":"unsubscribe","id":7})").empty());
    CHECK(c.subscriptions() == 0);
  }

  TEST_CASE("a spec that is not taken is answered as a parked subscription, by the code") {
    Commanded c;
    const auto refused = [&](const std::string& spec) {
      return c.run(R"({"kind":"subscribe","id":3,"spec":)" + spec + "}");
    };
    const auto answer = Json::parse(refused(R"({"schema":"public","table":"","event":"*"})"));
    CHECK(answer["status"]["refused"] == Json::array({3}));
    const auto& status = answer["status"]["subscriptions"][0];
    CHECK(status["id"] == 3);
    CHECK(status["state"] == "parked");
    CHECK(status["mode"] == "paused");
    CHECK(status["code"] == "INVALID_OPTION");
    CHECK(status["retryable"] == false);
    CHECK(status["since"] == kWallStart.time_since_epoch().count());
    CHECK(status["nextRetryAt"].is_null());
    const auto& notice = answer["notices"][0];
    CHECK(notice["subscription"] == 3);
    CHECK(notice["status"] == "CHANNEL_ERROR");
    CHECK(notice["message"] == status["message"]);
    for (const auto* spec : {"5", R"({"table":"t","select":[5]})", R"({"table":"t","filter":"?"})",
                             R"({"table":"t","delivery":{"mode":"sample"}})"}) {
      CAPTURE(spec);
      CHECK(refused(spec).find("INVALID_OPTION") != std::string::npos);
    }
    CHECK(c.subscriptions() == 0);
  }

  TEST_CASE("an id in use is refused") {
    Commanded c;
    c.subscribe(1);
    CHECK(c.run(R"({"kind":"subscribe","id":1,"spec":{"table":"t"}})").find("`id`") != std::string::npos);
    CHECK(c.subscriptions() == 1);
  }

  TEST_CASE(
      "without a client each subscription is refused for the reason, and of the rest only flush and push answer") {
    Commanded c("nonsense");
    CHECK(c.run(R"({"kind":"subscribe","id":1,"spec":{"table":"t"}})").find(R"("refused":[1])") != std::string::npos);
    for (const auto* kind : {"unsubscribe", "stats", "notify", "dispose"}) {
      CAPTURE(kind);
      CHECK(c.run(R"({"kind":")" + std::string(kind) + R"(","id":1})").empty());
    }
    CHECK(Json::parse(c.run(R"({"kind":"flush","id":1})")) == Json{{"flushed", {1}}});
    const auto pushes = Json::parse(c.push({PushId{7}, HandleId{1}, "e", {}, "{}"}))["pushes"];
    CHECK_FALSE(c.sent);
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0]["id"] == 7);
    CHECK(pushes[0]["outcome"] == "invalid");
    CHECK(pushes[0]["message"] != "");
  }

  TEST_CASE("a handle of a channel opens, sends, tracks and closes by commands") {
    Commanded c;
    CHECK(
        c.run(R"({"kind":"openChannel","id":4,"spec":{"name":"room","private":true,"presence":true,"presenceKey":"me",)"
              R"("replay":{"since":1795348700000,"limit":5}}})")
            .empty());
    c.pass(Duration{10});
    REQUIRE(c.server.joins.size() == 1);
    CHECK(c.server.joins[0]["config"]["private"] == true);
    CHECK(c.server.joins[0]["config"]["presence"] == Json{{"key", "me"}, {"enabled", true}});
    CHECK(c.server.joins[0]["config"]["broadcast"]["replay"] == Json{{"since", 1'795'348'700'000}, {"limit", 5}});
    CHECK(c.said.find(R"("channels":[{"id":4,"state":"live")") != std::string::npos);
    CHECK(c.said.find(R"("presenceKey":"me")") != std::string::npos);
    const auto json = PayloadEncoding::JsonText;
    CHECK(c.push({PushId{9}, HandleId{4}, "e", R"({"persist":{"ttl":60}})", "{\"a\":1}", json, true}).empty());
    CHECK_FALSE(c.sent);
    CHECK(c.push({PushId{10}, HandleId{4}, "b", {}, "\xff", PayloadEncoding::Bytes}).empty());
    CHECK(c.sent);
    CHECK(c.run(R"({"kind":"track","channel":4})", R"({"name":"A"})").empty());
    CHECK(c.run(R"({"kind":"track","channel":4})", "5").empty());
    c.pass(Duration{10});
    REQUIRE(c.server.broadcasts.size() == 2);
    CHECK(c.server.broadcasts[0].payload == "{\"a\":1}");
    CHECK(c.server.broadcasts[0].encoding == PayloadEncoding::JsonText);
    CHECK(c.server.broadcasts[0].metadata == R"({"persist":{"ttl":60}})");
    CHECK(c.server.broadcasts[1].payload == "\xff");
    CHECK(c.server.broadcasts[1].encoding == PayloadEncoding::Bytes);
    CHECK(c.said.find(R"("pushes":[{"id":9,"outcome":"ok","message":""}])") != std::string::npos);
    REQUIRE(c.server.presenceCalls.size() == 1);
    CHECK(c.server.presenceCalls[0]["payload"] == Json{{"name", "A"}});
    c.run(R"({"kind":"untrack","channel":4})");
    c.pass(Duration{10});
    CHECK(c.server.presenceCalls.back()["event"] == "untrack");
    c.run(R"({"kind":"closeChannel","id":4})");
    CHECK(c.subscriptions() == 0);
    CHECK(c.said.find(R"("id":10)") == std::string::npos);
    CHECK(c.push({PushId{11}, HandleId{4}, "e", {}, "1"}).empty());
    CHECK_FALSE(c.sent);
    CHECK(
        c.said.find(
            R"({"id":11,"outcome":"ended","message":"The handle is closed, or was refused: its status says why."})") !=
        std::string::npos);
  }

  TEST_CASE("a handle that is not taken is answered as a parked channel") {
    Commanded c;
    const auto answer = Json::parse(c.run(R"({"kind":"openChannel","id":3,"spec":{"name":""}})"));
    CHECK(answer["status"]["refusedChannels"] == Json::array({3}));
    CHECK(answer["status"]["channels"][0]["state"] == "parked");
    CHECK(answer["status"]["channels"][0]["code"] == "INVALID_OPTION");
    CHECK_FALSE(answer["status"]["channels"][0].contains("mode"));
    Commanded none("nonsense");
    CHECK(none.run(R"({"kind":"openChannel","id":1,"spec":{"name":"room"}})").find(R"("refusedChannels":[1])") !=
          std::string::npos);
  }

  TEST_CASE("a channel's gap and presence come with its handles") {
    Commanded c;
    c.run(R"({"kind":"openChannel","id":4,"spec":{"name":"room"}})");
    c.run(R"({"kind":"openChannel","id":5,"spec":{"name":"room"}})");
    c.pass(Duration{10});
    c.run(R"({"kind":"watchPresence","id":5})");
    c.pass(Duration{100});
    c.server.say(c.server.channels().at(0), "presence_state", R"({"a":{"metas":[{"phx_ref":"1"}]}})");
    CHECK(c.delivered == std::vector<unsigned>{5});
    c.network.last().closeFromServer(1006);
    c.pass(Duration{2'000});
    c.pass(Duration{1'000});
    CHECK(c.said.find(R"("channelGaps":[{"channels":[4,5],"code":"CONNECTION_LOST","from":)") != std::string::npos);
    CHECK(c.said.find(R"("healed":false}])") != std::string::npos);
  }

  TEST_CASE("flush hands over what a window holds, and reports it with that or after it") {
    Commanded c;
    c.subscribe(1, R"(,"delivery":{"mode":"batch","everyMs":10000})");
    c.subscribe(2);
    c.pass(Duration{10});
    c.change();
    CHECK(c.order == std::vector<std::string>{"delivered"});
    CHECK(c.run(R"({"kind":"flush","id":1})").empty());
    CHECK(c.order == std::vector<std::string>{"delivered", "delivered", "flushed"});
    CHECK(c.said.find(R"("flushed":[1])") != std::string::npos);
    CHECK(c.delivered == std::vector<unsigned>{2, 1});
  }

  TEST_CASE("flush reports also what holds nothing, is paused, is unknown or has no window") {
    Commanded c;
    c.subscribe(1, R"(,"delivery":{"mode":"batch","everyMs":10000})");
    c.subscribe(2);
    c.pass(Duration{10});
    c.run(R"({"kind":"pause","id":1})");
    c.change();
    c.delivered.clear();
    for (const auto* id : {"1", "2", "99"}) {
      CAPTURE(id);
      c.order.clear();
      c.run(R"({"kind":"flush","id":)" + std::string(id) + "}");
      CHECK(c.order == std::vector<std::string>{"flushed"});
    }
    CHECK(c.delivered.empty());
    c.run(R"({"kind":"resume","id":1})");
    CHECK(c.delivered == std::vector<unsigned>{1});
  }

  TEST_CASE("stats answers what is alive") {
    Commanded c;
    c.subscribe(1);
    c.pass(Duration{10});
    const auto stats = Json::parse(c.run(R"({"kind":"stats"})"))["stats"];
    CHECK(stats["subscriptions"] == 1);
    CHECK(stats["sockets"] == 1);
    CHECK(stats["counters"]["joins"] == 1);
  }

  TEST_CASE("a token with any text, and the runtime's events, reach the client") {
    Commanded c;
    c.subscribe(1);
    c.run(R"({"kind":"provideToken","request":0,"token":"a \"quoted\" \u00e9"})");
    c.pass(Duration{10});
    REQUIRE(c.server.joins.size() == 1);
    CHECK(c.server.joins[0]["access_token"] == "a \"quoted\" \u00e9");
    c.run(R"({"kind":"notify","event":"pagehide"})");
    CHECK(c.said.find("SUSPENDED") != std::string::npos);
  }

  TEST_CASE("what is no command is logged as an error, and does nothing") {
    for (const auto* url : {"ws://server/realtime/v1", "nonsense"}) {
      CAPTURE(url);
      Commanded c(url);
      for (const auto* text :
           {"", "5", "{}", R"({"kind":"sample","id":1})", R"({"kind":5})", R"({"kind":"Unsubscribe","id":1})"}) {
        CAPTURE(text);
        const auto answer = Json::parse(c.run(text));
        CHECK(answer["logs"].size() == 1);
        CHECK(answer["logs"][0]["level"] == "error");
      }
      CHECK(c.run(R"({"kind":"sample"})").find("no command `sample`") != std::string::npos);
    }
  }

  TEST_CASE("an event that is not known is logged as an error") {
    Commanded c;
    for (const auto* text : {R"({"kind":"notify","event":"nap"})", R"({"kind":"notify"})"}) {
      CAPTURE(text);
      const auto answer = Json::parse(c.run(text));
      CHECK(answer["logs"][0]["level"] == "error");
    }
    CHECK(c.run(R"({"kind":"notify","event":"nap"})").find("no event `nap`") != std::string::npos);
  }

  TEST_CASE("an id that is not subscribed changes nothing") {
    Commanded c;
    c.subscribe(1);
    for (const auto* text : {R"({"kind":"unsubscribe"})", R"({"kind":"unsubscribe","id":-1})",
                             R"({"kind":"unsubscribe","id":2})", R"({"kind":"pause","id":2})"}) {
      CAPTURE(text);
      CHECK(c.run(text).empty());
    }
    CHECK(c.subscriptions() == 1);
    c.run(R"({"kind":"unsubscribeAll"})");
    CHECK(c.subscriptions() == 0);
  }

  TEST_CASE("nothing comes after dispose") {
    Commanded c;
    c.subscribe(1);
    c.run(R"({"kind":"dispose"})");
    c.said.clear();
    c.run(R"({"kind":"flush","id":1})");
    c.run(R"({"kind":"reconnectAll"})");
    CHECK(c.said.empty());
    CHECK(c.order.empty());
  }
}
