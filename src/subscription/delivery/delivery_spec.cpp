#include "subscription/delivery/delivery_spec.h"

#include <array>

namespace switchboard {

namespace {

/// In the order of DeliveryMode.
constexpr std::array<std::string_view, 5> kNames = {"each", "debounce", "throttle", "batch", "latest"};

}  // namespace

Result<DeliveryMode> deliveryModeFromText(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<DeliveryMode>(i);
  }
  return invalidOption("delivery", "`delivery.mode` must be each, debounce, throttle, batch or latest.");
}

}  // namespace switchboard
