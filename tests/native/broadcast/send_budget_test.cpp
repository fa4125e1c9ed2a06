#include "broadcast/send_budget.h"

#include <doctest/doctest.h>

#include "support/workbench.h"

namespace switchboard {
namespace {

using testing::ms;
using testing::Workbench;

TEST_CASE("a second's worth goes out at once, the rest at an even pace") {
  Workbench bench;
  SendBudget budget(50, bench.context);
  int sent = 0;
  for (; budget.wait() == ms(0); ++sent) budget.take();
  CHECK(sent == 50);
  CHECK(budget.wait() == ms(20));
  bench.advance(ms(19));
  CHECK(budget.wait() == ms(1));
  bench.advance(ms(1));
  CHECK(budget.wait() == ms(0));
  budget.take();
  CHECK(budget.wait() == ms(20));
}

TEST_CASE("a quiet time earns no more than a second's worth") {
  Workbench bench;
  SendBudget budget(50, bench.context);
  bench.advance(ms(3'600'000));
  int sent = 0;
  for (; budget.wait() == ms(0); ++sent) budget.take();
  CHECK(sent == 50);
  bench.advance(ms(500));
  for (; budget.wait() == ms(0); ++sent) budget.take();
  CHECK(sent == 75);
}

TEST_CASE("over any time no more than the rate and one burst go out, at odd rates too") {
  for (const unsigned perSecond : {1u, 3u, 7u, 999u}) {
    CAPTURE(perSecond);
    Workbench bench;
    SendBudget budget(perSecond, bench.context);
    unsigned sent = 0;
    for (int i = 0; i < 100; ++i) {
      for (; budget.wait() == ms(0); ++sent) budget.take();
      bench.advance(ms(37));
    }
    CHECK(sent <= perSecond * 47 / 10 + 1);  // 3.7 s and the burst
    CHECK(sent >= perSecond * 46 / 10);
  }
}

}  // namespace
}  // namespace switchboard
