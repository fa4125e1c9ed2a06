#include "subscription/planning/planner.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/fakes.h"

namespace switchboard {
namespace {

using testing::FakeRandom;

Vector<KeyId> keys(std::initializer_list<unsigned> numbers) {
  Vector<KeyId> list;
  for (const unsigned number : numbers) list.push_back(KeyId{number});
  return list;
}

Vector<DesiredBinding> desired(std::initializer_list<unsigned> numbers) {
  Vector<DesiredBinding> list;
  for (const unsigned number : numbers) list.push_back({KeyId{number}});
  return list;
}

CurrentChannel channel(unsigned id, Vector<KeyId> carried, bool live = true, bool inHandover = false) {
  return {ChannelId{id}, std::move(carried), live, inHandover};
}

/// "open[1 2] handover3[1] risky[4] close 5"
std::string text(const Plan& plan) {
  std::string out;
  for (const auto& item : plan.open) {
    out += item.replaces ? "handover" + std::to_string(item.replaces->value) : item.risky ? "risky" : "open";
    out += '[';
    for (std::size_t i = 0; i < item.keys.size(); ++i) {
      out += (i == 0 ? "" : " ") + std::to_string(item.keys[i].value);
    }
    out += "] ";
  }
  for (const auto id : plan.close) out += "close" + std::to_string(id.value) + " ";
  if (!out.empty()) out.pop_back();
  return out;
}

TEST_CASE("plans, case by case") {
  struct Case {
    std::string_view claim;
    Vector<DesiredBinding> desired;
    Vector<CurrentChannel> channels;
    std::string_view plan;
  };
  const Case cases[] = {
      {"nothing desired and nothing there: nothing to do", {}, {}, ""},
      {"what is desired together shares a channel", desired({1, 2, 3}), {}, "open[1 2 3]"},
      {"what is carried is left alone", desired({1, 2}), {channel(1, keys({1, 2}))}, ""},
      {"a channel that is still joining carries too", desired({1}), {channel(1, keys({1}), false)}, ""},
      {"a late-comer gets a channel of its own", desired({1, 2}), {channel(1, keys({1}))}, "open[2]"},
      {"a channel for nothing is closed", {}, {channel(1, keys({1, 2}))}, "close1"},
      {"also one that is not live yet", {}, {channel(1, keys({1}), false)}, "close1"},
      {"half dead is no reason for a handover", desired({1, 2}), {channel(1, keys({1, 2, 3, 4}))}, ""},
      {"more dead than living is", desired({1}), {channel(1, keys({1, 2, 3}))}, "handover1[1]"},
      {"but not before the channel is live", desired({1}), {channel(1, keys({1, 2, 3}), false)}, ""},
      {"nor while it is being handed over",
       desired({1}),
       {channel(1, keys({1, 2, 3}), true, true), channel(2, keys({1}), false, true)},
       ""},
      {"both sides of a handover go when nothing of them is desired",
       {},
       {channel(1, keys({1, 2, 3}), true, true), channel(2, keys({1}), false, true)},
       "close1 close2"},
      {"risky bindings are kept apart",
       {{KeyId{1}}, {KeyId{2}, 0, true}, {KeyId{3}}, {KeyId{4}, 0, true}},
       {},
       "open[1 3] risky[2 4]"},
      {"each group of suspects gets its own channel",
       {{KeyId{1}}, {KeyId{2}, 7}, {KeyId{3}, 8}, {KeyId{4}, 7}},
       {},
       "open[1] open[2 4] open[3]"},
      {"a risky suspect shares neither with its group nor with the risky",
       {{KeyId{1}, 7, true}, {KeyId{2}, 7}, {KeyId{3}, 0, true}},
       {},
       "open[2] risky[3] risky[1]"},
      {"closing, opening and rebuilding in one go",
       desired({1, 9}),
       {channel(1, keys({1, 2, 3})), channel(2, keys({4}))},
       "handover1[1] open[9] close2"},
  };
  for (const auto& item : cases) {
    CAPTURE(item.claim);
    CHECK(text(makePlan(item.desired, item.channels, {})) == item.plan);
  }
}

TEST_CASE("more bindings than a channel may have are spread over as few channels as will do") {
  Vector<DesiredBinding> many;
  for (unsigned i = 1; i <= 250; ++i) many.push_back({KeyId{i}});
  const auto plan = makePlan(many, {}, {100});
  REQUIRE(plan.open.size() == 3);
  CHECK(plan.open[0].keys.size() == 100);
  CHECK(plan.open[2].keys.size() == 50);
}

TEST_CASE("an empty plan says so") {
  CHECK(makePlan({}, {}, {}).empty());
  CHECK_FALSE(makePlan(desired({1}), {}, {}).empty());
}

/// A world of keys and channels that changes at random and to which every plan is applied.
class World {
 public:
  explicit World(std::uint64_t seed) {
    for (std::uint64_t i = 0; i < seed; ++i) random_.next();
  }

