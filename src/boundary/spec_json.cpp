#include "boundary/spec_json.h"

#include "boundary/members.h"

namespace switchboard {

namespace {

/// Reads a delivery option by the type of its field.
struct OptionReader {
  const JsonValue& json;

  void operator()(const char* name, bool& field) const { readFlag(json, name, field); }
  void operator()(const char* name, Duration& field) const { readDuration(json, name, field); }
  void operator()(const char* name, std::size_t& field) const { readCount(json, name, field); }
  void operator()(const char* name, Vector<std::string>& field) const {
    json.member(name).forEachItem([&](JsonValue item) {
      if (item.isString()) field.push_back(item.string());
    });
  }
};

}  // namespace

Result<BindingConfig> readSpec(const JsonValue& json) {
  if (!json.isObject()) return unusable("options");
  bool onlyNames = true;
  json.member("select").forEachItem([&](JsonValue column) { onlyNames = onlyNames && column.isString(); });
  if (!onlyNames) return unusable("select");
  return readBinding(json);
}

Result<DeliverySpec> readDelivery(const JsonValue& json) {
  DeliverySpec config;
  const auto delivery = json.member("delivery");
  if (!delivery) return config;
  const auto mode = kDeliveryModes.find(delivery.string("mode"));
  if (!mode) return unusable("delivery");
  config.mode = *mode;
  readOptions(config, OptionReader{delivery});
  if (config.mode == DeliveryMode::Latest && config.key.empty()) config.key.emplace_back("id");
  return config;
}

RoadOptions readRoad(const JsonValue& json) {
  RoadOptions options;
  if (!kFollowsNumbers) return options;
  for (const auto road : {Road::Broadcast, Road::PostgresChanges}) {
    if (json.member("via").string() == toString(road)) options.via = road;
  }
  using Leaving = RoadOptions::Leaving;
  const auto leaving = json.member("leaving").string();
  if (leaving == "update") options.leaving = Leaving::Update;
  if (leaving == "both") options.leaving = Leaving::Both;
  const auto from = json.member("from");
  if (const auto number = from.member("number").integer(); number && *number >= 0) {
    options.from = RoadOptions::From{from.member("epoch").string(), static_cast<std::uint64_t>(*number)};
  }
  return options;
}

UserChannelSpec readChannelSpec(const JsonValue& json) {
  UserChannelSpec spec;
  spec.name = json.string("name");
  spec.presenceKey = json.string("presenceKey");
  readFlag(json, "private", spec.isPrivate);
  const auto replay = json.member("replay");
  if (const auto since = replay.member("since").integer()) {
    ReplayRequest request{WallTime{Duration{*since}}};
    readCount(replay, "limit", request.limit);
    spec.replay = request;
  }
  return spec;
}

HandleOptions readHandleOptions(const JsonValue& json) {
  HandleOptions options;
  readFlag(json, "self", options.self);
  readFlag(json, "presence", options.presence);
  return options;
}

}  // namespace switchboard
