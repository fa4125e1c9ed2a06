#include "base/containers/text_map.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "support/fakes.h"

namespace switchboard {
namespace {

TEST_CASE("an empty map has nothing and forgets nothing") {
  TextMap<int> map;
  map.erase("a");
  CHECK(map.find("a") == nullptr);
  CHECK(map.items().empty());
  CHECK_FALSE(map.holds(nullptr));
}

TEST_CASE("a text that comes again replaces the item") {
  int first = 1;
  int second = 2;
  TextMap<int> map;
  map.insert("", first);
  map.insert("", second);
  CHECK(map.find("") == &second);
  CHECK(map.size() == 1);
  CHECK(map.holds(&second));
  CHECK_FALSE(map.holds(&first));
}

TEST_CASE("whatever comes and goes, a map holds what a std::map holds") {
  testing::FakeRandom random;
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back("realtime:topic-" + std::to_string(i));
  std::vector<int> items(texts.size());
  TextMap<int> map;
  std::map<std::string, int*> oracle;
  for (int step = 0; step < 20'000; ++step) {
    const auto i = static_cast<std::size_t>(random.below(texts.size()));
    if (random.below(2) == 0) {
      map.insert(texts[i], items[i]);
      oracle[texts[i]] = &items[i];
    } else {
      map.erase(texts[i]);
      oracle.erase(texts[i]);
    }
    REQUIRE(map.size() == oracle.size());
  }
  for (const auto& text : texts) {
    const auto known = oracle.find(text);
    CHECK(map.find(text) == (known == oracle.end() ? nullptr : known->second));
  }
  CHECK(map.items().size() == oracle.size());
}

}  // namespace
}  // namespace switchboard
