#include "protocol/endpoint.h"

#include <doctest/doctest.h>

namespace switchboard {
namespace {

std::string urlOf(const Endpoint& endpoint) {
  const auto url = socketUrl(endpoint);
  REQUIRE(url);
  return url.value();
}

TEST_CASE("the url is what the reference client makes of the same endpoint") {
  CHECK(urlOf({"wss://h.example/realtime/v1", "KEY", {{"a[b]", "1"}, {"log_level", "info"}}, Version::V2}) ==
        "wss://h.example/realtime/v1/websocket?apikey=KEY&a%5Bb%5D=1&log_level=info&vsn=2.0.0");
}

TEST_CASE("the version comes last, whichever it is") {
  CHECK(urlOf({"ws://h:4000/socket", "k", {}, Version::V1}) == "ws://h:4000/socket/websocket?apikey=k&vsn=1.0.0");
}

TEST_CASE("keys and values are percent-encoded as encodeURIComponent does") {
  CHECK(urlOf({"ws://h", "a b&c=d/é+", {{"k y", "(1)~*'!._-"}}, Version::V2}) ==
        "ws://h/websocket?apikey=a%20b%26c%3Dd%2F%C3%A9%2B&k%20y=(1)~*'!._-&vsn=2.0.0");
}

TEST_CASE("parameters keep their order") {
  CHECK(urlOf({"ws://h", "k", {{"z", "1"}, {"a", "2"}, {"m", "3"}}, Version::V2}) ==
        "ws://h/websocket?apikey=k&z=1&a=2&m=3&vsn=2.0.0");
}

TEST_CASE("slashes at the end and a fragment make no difference, a query stays in front") {
  CHECK(urlOf({"ws://h/x//", "k", {}, Version::V2}) == "ws://h/x/websocket?apikey=k&vsn=2.0.0");
  CHECK(urlOf({"ws://h/x#y?z", "k", {}, Version::V2}) == "ws://h/x/websocket?apikey=k&vsn=2.0.0");
  CHECK(urlOf({"ws://h/x/?a=1", "k", {}, Version::V2}) == "ws://h/x/websocket?a=1&apikey=k&vsn=2.0.0");
  CHECK(urlOf({"ws://h/x?", "k", {}, Version::V2}) == "ws://h/x/websocket?apikey=k&vsn=2.0.0");
}

TEST_CASE("an address that is no WebSocket's is refused, naming the option") {
  for (const char* url : {"", "h", "http://h", "https://h", "ws:/h", "ws://", "wss:///x", "ws://?x", "/socket"}) {
    CAPTURE(url);
    const auto result = socketUrl({url, "k", {}, Version::V2});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ReasonCode::InvalidOption);
    CHECK(result.error().option == "url");
  }
}

TEST_CASE("a missing api key is refused, and no message ever quotes a key") {
  const auto result = socketUrl({"ws://h", "", {}, Version::V2});
  REQUIRE_FALSE(result);
  CHECK(result.error().option == "apikey");
  const auto bad = socketUrl({"h", "SECRET", {}, Version::V2});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("SECRET") == std::string::npos);
}

}  // namespace
}  // namespace switchboard
