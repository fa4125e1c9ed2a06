#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace switchboard {

/// One legal step of a state machine.
template <class State>
struct Transition {
  State from;
  State to;
};

/// Whether a table of legal steps has this one.
template <class State, std::size_t N>
bool allows(const std::array<Transition<State>, N>& table, State from, State to) {
  return std::any_of(table.begin(), table.end(),
                     [&](const Transition<State>& step) { return step.from == from && step.to == to; });
}

}  // namespace switchboard
