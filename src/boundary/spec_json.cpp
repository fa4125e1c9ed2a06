#include "boundary/spec_json.h"

#include "boundary/members.h"

namespace switchboard {

Result<BindingConfig> readSpec(const JsonValue& json) {
  if (!json.isObject()) return invalidOption("options", "The subscription's options must be an object.");
  bool onlyNames = true;
  json.member("select").forEachItem([&](JsonValue column) { onlyNames = onlyNames && column.isString(); });
  if (!onlyNames) return invalidOption("select", "`select` must be a list of column names.");
  return readBinding(json);
}

Result<DeliverySpec> readDelivery(const JsonValue& json) {
  DeliverySpec config;
  const auto delivery = json.member("delivery");
  if (!delivery) return config;
  const auto mode = deliveryModeFromText(delivery.member("mode").string());
  if (!mode) return mode.error();
  config.mode = mode.value();
  readFlag(delivery, "payload", config.payload);
  readFlag(delivery, "leading", config.leading);
  readFlag(delivery, "keepDeletes", config.keepDeletes);
  readDuration(delivery, config.mode == DeliveryMode::Debounce ? "waitMs" : "everyMs", config.wait);
  readDuration(delivery, "maxWaitMs", config.maxWait);
  readCount(delivery, "max", config.max);
  delivery.member("key").forEachItem([&](JsonValue column) {
    if (column.isString()) config.key.push_back(column.string());
  });
  if (config.mode == DeliveryMode::Latest && config.key.empty()) config.key.emplace_back("id");
  return config;
}

}  // namespace switchboard
