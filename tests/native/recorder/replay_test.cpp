#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "boundary/commands.h"
#include "boundary/options_json.h"
#include "recordings/player.h"
#include "support/jwt.h"
#include "support/scripted_server.h"

using namespace switchboard;
using namespace switchboard::testing;
using replay::Player;
using replay::readRecording;
using replay::Recording;

namespace {

constexpr const char* kOptions =
    R"({"url":"ws://server/realtime/v1","apikey":"sb_publishable_test","tokenCallback":true,)"
    R"("recorder":{"bytes":1000000,"frames":true,"createdBy":"test"}})";

/// A client that is driven as the module is, and recorded.
class Recorded final : private ClientSink {
 public:
  explicit Recorded(std::string_view options = kOptions) {
    auto read = readOptions(options);
    client_ = Client::create(std::move(read.value()), {clock, timer, random, network}, *this);
  }

  void run(std::string_view json, std::string_view payload = {}) { runCommand(client_, json, payload, clock); }
  void subscribe(unsigned id, const std::string& table) {
    run(R"({"kind":"subscribe","id":)" + std::to_string(id) + R"(,"spec":{"schema":"public","table":")" + table +
        R"(","event":"*"}})");
  }
  void pass(Duration span) {
    for (Duration passed{0}; passed < span; passed += Duration{50}) {
      server.serve();
      timer.advance(Duration{50});
    }
    server.serve();
  }
  Recording take() const {
    auto recording = readRecording(client_.value()->recorder().take());
    REQUIRE(recording);
    return recording.value();
  }

  FakeClock clock;
  FakeTimer timer{clock};
  FakeRandom random;
  FakeNetwork network;
  ScriptedServer server{network};
  std::string onTokenRequest;  ///< command that is given while a batch with a request for a token is handed over

 private:
  void onBatch(const Batch& batch) override {
    if (batch.tokenRequest && !onTokenRequest.empty()) run(onTokenRequest);
  }

  Result<std::unique_ptr<Client>> client_ = Error{};
};

/// A life with an outage, a refused binding, a broadcast and a token.
Recording eventful() {
  Recorded recorded;
  recorded.onTokenRequest =
      R"({"kind":"provideToken","request":1,"token":")" + tokenUntil(kWallStart + Duration{3'600'000}) + "\"}";
  recorded.subscribe(1, "bookings");
  recorded.subscribe(2, "guests");
  recorded.run(R"({"kind":"openChannel","id":3,"spec":{"name":"room"}})");
  recorded.pass(Duration{3'000});
  recorded.server.change("bookings", "INSERT", R"({"id":5})");
  recorded.pass(Duration{1'000});
  recorded.network.last().closeFromServer(1006);
  recorded.clock.jumpWall(Duration{60'000});
  recorded.run(R"({"kind":"notify","event":"offline"})");
  recorded.pass(Duration{2'000});
  recorded.run(R"({"kind":"notify","event":"online"})");
  recorded.pass(Duration{8'000});
  recorded.run(R"({"kind":"unsubscribe","id":2})");
  recorded.run(R"({"kind":"fault","code":"CALLBACK_FAILED","message":"onEvent threw Error."})");
  recorded.pass(Duration{40'000});
  return recorded.take();
}

/// The first difference, or nothing.
std::optional<replay::Difference> played(const Recording& recording) {
  Player player(recording);
  while (player.step()) {
  }
  if (!player.difference()) CHECK(player.at() == recording.entries.size());
  return player.difference();
}

std::size_t count(const Recording& recording, std::string_view name) {
  std::size_t found = 0;
  for (const auto& entry : recording.entries) found += entry.name == name ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("a recording with frames replays to the same decisions") {
  const Recording recording = eventful();
  for (const auto* kind : {"gap", "gapHealed", "decision", "evidence", "random", "token", "tokenWanted", "delivered"}) {
    CHECK_MESSAGE(count(recording, kind) > 0, kind);
  }
  const auto difference = played(recording);
  if (difference) FAIL(difference->recorded << "\n" << difference->replayed);
}

TEST_CASE("a decision that was another is shown, with what it was") {
  Recording recording = eventful();
  std::size_t place = 0;
  while (recording.entries[place].name != "decision" || recording.entries[place].text("what") != "wait") ++place;
  recording.entries[place].bytes.back() = static_cast<char>(recording.entries[place].bytes.back() ^ 1);
  const auto difference = played(recording);
  REQUIRE(difference);
  CHECK(difference->entry == place);
  CHECK(difference->replayed.find("what=wait") != std::string::npos);
}

TEST_CASE("an input that is missing shows where the replay goes another way") {
  Recording recording = eventful();
  std::size_t place = 0;
  while (recording.entries[place].name != "socketClosed") ++place;
  recording.entries.erase(recording.entries.begin() + static_cast<std::ptrdiff_t>(place));
  const auto difference = played(recording);
  REQUIRE(difference);
  CHECK(difference->entry == place);
}

TEST_CASE("what can't be replayed says why and how to get what can") {
  Recording recording = eventful();
  CHECK(Player::obstacleTo(recording).empty());
  recording.isComplete = false;
  CHECK(Player::obstacleTo(recording).find("recorder: { bytes }") != std::string::npos);
  recording.hasFrames = false;
  CHECK(Player::obstacleTo(recording).find("recorder: { frames: true }") != std::string::npos);
}

TEST_CASE("a recording without frames has no row, no filter value and no command's text") {
  Recorded recorded(R"({"url":"ws://server/realtime/v1","apikey":"sb_publishable_test",)"
                    R"("recorder":{"bytes":1000000}})");
  recorded.run(R"x({"kind":"subscribe","id":1,"spec":{"schema":"public","table":"bookings","event":"*",)x"
               R"x("filter":"guest=eq.Ms Hidden,room=in.(1,2)"}})x");
  recorded.run(R"({"kind":"openChannel","id":3,"spec":{"name":"room"}})");
  recorded.pass(Duration{3'000});
  recorded.server.change("bookings", "INSERT", R"({"id":5,"guest":"Ms Hidden"})");
  recorded.run(R"({"kind":"track","channel":3})", R"({"name":"Ms Hidden"})");
  recorded.pass(Duration{3'000});
  const Recording recording = recorded.take();
  CHECK_FALSE(recording.hasFrames);
  CHECK(recording.options.empty());
  bool isNamed = false;
  for (const auto& entry : recording.entries) {
    CHECK(describe(entry).find("Hidden") == std::string::npos);
    isNamed = isNamed || entry.text("about") == "public.bookings * guest=eq,room=in";
  }
  CHECK(isNamed);
}

TEST_CASE("the recordings of tests/fixtures/recordings replay to the same decisions") {
  std::size_t played_ = 0;
  for (const auto& each : std::filesystem::directory_iterator(SWITCHBOARD_RECORDINGS)) {
    std::ifstream file(each.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    const auto recording = readRecording(bytes.str());
    REQUIRE_MESSAGE(recording, each.path().string());
    CHECK_MESSAGE(Player::obstacleTo(recording.value()).empty(), each.path().string());
    const auto difference = played(recording.value());
    if (difference) FAIL_CHECK(each.path().string() << "\n" << difference->recorded << "\n" << difference->replayed);
    ++played_;
  }
  CHECK(played_ > 0);
}
