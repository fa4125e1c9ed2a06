#include "subscription/delivery/delivery_spec.h"

#include "base/enum_names.h"

namespace switchboard {

Result<DeliveryMode> deliveryModeFromText(std::string_view name) {
  static constexpr EnumNames<DeliveryMode, 5> kNames({
      {DeliveryMode::Each, "each"},
      {DeliveryMode::Debounce, "debounce"},
      {DeliveryMode::Throttle, "throttle"},
      {DeliveryMode::Batch, "batch"},
      {DeliveryMode::Latest, "latest"},
  });
  if (const auto mode = kNames.find(name)) return *mode;
  std::string known;
  for (const auto each : kNames) known.append(known.empty() ? "" : ", ").append(each);
  return invalidOption("delivery", "`delivery.mode` must be one of " + known + ".");
}

}  // namespace switchboard
