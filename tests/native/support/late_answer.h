#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/fakes.h"

namespace switchboard::testing {

/// How a call of the database ends when everything may fail.
struct LateAnswer {
  Duration delay{0};
  bool fails = false;
  bool isFaulty = false;  ///< in any way
  std::string text{};
};

/// Nothing: the call hangs. `answer(lag)`: what the database would say, or said `lag` messages ago; `damage(text)`:
/// another text in its place.
template <class Answer, class Damage>
std::optional<LateAnswer> lateAnswer(FakeRandom& chance, bool mayFail, Answer answer, Damage damage) {
  LateAnswer late{Duration{static_cast<std::int64_t>(chance.below(200))}, false, false, answer(std::uint64_t{0})};
  late.isFaulty = mayFail && chance.below(3) == 0;
  if (!late.isFaulty) return late;
  switch (chance.below(5)) {
    case 0:
      late.fails = true;
      break;
    case 1:
      return std::nullopt;
    case 2:
      late.delay += Duration{static_cast<std::int64_t>(chance.below(30'000))};
      break;
    case 3:
      late.text = answer(chance.below(4));
      break;
    default:
      late.text = damage(late.text);
      break;
  }
  return late;
}

}  // namespace switchboard::testing
