#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "base/containers/vector.h"
#include "subscription/pulse/pulse.h"

namespace switchboard {

/// The pulses, one for each socket; none when there is no pulse.
class PulseSet {
 public:
  void add(std::unique_ptr<Pulse> pulse) { pulses_.push_back(std::move(pulse)); }
  /// Null when the socket has none.
  Pulse* find(const Multiplexer& socket) const {
    const auto it = std::find_if(pulses_.begin(), pulses_.end(),
                                 [&](const auto& pulse) { return &pulse->multiplexer() == &socket; });
    return it == pulses_.end() ? nullptr : it->get();
  }
  auto begin() const { return pulses_.begin(); }
  auto end() const { return pulses_.end(); }

 private:
  Vector<std::unique_ptr<Pulse>> pulses_;
};

}  // namespace switchboard
