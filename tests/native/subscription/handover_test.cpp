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
constexpr ChannelId kOld{1};
constexpr ChannelId kNew{2};
constexpr ChannelId kOther{3};

struct HandoverBench : Workbench {
  std::vector<ChannelId> done;
  Handovers handovers{context, ms(2'000), ms(30'000), [this](ChannelId oldChannel, ChannelId) {
                        done.push_back(oldChannel);
                        handovers.onGone(oldChannel);  // as the owner does when it ends the channel
                      }};

  bool admit(ChannelId channel, KeyId key, std::string_view data) {
    const FakeText text(data);
    return handovers.admit(channel, key, {text.span(text.whole()), text.span(text.whole())});
  }
};

TEST_CASE("both channels of a handover are busy until the old one is gone") {
  HandoverBench bench;
  CHECK_FALSE(bench.handovers.busy(kOld));
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  CHECK(bench.handovers.busy(kOld));
  CHECK(bench.handovers.busy(kNew));
  CHECK_FALSE(bench.handovers.busy(kOther));
  bench.handovers.onLive(kNew);
  bench.advance(ms(1'999));
  CHECK(bench.done.empty());
  bench.advance(ms(1));
  CHECK(bench.done == std::vector{kOld});
  bench.advance(ms(1'999));
  CHECK(bench.handovers.busy(kNew));
  bench.advance(ms(1));
  CHECK_FALSE(bench.handovers.busy(kNew));
  CHECK_FALSE(bench.handovers.busy(kOld));
  CHECK_FALSE(bench.timer.isArmed());
}

TEST_CASE("the old channel stays as long as the new one is not live") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.handovers.onLive(kOther);
  bench.advance(ms(600'000));
  CHECK(bench.done.empty());
}

TEST_CASE("an announcement that comes again does not prolong the overlap") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.handovers.onLive(kNew);
  bench.advance(ms(1'500));
  bench.handovers.onLive(kNew);
  bench.advance(ms(500));
  CHECK(bench.done == std::vector{kOld});
}

TEST_CASE("while both run each change passes once, those of other channels always") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  CHECK(bench.admit(kOld, kKey, "a"));
  CHECK_FALSE(bench.admit(kNew, kKey, "a"));
  CHECK(bench.admit(kNew, kKey, "b"));
  CHECK_FALSE(bench.admit(kOld, kKey, "b"));
  CHECK(bench.admit(kOther, kKey, "a"));
  CHECK(bench.admit(kOther, kKey, "a"));
}

TEST_CASE(
    "before the new channel joins the old one's changes pass without being remembered: the new one can't bring them") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  CHECK(bench.admit(kOld, kKey, "a"));
  bench.handovers.onJoining(kNew);
  CHECK(bench.admit(kNew, kKey, "a"));
}

TEST_CASE(
    "what the old channel brought last does not pass again when the new one brings it after the old one has left") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.handovers.onLive(kNew);
  bench.admit(kOld, kKey, "a");
  bench.advance(ms(2'000));
  REQUIRE(bench.done == std::vector{kOld});
  CHECK_FALSE(bench.admit(kNew, kKey, "a"));
  CHECK(bench.admit(kNew, kKey, "b"));
}

TEST_CASE("once the handover is over an equal change is a change of its own again") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.admit(kOld, kKey, "a");
  bench.handovers.onLive(kNew);
  bench.advance(ms(4'000));
  CHECK(bench.admit(kNew, kKey, "a"));
}

TEST_CASE("a handover whose new channel failed is not tried again for 30 s") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.handovers.onGone(kNew);
  CHECK(bench.handovers.busy(kOld));
  CHECK(bench.admit(kOld, kKey, "a"));
  CHECK(bench.admit(kOld, kKey, "a"));
  bench.advance(ms(29'999));
  CHECK(bench.handovers.busy(kOld));
  bench.advance(ms(1));
  CHECK_FALSE(bench.handovers.busy(kOld));
}

TEST_CASE("when the old channel goes first the new one simply stays") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.handovers.onLive(kNew);
  bench.handovers.onGone(kOld);
  bench.advance(ms(10'000));
  CHECK_FALSE(bench.handovers.busy(kNew));
  CHECK(bench.done.empty());
  CHECK(bench.admit(kNew, kKey, "a"));
}

TEST_CASE("handovers of different channels do not mix") {
  HandoverBench bench;
  bench.handovers.start(kOld, kNew);
  bench.handovers.onJoining(kNew);
  bench.handovers.start(kOther, ChannelId{4});
  bench.handovers.onJoining(ChannelId{4});
  CHECK(bench.admit(kOld, kKey, "a"));
  CHECK(bench.admit(kOther, kKey, "a"));
  CHECK_FALSE(bench.admit(ChannelId{4}, kKey, "a"));
  bench.handovers.onLive(ChannelId{4});
  bench.advance(ms(2'000));
  CHECK(bench.done == std::vector{kOther});
  CHECK(bench.handovers.busy(kOld));
}

}  // namespace
}  // namespace switchboard
