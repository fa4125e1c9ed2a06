#include "recorder/secrets.h"

#include <doctest/doctest.h>

#include <string>

using namespace switchboard;

namespace {

const std::string kJwt = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl-_x";

}  // namespace

TEST_CASE("a token is cut out wherever it stands, and has the same number each time") {
  Secrets secrets;
  bool isNew = false;
  CHECK(secrets.add("opaque-secret", isNew) == 1);
  CHECK(isNew);
  CHECK(secrets.add(kJwt, isNew) == 2);
  CHECK(secrets.add("opaque-secret", isNew) == 1);
  CHECK_FALSE(isNew);
  CHECK(secrets.redact("a=opaque-secret;" + kJwt) == "a=[token 1];[token 2]");
}

TEST_CASE("a token that another begins with does not leave the rest of it behind") {
  Secrets secrets;
  bool isNew = false;
  secrets.add("secret", isNew);
  secrets.add("secret-longer", isNew);
  CHECK(secrets.redact("secret-longer secret") == "[token 2] [token 1]");
}

TEST_CASE("what looks like a JWT or a key of Supabase is cut out though nobody named it") {
  const Secrets secrets;
  CHECK(secrets.redact("{\"t\":\"" + kJwt + "\"}") == R"({"t":"[jwt]"})");
  CHECK(secrets.redact("apikey=sb_publishable_ab-C_1&x") == "apikey=[key]&x");
  CHECK(secrets.redact("sb_secret_9") == "[key]");
  CHECK(secrets.redact("eyJ is no JWT, nor is eyJhbGciOiJI.x") == "eyJ is no JWT, nor is eyJhbGciOiJI.x");
}

TEST_CASE("the api key is remembered however many tokens come after it") {
  Secrets secrets;
  bool isNew = false;
  secrets.add("the-api-key", isNew);
  for (int i = 0; i < 20; ++i) secrets.add("token-number-" + std::to_string(i) + "-", isNew);
  CHECK(secrets.redact("the-api-key") == "[token 1]");
  CHECK(secrets.redact("token-number-19-") == "[token 21]");
  CHECK(secrets.redact("token-number-3-") == "token-number-3-");
}
