#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/harness.h"
#include "oracle/json.h"
#include "support/late_answer.h"
#include "support/workbench.h"

/// Random faults against a client with tracked tables, on virtual time. What must hold whatever happens: what a
/// subscription on the broadcast road got is what was committed, once and in order, or it is in a gap with exact
/// bounds. One that falls back and returns gets nothing that it had on the other road.
namespace switchboard {
namespace {

using testing::FakeRandom;
using testing::Harness;
using testing::ms;

/// What one message of a topic says of its row.
enum class What : unsigned char { Insert, Update, Enters, Leaves, Outside, Bulk, Truncate };

struct Epoch {
  std::string name;
  std::uint64_t first = 1;  ///< the lowest number that the database keeps
  std::vector<What> messages;

  std::uint64_t last() const { return messages.size(); }
  What at(std::uint64_t number) const { return messages[number - 1]; }
};

/// A topic as the database knows it.
struct Topic {
  explicit Topic(unsigned of) : key(of) { track(); }
  void track() { epochs.push_back({"e" + std::to_string(key) + "x" + std::to_string(epochs.size()), 1, {}}); }
  std::string name() const { return "switchboard:t:" + std::to_string(key); }
  Epoch& current() { return epochs.back(); }
  const Epoch* find(const std::string& epoch) const {
    for (const auto& each : epochs) {
      if (each.name == epoch) return &each;
    }
    return nullptr;
  }
  static std::string idOf(const Epoch& epoch, std::uint64_t number) {
    return epoch.name + "/" + std::to_string(number);
  }
  std::string row(const std::string& id, char s) const {
    return R"({"b":)" + std::to_string(key) + R"(,"id":")" + id + R"(","s":")" + s + R"("})";
  }
  std::string text(const Epoch& epoch, std::uint64_t number) const {
    std::string text =
        R"({"v":1,"epoch":")" + epoch.name + R"(","number":)" + std::to_string(number) +
        R"(,"committed":"2026-11-27T18:00:00Z","tables":[{"schema":"public","table":"t","columns":)"
        R"([{"name":"b","type":"int4"},{"name":"id","type":"text"},{"name":"s","type":"text"}]}],"changes":[)";
    const auto id = idOf(epoch, number);
    const auto update = [&](char before, char after) {
      return R"({"t":0,"type":"UPDATE","record":)" + row(id, after) + R"(,"old_record":)" + row(id, before) + "}]}";
    };
    switch (epoch.at(number)) {
      case What::Insert:
        return text + R"({"t":0,"type":"INSERT","record":)" + row(id, 'x') + "}]}";
      case What::Update:
        return text + update('x', 'x');
      case What::Enters:
        return text + update('y', 'x');
      case What::Leaves:
        return text + update('x', 'y');
      case What::Outside:
        return text + update('y', 'y');
      case What::Truncate:
        return text + R"({"t":0,"type":"TRUNCATE"}]})";
      case What::Bulk:
        break;
    }
    return text + R"(],"fetch":[{"t":0,"rows":5000}]})";
  }
  std::string answer(std::optional<std::uint64_t> after, std::uint64_t atMost, std::uint64_t lag) {
    const auto& epoch = current();
    const auto last = epoch.last() - std::min(lag, epoch.last());
    const bool isTooOld = after && (*after + 1 < epoch.first || *after > last);
    Json answer = {{"v", 1},
                   {"state", isTooOld ? "too_old" : "ok"},
                   {"topic", name()},
                   {"epoch", epoch.name},
                   {"first", std::min(epoch.first, last + 1)},
                   {"last", last}};
    Json messages = Json::array();
    std::uint64_t to = after.value_or(last);
    while (!isTooOld && after && to < std::min(last, *after + atMost)) messages.push_back(text(epoch, ++to));
    answer["messages"] = messages;
    answer["more"] = !messages.empty() && to < last;
    return toText(answer);
  }

  unsigned key;
  std::vector<Epoch> epochs;
};

/// A subscription and what it got.
struct Follower {
  unsigned key = 1;
  bool isNarrow = false;  ///< its filter has `s=eq.x`, too
  bool isFollowing = false;
  std::string epoch;
  std::uint64_t position = 0;         ///< up to where all that concerns it has come, or is in a gap
  std::set<std::string> byBinding{};  ///< ids of the changes that came over the other road

