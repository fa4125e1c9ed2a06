#include "subscription/channels/duplicate_filter.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "support/fakes.h"

namespace switchboard {
namespace {

using Side = DuplicateFilter::Side;
constexpr KeyId kBookings{1};

TEST_CASE("each change passes once, whichever side brings it first") {
  DuplicateFilter filter;
  CHECK(filter.admit(Side::Old, kBookings, "a"));
  CHECK_FALSE(filter.admit(Side::New, kBookings, "a"));
  CHECK(filter.admit(Side::New, kBookings, "b"));
  CHECK_FALSE(filter.admit(Side::Old, kBookings, "b"));
  CHECK(filter.admit(Side::Old, kBookings, "c"));
}

TEST_CASE("equal changes pass as often as the side that has more of them brings them") {
  DuplicateFilter filter;
  CHECK(filter.admit(Side::Old, kBookings, "a"));
  CHECK(filter.admit(Side::Old, kBookings, "a"));
  CHECK_FALSE(filter.admit(Side::New, kBookings, "a"));
  CHECK_FALSE(filter.admit(Side::New, kBookings, "a"));
  CHECK(filter.admit(Side::New, kBookings, "a"));
  CHECK_FALSE(filter.admit(Side::Old, kBookings, "a"));
}

TEST_CASE("a change that only one side brings passes too") {
  DuplicateFilter filter;
  for (const std::string_view data : {"a", "b", "c"}) CHECK(filter.admit(Side::New, kBookings, data));
}

TEST_CASE("regression: a key that only one side carries gets a change which that side brings second") {
  DuplicateFilter filter;
  CHECK(filter.admit(Side::New, kBookings, "a"));
  CHECK_FALSE(filter.admit(Side::Old, kBookings, "a"));
  CHECK(filter.admit(Side::Old, KeyId{2}, "a"));
}

/// Two streams of the same changes, each of which may have begun late or ended early, in any interleaving.
TEST_CASE("two streams become one that lacks nothing and repeats nothing") {
  testing::FakeRandom random;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> changes;
    for (int i = 0; i < 20; ++i) changes.push_back("change " + std::to_string(random.below(8)));
    const auto begin = static_cast<std::size_t>(random.below(5));     // the new side misses the first ones
    const auto end = 20 - static_cast<std::size_t>(random.below(5));  // the old side misses the last ones
    DuplicateFilter filter;
    std::map<std::string, int> passed;
    std::size_t oldAt = 0;
    std::size_t newAt = begin;
    while (oldAt < end || newAt < changes.size()) {
      const bool takeOld = newAt == changes.size() || (oldAt < end && random.below(2) == 0);
      const auto& data = changes[takeOld ? oldAt++ : newAt++];
      if (filter.admit(takeOld ? Side::Old : Side::New, kBookings, data)) ++passed[data];
    }
    // Equal changes can't be distinguished, so what each side missed may be covered by an equal one of the other.
    std::map<std::string, int> byOld;
    std::map<std::string, int> byNew;
    for (std::size_t i = 0; i < end; ++i) ++byOld[changes[i]];
    for (std::size_t i = begin; i < changes.size(); ++i) ++byNew[changes[i]];
    for (const auto& change : changes) CHECK(passed[change] == std::max(byOld[change], byNew[change]));
  }
}

}  // namespace
}  // namespace switchboard
