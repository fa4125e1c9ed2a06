#include "subscription/interest/coverage.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

/// A registry with one subscription to table "t" for each event, numbered from 1.
struct CoverageBench {
  explicit CoverageBench(std::initializer_list<const char*> events) {
    std::uint32_t id = 0;
    for (const char* event : events) {
      const Spec spec = makeSpec({event, "public", "t", "", {}}).value();
      registry.add(SubscriptionId{++id}, spec, WallTime{});
    }
  }
  KeyEntry& entry(unsigned id) { return *registry.findBySubscription(SubscriptionId{id}); }
  void assign(unsigned id) { Coverage::attach(entry(id), coverage.sourceFor(entry(id))); }
  void unsubscribe(unsigned id) { registry.remove(SubscriptionId{id}); }

  Registry registry;
  Coverage coverage{registry};
};

TEST_CASE("a key has its changes from the key of the same with event *, if there is one") {
  CoverageBench bench({"*", "INSERT"});
  bench.assign(1);
  bench.assign(2);
  CHECK(bench.entry(1).source == &bench.entry(1));
  CHECK(bench.entry(2).source == &bench.entry(1));
  CHECK(Coverage::isNeeded(bench.entry(1)));
  CHECK_FALSE(Coverage::isNeeded(bench.entry(2)));
}

TEST_CASE("a wider key that can't be planned covers nothing") {
  CoverageBench bench({"*", "INSERT"});
  bench.entry(1).state = SubscriptionState::Parked;
  CHECK(&bench.coverage.sourceFor(bench.entry(2)) == &bench.entry(2));
}

TEST_CASE("a key that nobody subscribes to stays while it is carried or covers another") {
  CoverageBench bench({"*", "INSERT"});
  bench.assign(1);
  bench.assign(2);
  const KeyId wide = bench.entry(1).id;
  bench.unsubscribe(1);
  bench.coverage.eraseUnused({});
  CHECK(bench.registry.find(wide) != nullptr);
  IdSet<KeyId> carried;
  carried.insert(wide);
  bench.unsubscribe(2);
  bench.coverage.eraseUnused(carried);
  CHECK(bench.registry.entries().size() == 1);
  bench.coverage.eraseUnused({});
  CHECK(bench.registry.entries().empty());
}

TEST_CASE("a key that was detached has no source, and its source no longer serves it") {
  CoverageBench bench({"*", "INSERT"});
  bench.assign(1);
  bench.assign(2);
  Coverage::detach(bench.entry(2));
  Coverage::detach(bench.entry(2));
  CHECK(bench.entry(2).source == nullptr);
  CHECK(bench.entry(1).dependents == Vector<KeyEntry*>{&bench.entry(1)});
}

}  // namespace
}  // namespace switchboard
