#include "protocol/join.h"

#include <doctest/doctest.h>

#include "oracle/json.h"
#include "protocol/frames/frame.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using OrderedJson = nlohmann::ordered_json;

using testing::recordedTexts;

/// The bindings of a recorded join, or nothing when its config is not that of a client which wants database changes
/// only, written as the reference client writes it.
std::optional<Vector<BindingConfig>> plainBindings(const OrderedJson& config) {
  const OrderedJson broadcast = {{"ack", false}, {"self", false}};
  const OrderedJson presence = {{"key", ""}, {"enabled", false}};
  const bool plain = config.size() == 4 && config.value("broadcast", OrderedJson()) == broadcast &&
                     config.value("presence", OrderedJson()) == presence &&
                     config.value("private", OrderedJson()) == OrderedJson(false);
  if (!plain) return std::nullopt;
  Vector<BindingConfig> bindings;
  const auto text = [](const OrderedJson& entry, const char* key) {
    return entry.contains(key) && entry[key].is_string() ? entry[key].get<std::string>() : std::string();
  };
  for (const auto& entry : config["postgres_changes"]) {
    if (!entry.is_object()) return std::nullopt;
    BindingConfig binding{text(entry, "event"), text(entry, "schema"), text(entry, "table"), text(entry, "filter"), {}};
    std::string keys;
    for (const auto& [key, value] : entry.items()) keys += key + " ";
    std::string expected = "event schema ";
    for (const char* key : {"table", "filter", "select"}) {
      if (entry.contains(key)) expected += std::string(key) + " ";
    }
    if (keys != expected || (entry.contains("filter") && binding.filter.empty())) return std::nullopt;
    if (entry.contains("select")) {
      if (!entry["select"].is_array() || entry["select"].empty()) return std::nullopt;
      for (const auto& column : entry["select"]) binding.select.push_back(column.get<std::string>());
    }
    bindings.push_back(std::move(binding));
  }
  return bindings;
}

TEST_CASE("a join is written as the recorded clients write it, key for key") {
  for (const Version version : {Version::V1, Version::V2}) {
    int compared = 0;
    std::string scratch;
    for (const auto text : recordedTexts(version, "out")) {
      const auto envelope = scanWholeFrame(version, text, scratch);
      if (!envelope || envelope->event != "phx_join") continue;
      OrderedJson payload = OrderedJson::parse(envelope->payload, nullptr, false);
      if (!payload.is_object() || !payload.contains("config") || !payload["config"].is_object()) continue;
      payload.erase("version");  // the reference client's own name
      if (payload.contains("access_token") && !payload["access_token"].is_string()) continue;
      std::optional<Vector<BindingConfig>> bindings;
      if (payload["config"].contains("postgres_changes") && payload["config"]["postgres_changes"].is_array()) {
        bindings = plainBindings(payload["config"]);
      }
      if (!bindings) continue;
      ++compared;
      CHECK(joinPayload(*bindings, payload.value("access_token", "")) == payload.dump());
    }
    CHECK(compared > 80);
  }
}

TEST_CASE("the whole frame of a default join is the reference client's") {
  const std::string payload = joinPayload({{"*", "public", "t", "id=eq.1", {}}}, "<jwt>");
  CHECK(encodeFrame(Version::V2, {"6", "6", "realtime:room:1", "phx_join", payload}) ==
        R"(["6","6","realtime:room:1","phx_join",{"config":{"broadcast":{"ack":false,"self":false},)"
        R"("presence":{"key":"","enabled":false},)"
        R"("postgres_changes":[{"event":"*","schema":"public","table":"t","filter":"id=eq.1"}],"private":false},)"
        R"("access_token":"<jwt>"}])");
}

TEST_CASE("what is empty is left out, since the server takes null for an error") {
  CHECK(joinPayload({{"INSERT", "public", "t", "", {}}}, "").find("access_token") == std::string::npos);
  CHECK(joinPayload({{"INSERT", "public", "t", "", {}}}, "")
            .find(R"([{"event":"INSERT","schema":"public","table":"t"}])") != std::string::npos);
  CHECK(joinPayload({{"*", "s", "t", "", {"b", "a"}}}, "").find(R"("select":["b","a"])") != std::string::npos);
}

TEST_CASE("a name that is not valid UTF-8 is sent with replacement characters") {
  CHECK(parseJson(joinPayload({{"*", "public", "t\xff", "", {}}}, "")));
}

TEST_CASE("a token push and a heartbeat are the recorded ones") {
  CHECK(tokenPayload("a\"b") == R"({"access_token":"a\"b"})");
  for (const Version version : {Version::V1, Version::V2}) {
    int pushes = 0;
    int heartbeats = 0;
    std::string scratch;
    for (const auto text : recordedTexts(version, "out")) {
      const auto envelope = scanWholeFrame(version, text, scratch);
      if (!envelope) continue;
      if (envelope->event == "heartbeat" && envelope->payload == "{}") ++heartbeats;
      if (envelope->event != "access_token") continue;
      const auto payload = parseJson(envelope->payload);
      if (!payload || !(*payload)["access_token"].is_string()) continue;
      ++pushes;
      CHECK(tokenPayload(textMember(*payload, "access_token")) == envelope->payload);
    }
    CHECK(pushes >= 8);
    CHECK(heartbeats >= 10);
  }
}

