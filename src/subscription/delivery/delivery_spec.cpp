#include "subscription/delivery/delivery_spec.h"

namespace switchboard {

Result<DeliveryMode> deliveryModeFromText(std::string_view name) {
  std::string known;
  for (std::size_t i = 0; i < kDeliveryModeNames.size(); ++i) {
    if (kDeliveryModeNames[i] == name) return static_cast<DeliveryMode>(i);
    known.append(known.empty() ? "" : ", ").append(kDeliveryModeNames[i]);
  }
  return invalidOption("delivery", "`delivery.mode` must be one of " + known + ".");
}

}  // namespace switchboard
