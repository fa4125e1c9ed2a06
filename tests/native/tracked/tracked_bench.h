#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/harness.h"
#include "support/workbench.h"

namespace switchboard::testing {

using Lines = std::vector<std::string>;

inline const std::string kTopic = "switchboard:t:1";
inline const std::string kRefused = R"({"v":1,"state":"refused","reason":"readers say no"})";
inline const std::string kFilter = "b=eq.1";
inline const std::string kColumns =
    R"([{"name":"id","type":"int8"},{"name":"b","type":"int4"},{"name":"s","type":"text"}])";

inline std::string message(unsigned number, const std::string& changes, const std::string& epoch = "e1",
                           const std::string& more = {}) {
  return R"({"v":1,"epoch":")" + epoch + R"(","number":)" + std::to_string(number) +
         R"(,"committed":"2026-11-27T18:00:00.)" + std::to_string(100 + number) +
         R"(Z","tables":[{"schema":"public","table":"t","columns":)" + kColumns + R"(}],"changes":[)" + changes + "]" +
         more + "}";
}

inline std::string insert(unsigned id, const std::string& s = "x") {
  return R"({"t":0,"type":"INSERT","record":{"id":)" + std::to_string(id) + R"(,"b":1,"s":")" + s + R"("}})";
}

/// A client with the table `t`, tracked by `b`, and a database that answers.
struct Bench : Harness {
  explicit Bench(ClientOptions options = withTable()) : Harness(std::move(options)) {}

  static ClientOptions withTable() {
    ClientOptions options;
    options.numbered.tables.push_back({"public", "t", "t", "b"});
    return options;
  }

  /// The server's channel of a topic; on no socket when there is none.
  ScriptedServer::Channel channel(const std::string& topic = kTopic) const {
    for (const auto& each : server.channels()) {
      if (each.topic == "realtime:" + topic) return each;
    }
    FAIL("no channel " << topic);
    return {};
  }
  bool hasChannel(const std::string& topic = kTopic) const {
    for (const auto& each : server.channels()) {
      if (each.topic == "realtime:" + topic) return true;
    }
    return false;
  }
  void broadcast(const std::string& event, const std::string& payload, const std::string& topic = kTopic,
                 const std::string& more = {}) {
    server.say(channel(topic), "broadcast",
               R"({"type":"broadcast","event":")" + event + R"(","payload":)" + payload + more + "}");
  }
  void send(const std::string& text) { broadcast("changes", text); }
  /// As after a join that asked for what came before.
  void replay(const std::string& text) {
    broadcast("changes", text, kTopic, R"(,"meta":{"id":"r)" + std::to_string(++replays_) + R"(","replayed":true})");
  }

  /// Answers the newest call.
  void answer(const std::string& text) {
    REQUIRE_FALSE(calls.empty());
    client().answerRpc(calls.back().id, text);
  }
  static std::string ok(unsigned last, const std::string& messages = {}, const std::string& epoch = "e1") {
    return R"({"v":1,"state":"ok","topic":")" + kTopic + R"(","epoch":")" + epoch + R"(","first":1,"last":)" +
           std::to_string(last) + R"(,"messages":[)" + messages + R"(],"more":false})";
  }
  /// Lets time pass until the database is asked once more.
  void awaitCall(Duration limit = ms(30'000)) {
    const auto before = calls.size();
    for (Duration passed{0}; passed < limit && calls.size() == before; passed += ms(10)) run(ms(10), ms(10));
    REQUIRE(calls.size() > before);
  }
  /// Subscribed and live at this number.
  void start(unsigned last = 40, RoadOptions road = {}, DeliverySpec delivery = {}, std::string event = "*",
             const std::string& filter = kFilter) {
    follow(1, "t", filter, std::move(road), std::move(delivery), std::move(event));
    awaitCall();
    answer(ok(last));
    settle();
    REQUIRE(stateOf(1) == "live");
  }
  /// Of a subscription's changes: what they are and of which number.
  Lines told(unsigned id = 1) const {
    Lines lines;
    for (const auto& payload : changes(id)) {
      const auto parsed = Json::parse(payload);
      for (const auto& change : parsed.is_array() ? parsed : Json::array({parsed})) {
        const auto& data = change["data"];
        const auto row = [&](const char* name) {
          return data.contains(name) && data[name].is_object() ? toText(data[name]["id"]) : std::string("-");
        };
        const auto number = data.contains("number") ? toText(data["number"]) : std::string("-");
        lines.push_back(number + " " + data["type"].get<std::string>() + " " + row("record") + " " + row("old_record"));
      }
    }
    return lines;
  }
  Lines gapLines() const {
    Lines lines;
    for (const auto& gap : gaps) {
      lines.push_back(std::string(toString(gap.code)) + " " + gap.numbers.epoch + " " +
                      std::to_string(gap.numbers.from) + ".." +
                      (gap.numbers.to ? std::to_string(*gap.numbers.to) : std::string()) + (gap.to ? "" : " open"));
    }
    return lines;
  }

 private:
  unsigned replays_ = 0;
};

}  // namespace switchboard::testing
