#include "presence/presence_state.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "oracle/json.h"
#include "support/transcripts.h"
#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::FakeRandom;
using testing::ms;

constexpr TimePoint kNow{Duration{100'000}};

std::string_view nameOf(PresenceChangeKind kind) {
  switch (kind) {
    case PresenceChangeKind::Join:
      return "join";
    case PresenceChangeKind::Update:
      return "update";
    case PresenceChangeKind::Refresh:
      return "refresh";
    case PresenceChangeKind::Leave:
      return "leave";
  }
  return "?";
}

using Changes = std::vector<std::string>;

/// What an application sees of it: the changes, and the members that they add up to.
struct Listener {
  PresenceState state;
  std::map<std::string, Json> members;

  /// "join a 12": kind, key, refs.
  Changes take(TimePoint now = kNow) {
    Changes changes;
    state.takeChanges(now, [&](const PresenceChange& change) {
      const std::string key(change.key);
      const auto metas = parseJson(change.metas).value();
      std::string text = std::string(nameOf(change.kind)) + " " + key + " ";
      for (const auto& meta : metas) text += std::string(textMember(meta, "phx_ref"));
      changes.push_back(text);
      CHECK((change.kind == PresenceChangeKind::Join) == (members.count(key) == 0));
      if (change.kind == PresenceChangeKind::Leave) {
        CHECK(members.at(key) == metas);
        members.erase(key);
      } else {
        CHECK_FALSE(metas.empty());
        members[key] = metas;
      }
    });
    return changes;
  }
  Changes afterState(std::string_view payload, TimePoint leaveAt = kNow) {
    CHECK(state.applyState(payload, leaveAt));
    return take();
  }
  Changes afterDiff(std::string_view payload) {
    CHECK(state.applyDiff(payload));
    return take();
  }
};

TEST_CASE("the first state's keys join, and a diff's join and leave") {
  Listener listener;
  CHECK(listener.afterState(R"({"a":{"metas":[{"phx_ref":"1","n":1}]},"b":{"metas":[{"phx_ref":"2"}]}})") ==
        Changes{"join a 1", "join b 2"});
  CHECK(
      listener.afterDiff(R"({"joins":{"c":{"metas":[{"phx_ref":"3"}]}},"leaves":{"a":{"metas":[{"phx_ref":"1"}]}}})") ==
      Changes{"join c 3", "leave a 1"});
  CHECK(listener.state.size() == 2);
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{}})").empty());
}

TEST_CASE("diffs wait for the first state and are applied after it, in their order") {
  Listener listener;
  CHECK(listener.afterDiff(R"({"joins":{"b":{"metas":[{"phx_ref":"2"}]}},"leaves":{}})").empty());
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{"a":{"metas":[{"phx_ref":"1"}]},"b":{"metas":[{"phx_ref":"2"}]}}})")
            .empty());
  CHECK(listener.afterState(R"({"a":{"metas":[{"phx_ref":"1"}]},"c":{"metas":[{"phx_ref":"3"}]}})") ==
        Changes{"join c 3"});
}

TEST_CASE("a key that is tracked twice is there until both are gone") {
  Listener listener;
  listener.afterState(R"({"a":{"metas":[{"phx_ref":"1","on":"phone"}]}})");
  CHECK(listener.afterDiff(R"({"joins":{"a":{"metas":[{"phx_ref":"2","on":"desk"}]}},"leaves":{}})") ==
        Changes{"update a 12"});
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{"a":{"metas":[{"phx_ref":"1"}]}}})") == Changes{"update a 2"});
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{"a":{"metas":[{"phx_ref":"1"}]}}})").empty());
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{"a":{"metas":[{"phx_ref":"2"}]}}})") == Changes{"leave a 2"});
}

TEST_CASE("an update is one change, and what is tracked again unchanged is a refresh") {
  Listener listener;
  listener.afterState(R"({"a":{"metas":[{"phx_ref":"1","n":1}]}})");
  CHECK(
      listener.afterDiff(
          R"({"joins":{"a":{"metas":[{"phx_ref":"2","phx_ref_prev":"1","n":2}]}},"leaves":{"a":{"metas":[{"phx_ref":"1","n":1}]}}})") ==
      Changes{"update a 2"});
  CHECK(listener.afterDiff(
            R"({"joins":{"a":{"metas":[{"phx_ref":"3","n":2}]}},"leaves":{"a":{"metas":[{"phx_ref":"2","n":2}]}}})") ==
        Changes{"refresh a 3"});
}

TEST_CASE("of what comes and goes between two looks only the sum is reported") {
  Listener listener;
  listener.afterState(R"({"a":{"metas":[{"phx_ref":"1","n":1}]}})");
  CHECK(listener.state.applyDiff(R"({"joins":{"b":{"metas":[{"phx_ref":"2"}]}},"leaves":{}})"));
  CHECK(listener.state.applyDiff(R"({"joins":{},"leaves":{"a":{"metas":[{"phx_ref":"1"}]}}})"));
  CHECK(listener.state.applyDiff(R"({"joins":{},"leaves":{"b":{"metas":[{"phx_ref":"2"}]}}})"));
  CHECK(listener.state.applyDiff(R"({"joins":{"a":{"metas":[{"phx_ref":"3","n":1}]}},"leaves":{}})"));
  CHECK(listener.take() == Changes{"refresh a 3"});
  CHECK(listener.state.size() == 1);
}