  /// How the message comes to it; empty: not at all.
  std::string expects(What what) const {
    switch (what) {
      case What::Insert:
        return "INSERT";
      case What::Update:
      case What::Enters:
        return "UPDATE";
      case What::Leaves:
        return isNarrow ? "DELETE" : "UPDATE";
      case What::Outside:
        return isNarrow ? "" : "UPDATE";
      case What::Truncate:
        return "TRUNCATE";
      case What::Bulk:
        break;
    }
    return "gap";
  }
};

struct Later {
  TimePoint at;
  std::size_t sockets = 0;    ///< of a broadcast: how many sockets there were; it comes to none that is newer
  std::uint32_t request = 0;  ///< of an answer
  bool fails = false;
  unsigned key = 0;  ///< 0: of all, see `World::arrive`
  std::string event;
  std::string text;
};

ClientOptions withTable() {
  ClientOptions options;
  options.numbered.tables.push_back({"public", "t", "t", "b"});
  return options;
}

struct World {
  explicit World(std::uint64_t seed) : chance(seed), harness(withTable()) {
    harness.onEachBatch = [this](const Batch& batch) { onBatch(batch); };
  }

  bool oneIn(std::uint64_t count) { return chance.below(count) == 0; }
  void require(bool holds, const std::string& what) {
    if (!holds && complaint.empty()) complaint = what;
  }

  // What the client says

