#include "protocol/filter.h"

#include <doctest/doctest.h>

#include "oracle/json.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

TEST_CASE("the table that both languages share is read alike") {
  const auto table = parseJson(testing::readFixture("filters.json"));
  REQUIRE(table);
  int good = 0;
  int bad = 0;
  for (const auto& row : *table) {
    const std::string filter(textMember(row, "filter"));
    CAPTURE(filter);
    const auto conditions = parseFilter(filter);
    REQUIRE(conditions.ok() == row["ok"].get<bool>());
    if (conditions) {
      ++good;
      continue;
    }
    ++bad;
    const auto& error = conditions.error();
    CHECK(error.code == ReasonCode::InvalidOption);
    CHECK(error.option == "filter");
  }
  CHECK(good > 50);
  CHECK(bad > 40);
}

TEST_CASE("a condition is taken apart into column, negation, operator and value") {
  const auto conditions = parseFilter(" a=eq.1 , b=not.in.(x,\"y,z\") ,c=like.not.%,d=eq.a=b.c");
  REQUIRE(conditions);
  REQUIRE(conditions.value().size() == 4);
  const auto& [a, b, c, d] =
      std::tie(conditions.value()[0], conditions.value()[1], conditions.value()[2], conditions.value()[3]);
  CHECK(a.column == "a");
  CHECK_FALSE(a.negated);
  CHECK(a.op == "eq");
  CHECK(a.value == "1");
  CHECK(b.negated);
  CHECK(b.op == "in");
  CHECK(b.value == "(x,\"y,z\")");
  CHECK_FALSE(c.negated);
  CHECK(c.value == "not.%");
  CHECK(d.value == "a=b.c");
}

TEST_CASE("a blank filter has no conditions") {
  for (const std::string_view text : {"", " ", "\t\r\n"}) {
    const auto conditions = parseFilter(text);
    REQUIRE(conditions);
    CHECK(conditions.value().empty());
  }
}

std::string canonical(std::string_view text) {
  return canonicalFilter(parseFilter(text).value());
}

TEST_CASE("filters that differ in order and blanks only have one canonical form") {
  CHECK(canonical("a=eq.1,b=not.in.(2,3)") == "a=eq.1,b=not.in.(2,3)");
  CHECK(canonical(" b=not.in.(2,3) , a=eq.1 ") == "a=eq.1,b=not.in.(2,3)");
  CHECK(canonical("") == "");
}

TEST_CASE("filters that differ in meaning have different canonical forms") {
  CHECK(canonical("a=eq.1") != canonical("a=not.eq.1"));
  CHECK(canonical("a=eq.1") != canonical("a=eq. 1"));
  CHECK(canonical("a=eq.\"b,c=eq.1\"") != canonical("a=eq.b,c=eq.1"));
}

TEST_CASE("a filter that was cut anywhere is read or refused, never more") {
  const std::string text = "a=not.in.(\"x\\\"y\",(z),w),b=is.\"null\",c=eq.\"(\\\\\"";
  REQUIRE(parseFilter(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string cut = text.substr(0, length);
    const auto conditions = parseFilter(cut);
    CHECK((conditions || !conditions.error().message.empty()));
  }
}

}  // namespace
}  // namespace switchboard
