#include "subscription/channels/handover.h"

#include <doctest/doctest.h>

#include "support/fake_text.h"
#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::FakeText;
using testing::ms;
using testing::Workbench;

constexpr KeyId kKey{1};
constexpr LineId kOld{1};
constexpr LineId kNew{2};
constexpr LineId kOther{3};

struct RebuildBench : Workbench {
  std::vector<LineId> done;
  Rebuilds rebuilds{context, ms(2'000), ms(30'000), [this](LineId oldLine, LineId) {
                      done.push_back(oldLine);
                      rebuilds.onGone(oldLine);  // as the owner does when it ends the line
                    }};

  bool admit(LineId line, KeyId key, std::string_view data) {
    const FakeText text(data);
    return rebuilds.admit(line, key, {text.span(text.whole()), text.span(text.whole())});
  }
};

TEST_CASE("both lines of a rebuild are busy until the old one is gone") {
  RebuildBench bench;
  CHECK_FALSE(bench.rebuilds.busy(kOld));
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  CHECK(bench.rebuilds.busy(kOld));
  CHECK(bench.rebuilds.busy(kNew));
  CHECK_FALSE(bench.rebuilds.busy(kOther));
  bench.rebuilds.onLive(kNew);
  bench.advance(ms(1'999));
  CHECK(bench.done.empty());
  bench.advance(ms(1));
  CHECK(bench.done == std::vector{kOld});
  bench.advance(ms(1'999));
  CHECK(bench.rebuilds.busy(kNew));
  bench.advance(ms(1));
  CHECK_FALSE(bench.rebuilds.busy(kNew));
  CHECK_FALSE(bench.rebuilds.busy(kOld));
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("the old line stays as long as the new one is not live") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.rebuilds.onLive(kOther);
  bench.advance(ms(600'000));
  CHECK(bench.done.empty());
}

TEST_CASE("an announcement that comes again does not prolong the overlap") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.rebuilds.onLive(kNew);
  bench.advance(ms(1'500));
  bench.rebuilds.onLive(kNew);
  bench.advance(ms(500));
  CHECK(bench.done == std::vector{kOld});
}

TEST_CASE("while both run each change passes once, those of other lines always") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  CHECK(bench.admit(kOld, kKey, "a"));
  CHECK_FALSE(bench.admit(kNew, kKey, "a"));
  CHECK(bench.admit(kNew, kKey, "b"));
  CHECK_FALSE(bench.admit(kOld, kKey, "b"));
  CHECK(bench.admit(kOther, kKey, "a"));
  CHECK(bench.admit(kOther, kKey, "a"));
}

TEST_CASE(
    "before the new line joins the old one's changes pass without being remembered: the new one can't bring them") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  CHECK(bench.admit(kOld, kKey, "a"));
  bench.rebuilds.onJoining(kNew);
  CHECK(bench.admit(kNew, kKey, "a"));
}

TEST_CASE("what the old line brought last does not pass again when the new one brings it after the old one has left") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.rebuilds.onLive(kNew);
  bench.admit(kOld, kKey, "a");
  bench.advance(ms(2'000));
  REQUIRE(bench.done == std::vector{kOld});
  CHECK_FALSE(bench.admit(kNew, kKey, "a"));
  CHECK(bench.admit(kNew, kKey, "b"));
}

TEST_CASE("once the rebuild is over an equal change is a change of its own again") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.admit(kOld, kKey, "a");
  bench.rebuilds.onLive(kNew);
  bench.advance(ms(4'000));
  CHECK(bench.admit(kNew, kKey, "a"));
}

TEST_CASE("a rebuild whose new line failed is not tried again for 30 s") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.rebuilds.onGone(kNew);
  CHECK(bench.rebuilds.busy(kOld));
  CHECK(bench.admit(kOld, kKey, "a"));
  CHECK(bench.admit(kOld, kKey, "a"));
  bench.advance(ms(29'999));
  CHECK(bench.rebuilds.busy(kOld));
  bench.advance(ms(1));
  CHECK_FALSE(bench.rebuilds.busy(kOld));
}

TEST_CASE("when the old line goes first the new one simply stays") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.rebuilds.onLive(kNew);
  bench.rebuilds.onGone(kOld);
  bench.advance(ms(10'000));
  CHECK_FALSE(bench.rebuilds.busy(kNew));
  CHECK(bench.done.empty());
  CHECK(bench.admit(kNew, kKey, "a"));
}

TEST_CASE("rebuilds of different lines do not mix") {
  RebuildBench bench;
  bench.rebuilds.start(kOld, kNew);
  bench.rebuilds.onJoining(kNew);
  bench.rebuilds.start(kOther, LineId{4});
  bench.rebuilds.onJoining(LineId{4});
  CHECK(bench.admit(kOld, kKey, "a"));
  CHECK(bench.admit(kOther, kKey, "a"));
  CHECK_FALSE(bench.admit(LineId{4}, kKey, "a"));
  bench.rebuilds.onLive(LineId{4});
  bench.advance(ms(2'000));
  CHECK(bench.done == std::vector{kOther});
  CHECK(bench.rebuilds.busy(kOld));
}

}  // namespace
}  // namespace switchboard