  void onBatch(const Batch& batch) {
    for (const auto& call : batch.rpcWanted) answerLater(call);
    // What was in one turn is in order within deliveries and within gaps, but not between them.
    std::map<unsigned, std::vector<Json>> came;
    for (const auto& delivery : batch.deliveries) {
      const auto change = parseJson(std::string(delivery.text()));
      REQUIRE(change);
      for (const auto id : delivery.subscribers) came[id.value].push_back((*change)["data"]);
    }
    std::set<unsigned> live;
    for (const auto& notice : batch.notices) {
      if (notice.status == NoticeStatus::Subscribed) live.insert(notice.subscription.value);
    }
    for (auto& [id, follower] : followers) {
      std::vector<Gap> gaps;
      for (const auto& gap : batch.gaps) {
        if (gap.subscription.value != id || gap.numbers.epoch.empty()) continue;
        const bool isReturn = !follower.isFollowing && gap.to && gap.numbers.to;
        if (isReturn) {
          onReturn(follower, gap);
        } else if (gap.numbers.to || !gap.to) {  // else it is the end of a fallback, on the other road
          gaps.push_back(gap);
        }
      }
      if (live.count(id) == 1) onLive(id, came[id], gaps);
      take(follower, came[id], gaps);
    }
  }
  const TopicNumbers& numbersOf(const Follower& follower) {
    const auto& open = harness.client().numbered().topics();
    const auto topic = std::find_if(open.begin(), open.end(), [&](const auto& each) {
      return each->numbers().topic() == topicOf(follower).name();
    });
    REQUIRE(topic != open.end());
    return std::as_const(**topic).numbers();
  }
  /// From the other road: all up to the number has come, or is in the gap.
  void onReturn(Follower& follower, const Gap& gap) {
    ++seen["returned"];
    require(*gap.numbers.to <= topicOf(follower).current().last(), "returned to another number");
    follower.isFollowing = true;
    follower.epoch = numbersOf(follower).epoch();  // it may be the next one
    follower.position = *gap.numbers.to;
  }
  /// It begins at the position, or before what came in the same turn.
  void onLive(unsigned id, const std::vector<Json>& changes, const std::vector<Gap>& gaps) {
    Follower& follower = followers[id];
    if (follower.isFollowing || harness.status(id).road.road != Road::Broadcast) return;
    follower.isFollowing = true;
    follower.epoch = numbersOf(follower).epoch();
    follower.position = numbersOf(follower).position();
    for (const auto& change : changes) {
      if (change.contains("number"))
        follower.position = std::min(follower.position, change["number"].get<std::uint64_t>() - 1);
    }
    for (const auto& gap : gaps) follower.position = std::min(follower.position, gap.numbers.from - 1);
    ++seen["live"];
  }
  /// Goes on with whatever is next by its number.
  void take(Follower& follower, const std::vector<Json>& changes, const std::vector<Gap>& gaps) {
    std::size_t nextChange = 0;
    std::size_t nextGap = 0;
    while (complaint.empty() && (nextChange < changes.size() || nextGap < gaps.size())) {
      if (nextChange < changes.size() && !changes[nextChange].contains("number")) {
        require(!follower.isFollowing, "a change without a number");
        follower.byBinding.insert(rowId(changes[nextChange]));
        ++nextChange;
        continue;
      }
      const bool isGap = nextGap < gaps.size() &&
                         (nextChange == changes.size() || comesBefore(follower, gaps[nextGap], changes[nextChange]));
      isGap ? takeGap(follower, gaps[nextGap++]) : takeChange(follower, changes[nextChange++]);
    }
  }
  static std::string rowId(const Json& change) {
    const char* image = change.contains("record") ? "record" : "old_record";
    return change.contains(image) ? std::string(textMember(change[image], "id")) : std::string();  // TRUNCATE has none
  }
  static bool comesBefore(const Follower& follower, const Gap& gap, const Json& change) {
    if (gap.numbers.epoch != follower.epoch) return false;
    return textMember(change, "epoch") != follower.epoch || gap.numbers.from < change["number"].get<std::uint64_t>();
  }
  /// Nothing between the position and this number may concern the follower.
  void skipTo(Follower& follower, const Epoch& epoch, std::uint64_t number) {
    while (follower.position + 1 < number && follower.position < epoch.last()) {
      require(follower.expects(epoch.at(++follower.position)).empty(), "a change is missing");
    }
  }
  void takeChange(Follower& follower, const Json& change) {
    ++seen["changes"];
    ++seen[std::string(textMember(change, "type"))];
    const auto number = change["number"].get<std::uint64_t>();
    require(follower.isFollowing, "a change with a number before the position is known");
    require(textMember(change, "epoch") == follower.epoch, "a change of another epoch");
    const Epoch* epoch = topicOf(follower).find(follower.epoch);
    if (epoch == nullptr || !complaint.empty()) return;
    skipTo(follower, *epoch, number);
    require(follower.position + 1 == number && number <= epoch->last(), "a change twice or out of order");
    require(follower.byBinding.count(rowId(change)) == 0, "a change that came over the other road");
    if (!complaint.empty()) return;
    require(follower.expects(epoch->at(number)) == textMember(change, "type"), "a change of another type");
    follower.position = number;
  }
  void takeGap(Follower& follower, const Gap& gap) {
    if (!follower.isFollowing) return;  // the end of one that was taken as it opened
    ++seen[std::string(toString(gap.code))];
    const Epoch* epoch = topicOf(follower).find(follower.epoch);
    require(epoch != nullptr && gap.numbers.epoch == follower.epoch, "a gap of another epoch");
    if (!complaint.empty()) return;
    skipTo(follower, *epoch, gap.numbers.from);
    require(follower.position + 1 == gap.numbers.from, "a gap that begins elsewhere");
    if (!gap.numbers.to) {
      follower.isFollowing = false;
      return;
    }
    if (gap.code == ReasonCode::WentBack) {
      require(failures > 0 && *gap.numbers.to <= epoch->last(), "went back though the database answers");
    } else if (gap.code == ReasonCode::TrackedAgain) {
      follower.epoch = numbersOf(follower).epoch();  // an answer may have been on its way as the next epoch began
      const Epoch* next = topicOf(follower).find(follower.epoch);
      require(next > epoch && *gap.numbers.to <= next->last(), "a gap that ends elsewhere");
    } else {
      require(*gap.numbers.to <= epoch->last() && *gap.numbers.to >= gap.numbers.from, "a gap that ends elsewhere");
      if (gap.code == ReasonCode::NotKept) require(*gap.numbers.to < epoch->first, "a gap for what is kept");
      if (gap.code == ReasonCode::PayloadTooLarge)
        require(epoch->at(gap.numbers.from) == What::Bulk, "a gap for no bulk");
      if (gap.code == ReasonCode::NoRpc) require(failures > 0, "a gap though the database answers");
    }
    follower.position = *gap.numbers.to;
  }

  // The database

