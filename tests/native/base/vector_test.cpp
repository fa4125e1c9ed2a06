#include "base/vector.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/fakes.h"

namespace switchboard {
namespace {

/// Long enough to have memory of its own.
std::string textOf(std::uint64_t number) {
  return "an item that is too long for its own place: " + std::to_string(number);
}

/// Does to both lists what comes, and compares them.
template <class T, class Make>
void followsVector(Make make) {
  testing::FakeRandom random;
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random.below(limit)); };
  Vector<T> list;
  std::vector<T> witness;
  for (int step = 0; step < 3'000; ++step) {
    const T item = make(below(20));
    const std::size_t at = below(witness.size() + 1);
    const std::size_t end = at + below(witness.size() - at + 1);
    switch (below(witness.size() > 40 ? 9 : 7)) {
      case 0:
        list.push_back(item);
        witness.push_back(item);
        break;
      case 1:
        list.emplace_back(item);
        witness.emplace_back(item);
        break;
      case 2: {
        const Vector<T> more = {item, make(1), make(2)};
        list.append(more);
        witness.insert(witness.end(), more.begin(), more.end());
        break;
      }
      case 3: {
        Vector<T> copy(list);
        list = Vector<T>(copy);
        copy = list;
        copy.swap(list);
        break;
      }
      case 4:
        list.remove(item);
        std::erase(witness, item);
        break;
      case 5:
        list.resize(at);
        witness.resize(at);
        break;
      case 6:
        if constexpr (kMovesAsBytes<T>) {
          CHECK(*list.insert(list.begin() + at, item) == item);
          witness.insert(witness.begin() + static_cast<std::ptrdiff_t>(at), item);
        }
        break;
      default:
        CHECK(list.erase(list.begin() + at, list.begin() + end) == list.begin() + at);
        witness.erase(witness.begin() + static_cast<std::ptrdiff_t>(at),
                      witness.begin() + static_cast<std::ptrdiff_t>(end));
    }
    REQUIRE(list.size() == witness.size());
    REQUIRE(list.capacity() >= list.size());
    REQUIRE(std::equal(list.begin(), list.end(), witness.begin(), witness.end()));
  }
}

TEST_CASE("a list of numbers holds what a std::vector holds") {
  followsVector<std::uint64_t>([](std::uint64_t number) { return number; });
}

TEST_CASE("a list of texts holds what a std::vector holds") {
  followsVector<std::string>(textOf);
}

TEST_CASE("what a list owns goes with its items") {
  const auto kept = std::make_shared<int>(1);
  struct Owner {
    std::shared_ptr<int> item;
  };
  Vector<std::unique_ptr<Owner>> list;
  for (int i = 0; i < 20; ++i) list.push_back(std::make_unique<Owner>(Owner{kept}));
  CHECK(kept.use_count() == 21);
  list.erase(list.begin() + 3);
  CHECK(kept.use_count() == 20);
  list.insert(list.begin() + 1, nullptr);
  list.removeIf([](const auto& owner) { return owner == nullptr; });
  list.pop_back();
  CHECK(kept.use_count() == 19);
  const Vector<std::unique_ptr<Owner>> other(std::move(list));
  CHECK(list.empty());  // NOLINT(bugprone-use-after-move)
  CHECK(other.size() == 18);
  list.push_back(std::make_unique<Owner>(Owner{kept}));
  list.clear();
  CHECK(kept.use_count() == 19);
}

TEST_CASE("an empty list has nothing and forgets nothing") {
  Vector<int> list;
  list.erase(list.begin(), list.end());
  list.append(list);
  list.clear();
  CHECK(list.empty());
  CHECK(list == Vector<int>{});
  CHECK(list.begin() == list.end());
}

}  // namespace
}  // namespace switchboard
