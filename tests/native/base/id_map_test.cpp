#include "base/containers/id_map.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "base/ids.h"
#include "support/fakes.h"

namespace switchboard {
namespace {

std::string listed(const IdMap<KeyId, std::string>& map) {
  std::string text;
  for (const auto& [key, value] : map) text += std::to_string(key.value) + *value + " ";
  return text;
}

TEST_CASE("items are found by id and walked through in the order of ids") {
  IdMap<KeyId, std::string> map;
  for (const unsigned id : {5u, 1u, 9u, 3u}) map[KeyId{id}] = "x";
  map[KeyId{3}] = "three";
  CHECK(listed(map) == "1x 3three 5x 9x ");
  CHECK(map.size() == 4);
  CHECK(map.at(KeyId{3}) == "three");
  CHECK(map.find(KeyId{4}) == nullptr);
  CHECK(map.erase(KeyId{5}));
  CHECK_FALSE(map.erase(KeyId{5}));
  CHECK(listed(map) == "1x 3three 9x ");
  map.clear();
  CHECK(map.empty());
}

TEST_CASE("an item stays where it is while others come and go, and outlives being taken out") {
  IdMap<KeyId, std::string> map;
  std::string& held = map.add(KeyId{100}, std::make_unique<std::string>("held"));
  for (unsigned id = 1; id <= 1'000; ++id) {
    if (id != 100) map[KeyId{id}] = "other";
  }
  CHECK(map.find(KeyId{100}) == &held);
  const auto taken = map.take(KeyId{100});
  CHECK(taken.get() == &held);
  CHECK(map.take(KeyId{100}) == nullptr);
}

TEST_CASE("whatever comes and goes, a map holds what a std::map holds") {
  testing::FakeRandom random;
  IdMap<KeyId, unsigned> map;
  std::map<unsigned, unsigned> oracle;
  for (unsigned step = 0; step < 20'000; ++step) {
    const auto id = static_cast<unsigned>(random.below(300));
    if (random.below(2) == 0) {
      map[KeyId{id}] = step;
      oracle[id] = step;
    } else {
      CHECK(map.erase(KeyId{id}) == (oracle.erase(id) == 1));
    }
  }
  CHECK(map.size() == oracle.size());
  auto expected = oracle.begin();
  for (const auto& [key, value] : map) {
    CHECK(key.value == expected->first);
    CHECK(*value == expected->second);
    ++expected;
  }
}

TEST_CASE("a set holds each id once, a map of references keeps the first") {
  IdSet<KeyId> set;
  for (const unsigned id : {2u, 1u, 2u}) set.insert(KeyId{id});
  std::string text;
  set.forEach([&](KeyId id) { text += std::to_string(id.value); });
  CHECK(text == "12");
  set.erase(KeyId{1});
  CHECK_FALSE(set.contains(KeyId{1}));
  CHECK(set.contains(KeyId{2}));
  int first = 1;
  int second = 2;
  IdPtrMap<KeyId, int> refs;
  CHECK(refs.insert(KeyId{7}, first));
  CHECK_FALSE(refs.insert(KeyId{7}, second));
  CHECK(refs.find(KeyId{7}) == &first);
  refs.erase(KeyId{7});
  CHECK(refs.size() == 0);
}

}  // namespace
}  // namespace switchboard
