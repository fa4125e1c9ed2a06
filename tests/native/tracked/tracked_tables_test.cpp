#include "tracked/tracked_tables.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

NumberedTopicsOptions options() {
  NumberedTopicsOptions given;
  given.tables.push_back({"public", "bookings", "bookings", "business_id"});
  given.tables.push_back({"public", "rates", "prices", ""});
  return given;
}

Spec specFor(const std::string& table, const std::string& filter, RoadOptions wanted = {},
             const NumberedTopicsOptions& given = options(), SubscriptionId id = {}) {
  auto spec = makeSpec({"*", "public", table, filter, {}});
  REQUIRE(spec);
  chooseRoad(spec.value(), id, std::move(wanted), given);
  return spec.value();
}

TEST_CASE("a table that is not tracked has no road to choose") {
  const auto spec = specFor("staff", "id=eq.1", {Road::Broadcast});
  CHECK(spec.road == RoadStatus{});
  CHECK(spec.topic.empty());
  CHECK(spec.wantsAll());
}

TEST_CASE("eq on the column names the topic") {
  CHECK(specFor("bookings", "business_id=eq.42").topic == "switchboard:bookings:42");
  CHECK(specFor("bookings", "status=eq.paid,business_id=eq.42").topic == "switchboard:bookings:42");
  CHECK(specFor("bookings", R"(business_id=eq."4,2")").topic == "switchboard:bookings:4,2");
  CHECK(specFor("rates", "").topic == "switchboard:prices");
  CHECK(specFor("bookings", "business_id=eq.42").road == RoadStatus{Road::Broadcast});
}

TEST_CASE("what is not for the broadcast road says why") {
  const auto codeOf = [](const Spec& spec) {
    CHECK(spec.topic.empty());
    CHECK_FALSE(spec.road.message.empty());
    return spec.road.fellBack;
  };
  for (const auto* filter : {"", "id=eq.1", "business_id=neq.42", "business_id=not.eq.42", "business_id=in.(42)"}) {
    CAPTURE(filter);
    CHECK(codeOf(specFor("bookings", filter)) == ReasonCode::NotByKey);
  }
  const std::string longest(246 - std::string("switchboard:bookings:").size(), 'x');
  CHECK(codeOf(specFor("bookings", "business_id=eq." + longest + "x")) == ReasonCode::NotByKey);
  CHECK(specFor("bookings", "business_id=eq." + longest).topic.size() == 246);
  CHECK(codeOf(specFor("rates", "name=ilike.a%")) == ReasonCode::FilterNotExact);
  auto withoutRpc = options();
  withoutRpc.hasRpc = false;
  CHECK(codeOf(specFor("rates", "", {}, withoutRpc)) == ReasonCode::NoRpc);
}

TEST_CASE("without a topic only a subscription that insists stays on the broadcast road") {
  CHECK(specFor("bookings", "").road.road == Road::PostgresChanges);
  CHECK(specFor("bookings", "", {Road::Broadcast}).road.road == Road::Broadcast);
  const RoadOptions continuing{{}, RoadOptions::Leaving::Delete, RoadOptions::From{"e", 7}};
  CHECK(specFor("bookings", "", continuing).road.road == Road::Broadcast);  // until it has fallen back, with a gap
}

TEST_CASE("who asks for postgres_changes gets that, and did not fall back") {
  const auto spec = specFor("bookings", "business_id=eq.42", {Road::PostgresChanges});
  CHECK(spec.road == RoadStatus{Road::PostgresChanges});
  CHECK(spec.topic.empty());
}

TEST_CASE("subscriptions that can take different ways have different keys") {
  using Leaving = RoadOptions::Leaving;
  const std::string filter = "business_id=eq.42";
  const auto plain = specFor("bookings", filter, {Road::PostgresChanges}).key;
  const auto automatic = specFor("bookings", filter).key;
  const auto insisting = specFor("bookings", filter, {Road::Broadcast}).key;
  const auto leaving = specFor("bookings", filter, {{}, Leaving::Update}).key;
  const RoadOptions continuing{{}, Leaving::Delete, RoadOptions::From{"e", 7}};
  const auto from = specFor("bookings", filter, continuing, options(), SubscriptionId{1}).key;
  const auto sameFrom = specFor("bookings", filter, continuing, options(), SubscriptionId{2}).key;
  const std::string keys[] = {plain, automatic, insisting, leaving, from, sameFrom};
  for (const auto& a : keys) {
    for (const auto& b : keys) CHECK((&a == &b) == (a == b));
  }
  CHECK(specFor("bookings", filter).coverKey == plain);
}

}  // namespace
}  // namespace switchboard
