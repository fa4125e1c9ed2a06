#include "protocol/token.h"

#include <doctest/doctest.h>

#include "support/jwt.h"

namespace switchboard {
namespace {

using testing::base64Url;
using testing::jwt;

TEST_CASE("role and expiry are read from a token") {
  const auto claims = readClaims(jwt(R"({"role":"anon","iat":1790000000,"exp":2100000000})"));
  REQUIRE(claims);
  CHECK(claims->role == "anon");
  CHECK(claims->expiresAt == WallTime(Duration{2'100'000'000'000}));
}

TEST_CASE("an expiry may have a fraction") {
  CHECK(readClaims(jwt(R"({"exp":1.5})"))->expiresAt == WallTime(Duration{1'500}));
}

TEST_CASE("claims that are missing or of another type are absent") {
  const auto none = readClaims(jwt("{}"));
  REQUIRE(none);
  CHECK(none->role.empty());
  CHECK_FALSE(none->expiresAt);
  const auto odd = readClaims(jwt(R"({"role":5,"exp":"2100000000"})"));
  REQUIRE(odd);
  CHECK(odd->role.empty());
  CHECK_FALSE(odd->expiresAt);
}

TEST_CASE("any length of claims decodes, whatever is left over of the last three bytes") {
  for (const char* role : {"", "a", "ab", "abc", "é😀?~"}) {
    CHECK(readClaims(jwt(R"({"role":")" + std::string(role) + "\"}"))->role == role);
  }
}

TEST_CASE("padding and the plain alphabet are accepted") {
  CHECK(readClaims("e30.eyJyb2xlIjoiYW5vbiJ9.x")->role == "anon");
  CHECK(readClaims("e30.eyJyb2xlIjoiYW5vbjEifQ==.x")->role == "anon1");
}

TEST_CASE("an absurd expiry is far away, not undefined") {
  const auto far = readClaims(jwt(R"({"exp":1e300})"));
  REQUIRE(far);
  CHECK(far->expiresAt > WallTime(Duration{2'100'000'000'000}));
  const auto past = readClaims(jwt(R"({"exp":-1e300})"));
  REQUIRE(past);
  CHECK(past->expiresAt < WallTime{});
}

TEST_CASE("what is no token has no claims") {
  for (const std::string& text : {std::string(), std::string("sb_publishable_abc"), std::string("a.b"),
                                  std::string("..."), "e30." + base64Url("[1]") + ".x", "e30." + base64Url("{") + ".x",
                                  std::string("e30.e3!0.x"), std::string("garbage")}) {
    CAPTURE(text);
    CHECK_FALSE(readClaims(text));
  }
}

}  // namespace
}  // namespace switchboard