TEST_CASE("a join reply gives each entry with its id, in the server's words") {
  const auto response = JsonValue::parse(
      R"({"postgres_changes":[{"id":125226232,"event":"*","filter":"business_id=eq.X","schema":"public","table":"b"},)"
      R"({"id":7,"event":"INSERT","schema":"public","select":["id","client"],"table":"b"}]})");
  const auto accepted = acceptedBindings(response);
  REQUIRE(accepted.size() == 2);
  CHECK(accepted[0].id == BindingId{125'226'232});
  CHECK(accepted[0].config == BindingConfig{"*", "public", "b", "business_id=eq.X", {}});
  CHECK(accepted[1].config == BindingConfig{"INSERT", "public", "b", "", {"id", "client"}});
}

TEST_CASE("entries of a join reply that are not understood are left out") {
  for (const char* text : {"{}", "[]", "null", R"({"postgres_changes":{}})", R"({"postgres_changes":[null,1,{}]})",
                           R"({"postgres_changes":[{"id":"7"},{"id":-1},{"id":1.5}]})"}) {
    CAPTURE(text);
    CHECK(acceptedBindings(JsonValue::parse(text)).empty());
  }
}

TEST_CASE("an id beyond the range of ids is not understood, not cut off") {
  CHECK(acceptedBindings(JsonValue::parse(R"({"postgres_changes":[{"id":4294967303,"event":"*"}]})")).empty());
}

TEST_CASE("every recorded join reply lists what its join asked for") {
  for (const Version version : {Version::V1, Version::V2}) {
    int compared = 0;
    std::string scratch;
    std::map<std::string, Json> asked;  // by connection and ref
    for (const auto& record : testing::transcript("join_bindings", version)) {
      if (!record.isText) continue;
      const auto envelope = scanWholeFrame(version, record.text, scratch);
      if (!envelope) continue;
      const std::string key = record.connection + "/" + std::string(envelope->ref);
      if (record.dir == "out" && envelope->event == "phx_join") asked[key] = *parseJson(envelope->payload);
      if (record.dir != "in" || envelope->event != "phx_reply") continue;
      const auto reply = readReply(envelope->payload);
      REQUIRE(reply);
      if (!reply->ok) continue;
      const auto accepted = acceptedBindings(reply->response);
      Json expected = Json::array();
      for (const auto& entry : asked.at(key)["config"]["postgres_changes"]) {
        if (entry.is_object()) expected.push_back(entry);  // the server drops null
      }
      REQUIRE(accepted.size() == expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ++compared;
        CHECK(accepted[i].config.event == textMember(expected[i], "event"));
        CHECK(accepted[i].config.table == textMember(expected[i], "table"));
        CHECK(accepted[i].config.filter == textMember(expected[i], "filter"));
      }
    }
    CHECK(compared > 30);
  }
}

TEST_CASE("a refusal is reported in the server's words, whatever their shape") {
  CHECK(refusalText(JsonValue::parse(R"({"reason":"unmatched topic"})")) == "unmatched topic");
  CHECK(refusalText(JsonValue::parse(R"("payload_size_exceeded")")) == "payload_size_exceeded");
  CHECK(refusalText(JsonValue::parse("{}")) == "{}");
  CHECK(refusalText({}) == "");
  CHECK(refusalText(JsonValue::parse(R"({"reason":{"a":1}})")) == R"({"reason":{"a":1}})");
}

TEST_CASE("a reply is ok only if it says so") {
  CHECK(readReply(R"({"status":"ok","response":{"a":1}})")->ok);
  CHECK(readReply(R"({"status":"ok","response":{"a":1}})")->response.member("a").integer() == 1);
  CHECK_FALSE(readReply(R"({"status":"error","response":"x"})")->ok);
  CHECK_FALSE(readReply("{}")->ok);
  CHECK_FALSE(readReply("{}")->response);
  CHECK_FALSE(readReply("[]"));
  CHECK_FALSE(readReply("{"));
}

TEST_CASE("a system message is read with what it lacks left empty") {
  const auto message = readSystemMessage(
      R"({"message":"Subscribed to PostgreSQL","status":"ok","extension":"postgres_changes","channel":"b1"})");
  REQUIRE(message);
  CHECK(message->ok);
  CHECK(message->extension == "postgres_changes");
  CHECK(message->message == "Subscribed to PostgreSQL");
  const auto bare = readSystemMessage(R"({"status":"error"})");
  REQUIRE(bare);
  CHECK_FALSE(bare->ok);
  CHECK(bare->message.empty());
  CHECK_FALSE(readSystemMessage("null"));
  CHECK_FALSE(readSystemMessage("{\"message\":"));
}

}  // namespace
}  // namespace switchboard
