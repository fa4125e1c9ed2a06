#include "base/error.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace switchboard {
namespace {

TEST_CASE("every code has a public name of its own, in capitals") {
  std::set<std::string_view> names;
  constexpr int kLast = static_cast<int>(ReasonCode::InvalidOption);
  for (int code = 0; code <= kLast; ++code) {
    const auto name = toString(static_cast<ReasonCode>(code));
    CAPTURE(name);
    CHECK(std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); }));
    names.insert(name);
  }
  CHECK(names.size() == kLast + 1);
}

TEST_CASE("codes keep the names that applications compare with") {
  CHECK(toString(ReasonCode::Ok) == "OK");
  CHECK(toString(ReasonCode::HalfOpen) == "HALF_OPEN");
  CHECK(toString(ReasonCode::TokenExpired) == "TOKEN_EXPIRED");
  CHECK(toString(ReasonCode::BadBinding) == "BAD_BINDING");
  CHECK(toString(ReasonCode::InvalidOption) == "INVALID_OPTION");
}

TEST_CASE("what the manager should have refused is named") {
  const Error error = unusable("filter");
  CHECK(error.code == ReasonCode::InvalidOption);
  CHECK(error.option == "filter");
  CHECK(error.message == "The core can't use this `filter`.");
}

TEST_CASE("a result holds a value or the reason why there is none") {
  const Result<int> good = 7;
  REQUIRE(good.ok());
  CHECK(good.value() == 7);
  const Result<int> bad = Error{ReasonCode::InvalidOption, "url", "no"};
  REQUIRE_FALSE(bad);
  CHECK(bad.error().option == "url");
}

}  // namespace
}  // namespace switchboard