  Topic& topicOf(const Follower& follower) { return topics[follower.key - 1]; }
  void answerLater(const RpcRequest& call) {
    auto& topic = call.topic == topics[0].name() ? topics[0] : topics[1];
    const auto atMost = isHealed ? 500 : 1 + chance.below(6);
    const auto answer = [&](std::uint64_t lag) { return topic.answer(call.after, atMost, lag); };
    const auto damage = [&](const std::string& text) {
      if (oneIn(8)) return std::string(R"({"v":1,"state":"not_tracked","reason":"untracked"})");
      if (oneIn(8)) return std::string(R"({"v":1,"state":"refused","reason":"not yours"})");
      return text.substr(0, text.size() / 2);
    };
    auto late = testing::lateAnswer(chance, !isHealed, answer, damage);
    if (!late || late->isFaulty) ++failures;
    if (!late) return;
    inFlight.push_back(
        {harness.clock.now() + late->delay, 0, call.id, late->fails, topic.key, {}, std::move(late->text)});
  }
  void broadcast(unsigned key, const char* event, std::string text) {
    if (!isHealed && (replicationAway || oneIn(lossOneIn))) return;
    Later later{harness.clock.now() + ms(chance.below(3)),
                harness.network.sockets.size(),
                0,
                false,
                key,
                event,
                std::move(text)};
    if (!isHealed && oneIn(8)) inFlight.push_back(later);
    if (!isHealed && oneIn(8)) later.at += ms(chance.below(3'000));
    inFlight.push_back(std::move(later));
  }
  void commit(Topic& topic) {
    constexpr What kUsual[] = {What::Insert, What::Update, What::Enters, What::Leaves, What::Outside};
    topic.current().messages.push_back(oneIn(15) ? What::Bulk : oneIn(20) ? What::Truncate : kUsual[chance.below(5)]);
    const auto number = topic.current().last();
    broadcast(topic.key, "changes", topic.text(topic.current(), number));
    if (topic.current().at(number) == What::Bulk || topic.current().at(number) == What::Truncate) return;
    const auto row = topic.row(Topic::idOf(topic.current(), number), 'x');
    inFlight.push_back({harness.clock.now() + ms(chance.below(400)), 0, 0, false, topic.key, "row", row});
  }
  void beat() {
    broadcast(0, "beat", R"({"v":1,"seq":)" + std::to_string(++beats) + R"(,"every_ms":5000})");
    for (auto& topic : topics) {
      broadcast(
          topic.key, "position",
          R"({"v":1,"epoch":")" + topic.current().name + R"(","last":)" + std::to_string(topic.current().last()) + "}");
    }
  }

  // Time

  /// The time since the start as a commit time.
  std::string commitStamp() const {
    const auto passed = harness.clock.now().time_since_epoch() / Duration{1};
    char text[32];
    std::snprintf(text, sizeof text, "2026-11-27T%02d:%02d:%02d.%03dZ", static_cast<int>(passed / 3'600'000 % 24),
                  static_cast<int>(passed / 60'000 % 60), static_cast<int>(passed / 1'000 % 60),
                  static_cast<int>(passed % 1'000));
    return text;
  }
  void arrive(const Later& later) {
    if (later.request != 0) {
      later.fails ? harness.client().failRpc(later.request) : harness.client().answerRpc(later.request, later.text);
      return;
    }
    if (later.event == "row") {
      const auto filter = "b=eq." + std::to_string(later.key);
      harness.server.change("t", "INSERT", later.text, commitStamp(), filter);
      return;
    }
    const auto topic = "realtime:" + (later.key == 0 ? "switchboard:beat" : topics[later.key - 1].name());
    for (const auto& channel : harness.server.channels()) {
      if (channel.topic != topic || channel.socket >= later.sockets) continue;
      harness.server.say(channel, "broadcast",
                         R"({"type":"broadcast","event":")" + later.event + R"(","payload":)" + later.text + "}");
    }
  }
  void pass(Duration span) {
    const auto end = harness.clock.now() + span;
    while (complaint.empty() && harness.clock.now() < end) {
      auto next = std::min(end, harness.clock.now() + ms(500));
      for (const auto& later : inFlight) next = std::min(next, later.at);
      const auto step = std::max(ms(1), next - harness.clock.now());
      harness.run(step, step);
      for (std::size_t i = 0; i < inFlight.size() && complaint.empty();) {
        if (inFlight[i].at > harness.clock.now()) {
          ++i;
          continue;
        }
        const Later later = inFlight[i];
        inFlight.erase(inFlight.begin() + static_cast<std::ptrdiff_t>(i));
        arrive(later);
        i = 0;
      }
      replaceFallen();
    }
  }
  /// Who fell back makes room for a new one.
  /// The others return.
  void replaceFallen() {
    std::vector<unsigned> fallen;
    for (const auto& [id, follower] : followers) {
      if (harness.status(id).road.fellBack == ReasonCode::Ok) continue;
      require(!follower.isFollowing, "fell back without a gap");
      if (id % 2 == 0) fallen.push_back(id);
    }
    for (const auto id : fallen) {
      ++seen["fell back"];
      const auto before = followers[id];
      followers.erase(id);
      harness.unsubscribe(id);
      subscribe(before.key, before.isNarrow);
    }
  }
  void subscribe(unsigned key, bool isNarrow) {
    const auto id = ++lastId;
    followers[id] = Follower{key, isNarrow, false, {}, 0, {}};
    harness.follow(id, "t", "b=eq." + std::to_string(key) + (isNarrow ? ",s=eq.x" : ""),
                   {oneIn(3) ? std::optional(Road::Broadcast) : std::nullopt});
  }
  void act() {
    auto& topic = topics[chance.below(2)];
    switch (chance.below(16)) {
      case 0:
        harness.network.last().closeFromServer(1006);
        break;
      case 1:
        beat();
        break;
      case 2:
        if (oneIn(4)) topic.track();
        break;
      case 3:
        if (oneIn(3))
          topic.current().first = std::max(topic.current().first, chance.below(topic.current().last() + 1) + 1);
        break;
      case 4:
        replicationAway = !replicationAway;
        break;
      case 5:
        if (followers.size() < 6) subscribe(topic.key, oneIn(2));
        break;
      case 6:
        if (!followers.empty() && oneIn(2)) {
          harness.unsubscribe(followers.begin()->first);
          followers.erase(followers.begin());
        }
        break;
      default:
        for (auto count = chance.below(5); count > 0; --count) commit(topic);
        break;
    }
    pass(ms(oneIn(6) ? chance.below(8'000) : chance.below(100)));
  }
  /// No more faults: all that was committed has come, or is in a gap.
  void heal() {
    pass(ms(60'000));
    isHealed = true;
    for (auto& topic : topics) commit(topic);
    beat();
    pass(ms(2'500'000));
    for (auto& topic : topics) commit(topic);
    pass(ms(2'000));
    for (auto& [id, follower] : followers) {
      require(harness.stateOf(id) == "live" && follower.isFollowing, "not live in the end");
      if (!complaint.empty()) return;
      const auto& epoch = topicOf(follower).current();
      require(follower.epoch == epoch.name, "in another epoch in the end");
      if (complaint.empty()) skipTo(follower, epoch, epoch.last() + 1);
      require(follower.position == epoch.last(), "behind in the end");
    }
  }
  std::string run() {
    lossOneIn = 2 + chance.below(20);
    for (unsigned key = 1; key <= 2; ++key) {
      subscribe(key, false);
      subscribe(key, true);
    }
    pass(ms(2'000));
    for (auto steps = 10 + chance.below(40); steps > 0 && complaint.empty(); --steps) act();
    if (complaint.empty()) heal();
    return complaint;
  }

  FakeRandom chance;
  Harness harness;
  std::vector<Topic> topics{Topic(1), Topic(2)};
  std::map<unsigned, Follower> followers;
  std::deque<Later> inFlight;
  std::string complaint;
  std::map<std::string, int> seen;
  std::uint64_t lossOneIn = 10;
  std::uint64_t failures = 0;
  std::uint64_t beats = 0;
  unsigned lastId = 0;
  bool replicationAway = false;
  bool isHealed = false;
};

TEST_CASE("whatever fails: each change once and in order, or in a gap with exact bounds") {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World world(seed * 7'919);
    CAPTURE(seed);
    REQUIRE(world.run() == "");
    for (const auto& [what, count] : world.seen) seen[what] += count;
  }
  // Nothing holds only because it never happened.
  CHECK(seen["changes"] > 2'000);
  for (const std::string what : {"live", "fell back", "returned", "NOT_KEPT", "TRACKED_AGAIN", "PAYLOAD_TOO_LARGE",
                                 "TRUNCATE", "TRACK_REFUSED", "NOT_TRACKED"}) {
    CAPTURE(what);
    CHECK(seen[what] > 10);
  }
}

}  // namespace
}  // namespace switchboard
