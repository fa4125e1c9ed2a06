#include "subscription/delivery/delivery_spec.h"

namespace switchboard {

Result<DeliveryMode> deliveryModeFromText(std::string_view name) {
  if (const auto mode = kDeliveryModes.find(name)) return *mode;
  std::string known;
  for (const auto each : kDeliveryModes) known.append(known.empty() ? "" : ", ").append(each);
  return invalidOption("delivery", "`delivery.mode` must be one of " + known + ".");
}

}  // namespace switchboard
