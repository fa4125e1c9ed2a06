#include "subscription/channels/planner.h"

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

Vector<WantedBinding> wanted(std::initializer_list<unsigned> numbers) {
  Vector<WantedBinding> list;
  for (const unsigned number : numbers) list.push_back({KeyId{number}});
  return list;
}

CurrentLine line(unsigned id, Vector<KeyId> carried, bool live = true, bool inRebuild = false) {
  return {LineId{id}, std::move(carried), live, inRebuild};
}

/// "open[1 2] rebuild3[1] risky[4] close 5"
std::string text(const Plan& plan) {
  std::string out;
  for (const auto& item : plan.open) {
    out += item.replaces ? "rebuild" + std::to_string(item.replaces->value) : item.risky ? "risky" : "open";
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
    Vector<WantedBinding> wanted;
    Vector<CurrentLine> lines;
    std::string_view plan;
  };
  const Case cases[] = {
      {"nothing wanted and nothing there: nothing to do", {}, {}, ""},
      {"what is wanted together shares a line", wanted({1, 2, 3}), {}, "open[1 2 3]"},
      {"what is carried is left alone", wanted({1, 2}), {line(1, keys({1, 2}))}, ""},
      {"a line that is still joining carries too", wanted({1}), {line(1, keys({1}), false)}, ""},
      {"a late-comer gets a line of its own", wanted({1, 2}), {line(1, keys({1}))}, "open[2]"},
      {"a line for nothing is closed", {}, {line(1, keys({1, 2}))}, "close1"},
      {"also one that is not live yet", {}, {line(1, keys({1}), false)}, "close1"},
      {"half dead is no reason to rebuild", wanted({1, 2}), {line(1, keys({1, 2, 3, 4}))}, ""},
      {"more dead than living is", wanted({1}), {line(1, keys({1, 2, 3}))}, "rebuild1[1]"},
      {"but not before the line is live", wanted({1}), {line(1, keys({1, 2, 3}), false)}, ""},
      {"nor while it is being rebuilt",
       wanted({1}),
       {line(1, keys({1, 2, 3}), true, true), line(2, keys({1}), false, true)},
       ""},
      {"both sides of a rebuild go when nothing of them is wanted",
       {},
       {line(1, keys({1, 2, 3}), true, true), line(2, keys({1}), false, true)},
       "close1 close2"},
      {"risky bindings are kept apart",
       {{KeyId{1}}, {KeyId{2}, 0, true}, {KeyId{3}}, {KeyId{4}, 0, true}},
       {},
       "open[1 3] risky[2 4]"},
      {"each group of suspects gets its own line",
       {{KeyId{1}}, {KeyId{2}, 7}, {KeyId{3}, 8}, {KeyId{4}, 7}},
       {},
       "open[1] open[2 4] open[3]"},
      {"a risky suspect shares neither with its group nor with the risky",
       {{KeyId{1}, 7, true}, {KeyId{2}, 7}, {KeyId{3}, 0, true}},
       {},
       "open[2] risky[3] risky[1]"},
      {"closing, opening and rebuilding in one go",
       wanted({1, 9}),
       {line(1, keys({1, 2, 3})), line(2, keys({4}))},
       "rebuild1[1] open[9] close2"},
  };
  for (const auto& item : cases) {
    CAPTURE(item.claim);
    CHECK(text(makePlan(item.wanted, item.lines, {})) == item.plan);
  }
}

TEST_CASE("more bindings than a line may have are spread over as few lines as will do") {
  Vector<WantedBinding> many;
  for (unsigned i = 1; i <= 250; ++i) many.push_back({KeyId{i}});
  const auto plan = makePlan(many, {}, {100});
  REQUIRE(plan.open.size() == 3);
  CHECK(plan.open[0].keys.size() == 100);
  CHECK(plan.open[2].keys.size() == 50);
}

TEST_CASE("an empty plan says so") {
  CHECK(makePlan({}, {}, {}).empty());
  CHECK_FALSE(makePlan(wanted({1}), {}, {}).empty());
}

/// A world of keys and lines that changes at random and to which every plan is applied.
class World {
 public:
  explicit World(std::uint64_t seed) {
    for (std::uint64_t i = 0; i < seed; ++i) random_.next();
  }