  void step() {
    change();
    const auto list = wantedList();
    const auto plan = makePlan(list, channels_, limits_);
    checkPlan(plan);
    apply(plan);
    checkWorld();
    CHECK(makePlan(wantedList(), channels_, limits_).empty());
  }
  int handovers() const { return handovers_; }
  int closes() const { return closes_; }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }

  Vector<DesiredBinding> wantedList() const {
    Vector<DesiredBinding> list;
    for (const auto& [key, binding] : needed_) list.push_back(binding);
    return list;
  }

  void change() {
    for (std::size_t n = below(6); n > 0; --n) {
      const KeyId key{static_cast<std::uint32_t>(1 + below(60))};
      if (below(2) == 0) {
        needed_.erase(key);
      } else {
        const auto group = below(4) == 0 ? static_cast<std::uint32_t>(1 + below(2)) : 0;
        needed_[key] = {key, group, below(6) == 0};
      }
    }
    for (auto& item : channels_) item.live = item.live || below(2) == 0;
    finishHandovers();
    if (below(12) == 0 && !channels_.empty()) drop(channels_[below(channels_.size())].id);
    if (below(40) == 0) {
      channels_.clear();
      replaced_.clear();
    }
  }

  /// A live channel ends its handover: the channel that it replaces goes, unless something is desired by now that only
  /// that one carries; then the new channel goes.
  void finishHandovers() {
    const auto pairs = replaced_;
    for (const auto& [fresh, old] : pairs) {
      const auto& now = find(fresh);
      if (!now.live || below(2) == 0) continue;
      const auto& before = find(old);
      const bool needed = std::any_of(before.keys.begin(), before.keys.end(), [&](KeyId key) {
        return needed_.count(key) != 0 && std::find(now.keys.begin(), now.keys.end(), key) == now.keys.end();
      });
      drop(needed ? fresh : old);
    }
  }
  const CurrentChannel& find(ChannelId id) const {
    return *std::find_if(channels_.begin(), channels_.end(), [id](const auto& item) { return item.id == id; });
  }

  void drop(ChannelId id) {
    const auto partner = std::find_if(replaced_.begin(), replaced_.end(),
                                      [id](const auto& pair) { return pair.first == id || pair.second == id; });
    if (partner != replaced_.end()) {
      const ChannelId other = partner->first == id ? partner->second : partner->first;
      for (auto& item : channels_) {
        if (item.id == other) item.inHandover = false;
      }
      replaced_.erase(partner);
    }
    channels_.erase(
        std::remove_if(channels_.begin(), channels_.end(), [id](const auto& item) { return item.id == id; }),
        channels_.end());
  }

  void checkPlan(const Plan& plan) {
    for (const auto& item : plan.open) {
      CHECK_FALSE(item.keys.empty());
      CHECK(item.keys.size() <= limits_.bindingsPerChannel);
      if (item.replaces) continue;
      for (const auto key : item.keys) {
        REQUIRE(needed_.count(key) == 1);
        CHECK(needed_.at(key).risky == item.risky);
        CHECK(needed_.at(key).bisectionGroup == needed_.at(item.keys.front()).bisectionGroup);
      }
    }
  }

  void apply(const Plan& plan) {
    for (const auto id : plan.close) {
      ++closes_;
      drop(id);
    }
    for (const auto& item : plan.open) {
      const ChannelId id{++lastChannel_};
      if (item.replaces) {
        ++handovers_;
        replaced_[id] = *item.replaces;
        for (auto& old : channels_) {
          if (old.id == *item.replaces) old.inHandover = true;
        }
      }
      channels_.push_back({id, item.keys, false, item.replaces.has_value()});
    }
  }

  void checkWorld() {
    std::map<KeyId, std::vector<const CurrentChannel*>> carriers;
    for (const auto& item : channels_) {
      bool useful = false;
      for (const auto key : item.keys) {
        carriers[key].push_back(&item);
        useful = useful || needed_.count(key) != 0;
      }
      CHECK(useful);
    }
    for (const auto& [key, binding] : needed_) {
      const auto& list = carriers[key];
      CHECK_FALSE(list.empty());
      if (list.size() < 2) continue;
      // twice only while one channel replaces the other
      REQUIRE(list.size() == 2);
      CHECK((list[0]->inHandover && list[1]->inHandover));
    }
  }

  FakeRandom random_;
  PlanLimits limits_{5};
  std::map<KeyId, DesiredBinding> needed_;
  Vector<CurrentChannel> channels_;
  std::map<ChannelId, ChannelId> replaced_;  ///< new channel → the one it replaces
  std::uint32_t lastChannel_ = 0;
  int handovers_ = 0;
  int closes_ = 0;
};

TEST_CASE("whatever is desired: after a plan it is carried, once, and no channel is there for nothing") {
  int handovers = 0;
  int closes = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    World world(seed);
    for (int i = 0; i < 100; ++i) world.step();
    handovers += world.handovers();
    closes += world.closes();
  }
  CHECK(handovers > 40);
  CHECK(closes > 100);
}

}  // namespace
}  // namespace switchboard