TEST_CASE("over an interruption only the differences to what was reported are reported") {
  Listener listener;
  listener.afterState(
      R"({"same":{"metas":[{"phx_ref":"1"}]},"again":{"metas":[{"phx_ref":"2","n":1}]},"other":{"metas":[{"phx_ref":"3","n":1}]},"gone":{"metas":[{"phx_ref":"4"}]}})");
  listener.state.awaitState();
  CHECK(listener.take().empty());
  CHECK(
      listener.afterState(
          R"({"same":{"metas":[{"phx_ref":"1"}]},"again":{"metas":[{"phx_ref":"5","n":1}]},"other":{"metas":[{"phx_ref":"6","n":2}]},"new":{"metas":[{"phx_ref":"7"}]}})") ==
      Changes{"refresh again 5", "update other 6", "join new 7", "leave gone 4"});
}

TEST_CASE("a diff that waits is forgotten with the next join") {
  Listener listener;
  CHECK(listener.afterDiff(R"({"joins":{"b":{"metas":[{"phx_ref":"2"}]}},"leaves":{}})").empty());
  listener.state.awaitState();
  CHECK(listener.afterState("{}").empty());
}

TEST_CASE("who is missing after an interruption is reported as gone only when the time to come back is over") {
  Listener listener;
  listener.afterState(R"({"back":{"metas":[{"phx_ref":"1","n":1}]},"gone":{"metas":[{"phx_ref":"2"}]}})");
  listener.state.awaitState();
  CHECK(listener.afterState("{}", kNow + ms(3'000)).empty());
  CHECK(listener.state.size() == 0);
  CHECK(listener.state.nextLeave() == kNow + ms(3'000));
  CHECK(listener.afterDiff(R"({"joins":{"back":{"metas":[{"phx_ref":"3","n":1}]}},"leaves":{}})") ==
        Changes{"refresh back 3"});
  CHECK(listener.take(kNow + ms(2'999)).empty());
  CHECK(listener.take(kNow + ms(3'000)) == Changes{"leave gone 2"});
  CHECK_FALSE(listener.state.nextLeave().has_value());
  CHECK(listener.members.size() == 1);
}

TEST_CASE("a leave that the server reports is reported at once, also soon after an interruption") {
  Listener listener;
  listener.afterState(R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  listener.state.awaitState();
  listener.afterState("{}", kNow + ms(3'000));
  listener.afterDiff(R"({"joins":{"a":{"metas":[{"phx_ref":"2"}]}},"leaves":{}})");
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{"a":{"metas":[{"phx_ref":"2"}]}}})") == Changes{"leave a 2"});
}

TEST_CASE("a second interruption gives who is missing the whole time again") {
  Listener listener;
  listener.afterState(R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  listener.state.awaitState();
  listener.afterState("{}", kNow + ms(3'000));
  listener.state.awaitState();
  CHECK(listener.take(kNow + ms(3'000)).empty());
  listener.afterState("{}", kNow + ms(9'000));
  CHECK(listener.take(kNow + ms(8'999)).empty());
  CHECK(listener.take(kNow + ms(9'000)) == Changes{"leave a 1"});
}

TEST_CASE("keys are any text, and metas any objects") {
  Listener listener;
  CHECK(
      listener.afterState(
          R"({"__proto__":{"metas":[{"phx_ref":"1"}]},"\u00e9\n\"":{"metas":[{"phx_ref":"2","a":{"phx_ref":"x"}}]},"":{"metas":[{}]}})") ==
      Changes{"join __proto__ 1", "join \xC3\xA9\n\" 2", "join  "});
  CHECK(listener.afterDiff(R"({"joins":{},"leaves":{"é\n\"":{"metas":[{"phx_ref":"2"}]}}})") ==
        Changes{"leave \xC3\xA9\n\" 2"});
}

TEST_CASE("metas that are no objects are left out, and a key without others is not there") {
  Listener listener;
  CHECK(listener.afterState(R"({"a":{"metas":[null,{"phx_ref":"1"},5]},"b":{"metas":["x",[]]},"c":{"metas":{}}})") ==
        Changes{"join a 1"});
  CHECK(listener.afterDiff(R"({"joins":{"b":{"metas":[null]},"a":{"metas":[true,{"phx_ref":"2"}]}},"leaves":{}})") ==
        Changes{"update a 12"});
  CHECK(listener.state.size() == 1);
}

TEST_CASE("what can't be read changes nothing and says so") {
  Listener listener;
  listener.afterState(R"({"a":{"metas":[{"phx_ref":"1"}]}})");
  for (const auto* text : {"", "[]", "null", "{", R"({"joins":{"b":{"metas":[{]}}})"}) {
    CAPTURE(text);
    CHECK_FALSE(listener.state.applyDiff(text));
    CHECK_FALSE(listener.state.applyState(text, kNow));
  }
  for (const auto* text : {R"({"joins":[],"leaves":3})", R"({"joins":{"b":null,"c":{"metas":{}}}})", "{}"}) {
    CAPTURE(text);
    CHECK(listener.state.applyDiff(text));
  }
  CHECK(listener.take().empty());
  CHECK(listener.state.size() == 1);
}

TEST_CASE("more diffs than can be kept until the state comes are refused") {
  PresenceState state;
  const std::string diff = R"({"joins":{"b":{"metas":[{"phx_ref":")" + std::string(999'000, 'x') + R"("}]}}})";
  int kept = 0;
  while (state.applyDiff(diff)) ++kept;
  CHECK(kept == 5);
  state.awaitState();
  CHECK(state.applyDiff(diff));
}

TEST_CASE("recorded sessions add up to who is there") {
  std::map<std::string, Listener> listeners;
  for (const auto& record : testing::transcript("presence", Version::V2)) {
    const auto frame = parseJson(record.text);
    if (record.dir != "in" || !frame || !frame->is_array() || frame->at(2) != "realtime:pr") continue;
    auto& listener = listeners[record.connection];
    if (frame->at(3) == "presence_state") {
      listener.state.awaitState();
      listener.afterState(toText(frame->at(4)));
    } else if (frame->at(3) == "presence_diff") {
      listener.afterDiff(toText(frame->at(4)));
    }
  }
  REQUIRE(listeners.size() == 3);
  CHECK(listeners.at("a").members.empty());              // all others left while it was there
  CHECK(listeners.at("c_samekey").members.size() == 1);  // it left before its own presence ended
}

/// A server's side of a topic.
class Room {
 public:
  std::string track(FakeRandom& random) {
    const std::string who = std::to_string(random.below(6));
    Json diff{{"joins", Json::object()}, {"leaves", Json::object()}};
    Json meta{{"phx_ref", std::to_string(++lastRef_)}, {"n", random.below(2)}};
    if (const auto before = tracked_.find(who); before != tracked_.end()) {
      diff["leaves"][keyOf(who)]["metas"] = Json::array({before->second});
      meta["phx_ref_prev"] = before->second["phx_ref"];
    }
    tracked_[who] = meta;
    diff["joins"][keyOf(who)]["metas"] = Json::array({meta});
    return toText(diff);
  }
  std::string untrack(FakeRandom& random) {
    const std::string who = std::to_string(random.below(6));
    Json diff{{"joins", Json::object()}, {"leaves", Json::object()}};
    if (const auto before = tracked_.find(who); before != tracked_.end()) {
      diff["leaves"][keyOf(who)]["metas"] = Json::array({before->second});
      tracked_.erase(before);
    }
    return toText(diff);
  }
  Json state() const {
    Json state = Json::object();
    for (const auto& [who, meta] : tracked_) state[keyOf(who)]["metas"].push_back(meta);
    return state;
  }

 private:
  /// Two devices share a key.
  static std::string keyOf(const std::string& who) { return who < "2" ? "shared" : "key" + who; }

  std::map<std::string, Json> tracked_;
  int lastRef_ = 0;
};

std::set<std::string> asSet(const Json& metas) {
  std::set<std::string> texts;
  for (const auto& meta : metas) texts.insert(toText(meta));
  return texts;
}

TEST_CASE("whatever happens, the reported changes add up to what the server has") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    FakeRandom random(seed);
    Room room;
    Listener listener;
    TimePoint now = kNow;
    bool joined = false;
    for (int step = 0; step < 60; ++step) {
      now += ms(static_cast<std::int64_t>(random.below(500)));
      const auto what = random.below(10);
      if (what == 0) {
        joined = false;  // cut: nothing comes
      } else if (what == 1) {
        listener.state.awaitState();
        if (random.below(2) == 0) CHECK(listener.state.applyDiff(room.track(random)));  // overtakes the state
        CHECK(listener.state.applyState(toText(room.state()), now + ms(1'000)));
        joined = true;
      } else {
        const std::string diff = what < 7 ? room.track(random) : room.untrack(random);
        if (joined) CHECK(listener.state.applyDiff(diff));
      }
      if (random.below(3) == 0) listener.take(now);
    }
    if (!joined) {
      listener.state.awaitState();
      CHECK(listener.state.applyState(toText(room.state()), now + ms(1'000)));
    }
    listener.take(now + ms(1'000));
    const Json state = room.state();
    CHECK(listener.members.size() == state.size());
    CHECK(listener.state.size() == state.size());
    for (const auto& [key, metas] : listener.members) {
      REQUIRE(state.contains(key));
      CHECK(asSet(metas) == asSet(state[key]["metas"]));
    }
    CHECK(listener.take(now + ms(9'000)).empty());
  }
}

}  // namespace
}  // namespace switchboard
