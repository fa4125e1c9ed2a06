#include "base/containers/vector.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/death.h"
#include "support/fakes.h"

namespace switchboard {
namespace {

/// Too long for the small-string optimization.
std::string textOf(std::uint64_t number) {
  return "an item that is too long for its own place: " + std::to_string(number);
}

/// Applies the same random operations to a Vector and a std::vector and compares them.
template <class T, class Make>
void followsVector(Make make) {
  testing::FakeRandom random;
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random.below(limit)); };
  Vector<T> list;
  std::vector<T> oracle;
  for (int step = 0; step < 3'000; ++step) {
    const T item = make(below(20));
    const std::size_t at = below(oracle.size() + 1);
    const std::size_t end = at + below(oracle.size() - at + 1);
    switch (below(oracle.size() > 40 ? 9 : 7)) {
      case 0:
        list.push_back(item);
        oracle.push_back(item);
        break;
      case 1:
        list.emplace_back(item);
        oracle.emplace_back(item);
        break;
      case 2: {
        const Vector<T> more = {item, make(1), make(2)};
        list.append(more);
        oracle.insert(oracle.end(), more.begin(), more.end());
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
        std::erase(oracle, item);
        break;
      case 5:
        list.resize(at);
        oracle.resize(at);
        break;
      case 6:
        if constexpr (kMovesAsBytes<T>) {
          CHECK(*list.insert(list.begin() + at, item) == item);
          oracle.insert(oracle.begin() + static_cast<std::ptrdiff_t>(at), item);
        }
        break;
      default:
        CHECK(list.erase(list.begin() + at, list.begin() + end) == list.begin() + at);
        oracle.erase(oracle.begin() + static_cast<std::ptrdiff_t>(at),
                     oracle.begin() + static_cast<std::ptrdiff_t>(end));
    }
    REQUIRE(list.size() == oracle.size());
    REQUIRE(list.capacity() >= list.size());
    REQUIRE(std::equal(list.begin(), list.end(), oracle.begin(), oracle.end()));
  }
}

TEST_CASE("a vector of numbers holds what a std::vector holds") {
  followsVector<std::uint64_t>([](std::uint64_t number) { return number; });
}

TEST_CASE("a vector of texts holds what a std::vector holds") {
  followsVector<std::string>(textOf);
}

TEST_CASE("a vector destroys what its items own") {
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

TEST_CASE("operations on an empty vector do nothing") {
  Vector<int> list;
  list.erase(list.begin(), list.end());
  list.append(list);
  list.clear();
  CHECK(list.empty());
  CHECK(list == Vector<int>{});
  CHECK(list.begin() == list.end());
}

/// A vector whose next item fits without moving the others, and one whose next item does not.
template <class T, class Act>
void refusesAliases(const T& item, Act act) {
  for (const bool full : {false, true}) {
    Vector<T> vector = {item, item, item};
    vector.reserve(8);
    while (full && vector.size() < vector.capacity()) vector.push_back(item);
    CHECK(testing::aborts([&] { act(vector); }));
  }
}

template <class T>
void refusesAliases(const T& item) {
  refusesAliases(item, [](auto& vector) { vector.push_back(vector.front()); });
  refusesAliases(item, [](auto& vector) { vector.push_back(std::move(vector[1])); });
  refusesAliases(item, [](auto& vector) { vector.emplace_back(vector.back()); });
  refusesAliases(item, [](auto& vector) { vector.append(vector); });
  refusesAliases(item, [](auto& vector) { vector.append(vector.begin() + 1, vector.end()); });
  refusesAliases(item, [](auto& vector) { vector.assign(vector.begin() + 1, vector.end()); });
  refusesAliases(item, [](auto& vector) { vector.remove(vector[1]); });
}

TEST_CASE("a vector asserts that no argument aliases its items") {
  refusesAliases<std::uint32_t>(7);
  refusesAliases<std::string>(textOf(7));
}

TEST_CASE("a vector asserts that no argument aliases a part of an item") {
  struct Pair {
    std::string first, second;
    Pair(std::string a, std::string b) : first(std::move(a)), second(std::move(b)) {}
  };
  refusesAliases<Pair>(Pair(textOf(1), textOf(2)),
                       [](auto& vector) { vector.emplace_back(textOf(3), vector[0].second); });
}

TEST_CASE("copies of a vector's own items may be added, and insert takes its item by value") {
  Vector<std::uint32_t> vector = {1, 2, 3};
  const std::uint32_t copy = vector.back();
  vector.push_back(copy);
  vector.remove(copy);
  vector.insert(vector.begin(), vector.back());
  vector.append(Vector<std::uint32_t>(vector));
  CHECK(vector == Vector<std::uint32_t>{2, 1, 2, 2, 1, 2});
}

}  // namespace
}  // namespace switchboard