  void step() {
    change();
    const auto list = wantedList();
    const auto plan = makePlan(list, lines_, limits_);
    checkPlan(plan);
    apply(plan);
    checkWorld();
    CHECK(makePlan(wantedList(), lines_, limits_).empty());
  }
  int rebuilds() const { return rebuilds_; }
  int closes() const { return closes_; }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }

  Vector<WantedBinding> wantedList() const {
    Vector<WantedBinding> list;
    for (const auto& [key, binding] : wanted_) list.push_back(binding);
    return list;
  }

  void change() {
    for (std::size_t n = below(6); n > 0; --n) {
      const KeyId key{static_cast<std::uint32_t>(1 + below(60))};
      if (below(2) == 0) {
        wanted_.erase(key);
      } else {
        const auto group = below(4) == 0 ? static_cast<std::uint32_t>(1 + below(2)) : 0;
        wanted_[key] = {key, group, below(6) == 0};
      }
    }
    for (auto& item : lines_) item.live = item.live || below(2) == 0;
    finishRebuilds();
    if (below(12) == 0 && !lines_.empty()) drop(lines_[below(lines_.size())].id);
    if (below(40) == 0) {
      lines_.clear();
      replaced_.clear();
    }
  }

  /// A live line ends its rebuild: the line that it replaces goes, unless something is wanted by now that only that one
  /// carries; then the new line goes.
  void finishRebuilds() {
    const auto pairs = replaced_;
    for (const auto& [fresh, old] : pairs) {
      const auto& now = find(fresh);
      if (!now.live || below(2) == 0) continue;
      const auto& before = find(old);
      const bool needed = std::any_of(before.keys.begin(), before.keys.end(), [&](KeyId key) {
        return wanted_.count(key) != 0 && std::find(now.keys.begin(), now.keys.end(), key) == now.keys.end();
      });
      drop(needed ? fresh : old);
    }
  }
  const CurrentLine& find(LineId id) const {
    return *std::find_if(lines_.begin(), lines_.end(), [id](const auto& item) { return item.id == id; });
  }

  void drop(LineId id) {
    const auto partner = std::find_if(replaced_.begin(), replaced_.end(),
                                      [id](const auto& pair) { return pair.first == id || pair.second == id; });
    if (partner != replaced_.end()) {
      const LineId other = partner->first == id ? partner->second : partner->first;
      for (auto& item : lines_) {
        if (item.id == other) item.inRebuild = false;
      }
      replaced_.erase(partner);
    }
    lines_.erase(std::remove_if(lines_.begin(), lines_.end(), [id](const auto& item) { return item.id == id; }),
                 lines_.end());
  }

  void checkPlan(const Plan& plan) {
    for (const auto& item : plan.open) {
      CHECK_FALSE(item.keys.empty());
      CHECK(item.keys.size() <= limits_.bindingsPerLine);
      if (item.replaces) continue;
      for (const auto key : item.keys) {
        REQUIRE(wanted_.count(key) == 1);
        CHECK(wanted_.at(key).risky == item.risky);
        CHECK(wanted_.at(key).suspectGroup == wanted_.at(item.keys.front()).suspectGroup);
      }
    }
  }

  void apply(const Plan& plan) {
    for (const auto id : plan.close) {
      ++closes_;
      drop(id);
    }
    for (const auto& item : plan.open) {
      const LineId id{++lastLine_};
      if (item.replaces) {
        ++rebuilds_;
        replaced_[id] = *item.replaces;
        for (auto& old : lines_) {
          if (old.id == *item.replaces) old.inRebuild = true;
        }
      }
      lines_.push_back({id, item.keys, false, item.replaces.has_value()});
    }
  }

  void checkWorld() {
    std::map<KeyId, std::vector<const CurrentLine*>> carriers;
    for (const auto& item : lines_) {
      bool useful = false;
      for (const auto key : item.keys) {
        carriers[key].push_back(&item);
        useful = useful || wanted_.count(key) != 0;
      }
      CHECK(useful);
    }
    for (const auto& [key, binding] : wanted_) {
      const auto& list = carriers[key];
      CHECK_FALSE(list.empty());
      if (list.size() < 2) continue;
      // twice only while one line replaces the other
      REQUIRE(list.size() == 2);
      CHECK((list[0]->inRebuild && list[1]->inRebuild));
    }
  }

  FakeRandom random_;
  PlanLimits limits_{5};
  std::map<KeyId, WantedBinding> wanted_;
  Vector<CurrentLine> lines_;
  std::map<LineId, LineId> replaced_;  ///< new line → the one it replaces
  std::uint32_t lastLine_ = 0;
  int rebuilds_ = 0;
  int closes_ = 0;
};

TEST_CASE("whatever is wanted: after a plan it is carried, once, and no line is there for nothing") {
  int rebuilds = 0;
  int closes = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    World world(seed);
    for (int i = 0; i < 100; ++i) world.step();
    rebuilds += world.rebuilds();
    closes += world.closes();
  }
  CHECK(rebuilds > 40);
  CHECK(closes > 100);
}

}  // namespace
}  // namespace switchboard
