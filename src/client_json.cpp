#include "client_json.h"

#include <algorithm>
#include <array>

#include "protocol/json_reader.h"
#include "protocol/json_writer.h"

namespace switchboard {

namespace {

void readDuration(const JsonValue& json, const char* key, Duration& out) {
  if (const auto value = json.member(key).integer()) out = Duration{*value};
}

void readFlag(const JsonValue& json, const char* key, bool& out) {
  out = json.member(key).boolean().value_or(out);
}

template <class Unsigned>
void readCount(const JsonValue& json, const char* key, Unsigned& out) {
  if (const auto value = json.member(key).unsignedInteger()) out = *value;
}

void writeTime(JsonWriter& out, const char* name, const std::optional<WallTime>& time) {
  if (time) {
    out.number(name, time->time_since_epoch().count());
  } else {
    out.null(name);
  }
}

void writePulse(JsonWriter& out, const ConnectionStatus& status) {
  if (!status.pulse) {
    out.null("pulse");
    return;
  }
  out.beginObject("pulse");
  out.text("state", toString(*status.pulse));
  if (status.pulseDelay) {
    out.number("delayMs", status.pulseDelay->count());
  } else {
    out.null("delayMs");
  }
  out.endObject();
}

void write(JsonWriter& out, const ConnectionStatus& status) {
  out.number("id", status.id.value);
  out.text("state", toString(status.state));
  writeTime(out, "since", status.since);
  out.number("attempts", status.attempts);
  writeTime(out, "nextRetryAt", status.nextRetryAt);
  out.text("code", toString(status.code));
  out.text("message", status.message);
  if (status.roundTrip) {
    out.number("rttMs", status.roundTrip->count());
  } else {
    out.null("rttMs");
  }
  out.number("channels", static_cast<std::int64_t>(status.channels));
  writePulse(out, status);
}

void write(JsonWriter& out, const SubscriptionStatus& status) {
  out.number("id", status.id.value);
  out.text("state", toString(status.state));
  writeTime(out, "since", status.since);
  out.number("attempts", status.attempts);
  writeTime(out, "nextRetryAt", status.nextRetryAt);
  out.text("code", toString(status.code));
  out.text("message", status.message);
  out.flag("retryable", status.retryable);
  out.text("mode", toString(status.mode));
}

void write(JsonWriter& out, const Notice& notice) {
  out.number("subscription", notice.subscription.value);
  out.text("status", toString(notice.status));
  out.text("code", toString(notice.code));
  out.text("message", notice.message);
  out.flag("retryable", notice.retryable);
  writeTime(out, "nextRetryAt", notice.nextRetryAt);
}

void write(JsonWriter& out, const Gap& gap) {
  out.number("id", gap.id);
  out.number("subscription", gap.subscription.value);
  out.text("code", toString(gap.code));
  out.text("message", gap.message);
  if (gap.fromCommit.empty()) {
    out.null("fromCommit");
  } else {
    out.text("fromCommit", gap.fromCommit);
  }
  writeTime(out, "from", gap.from);
  writeTime(out, "to", gap.to);
}

void writeCounters(JsonWriter& out, const Counters& counters) {
  const std::pair<const char*, std::uint64_t> members[] = {
      {"framesIn", counters.framesIn},        {"framesOut", counters.framesOut},
      {"bytesIn", counters.bytesIn},          {"bytesOut", counters.bytesOut},
      {"changes", counters.changes},          {"deliveries", counters.deliveries},
      {"connects", counters.connects},        {"ignoredFrames", counters.ignoredFrames},
      {"badFrames", counters.badFrames},      {"joins", counters.joins},
      {"conflated", counters.conflated},      {"pulses", counters.pulses},
      {"pulsesMissed", counters.pulsesMissed}};
  out.beginObject("counters");
  for (const auto& [name, count] : members) out.number(name, static_cast<std::int64_t>(count));
  out.endObject();
}

std::string_view toString(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warn:
      return "warn";
    case LogLevel::Error:
      return "error";
  }
  return "error";
}

using LogLine = std::pair<LogLevel, std::string>;

void write(JsonWriter& out, const LogLine& line) {
  out.text("level", toString(line.first));
  out.text("message", line.second);
}

template <class Items>
void writeArray(JsonWriter& out, const char* name, const Items& items) {
  out.beginArray(name);
  for (const auto& item : items) {
    out.beginObject();
    write(out, item);
    out.endObject();
  }
  out.endArray();
}

template <class Ids>
void writeIds(JsonWriter& out, const char* name, const Ids& ids) {
  out.beginArray(name);
  for (const auto id : ids) out.number({}, id.value);
  out.endArray();
}

void writeStatus(JsonWriter& out, const StatusDelta& status, const Counters& counters) {
  out.beginObject("status");
  out.text("overall", toString(status.overall));
  writeTime(out, "since", status.since);
  writeArray(out, "connections", status.connections);
  writeArray(out, "subscriptions", status.subscriptions);
  writeIds(out, "removedConnections", status.removedConnections);
  writeIds(out, "removedSubscriptions", status.removedSubscriptions);
  writeCounters(out, counters);
  out.endObject();
}

void readSubscriptionsOptions(const JsonValue& json, SubscriptionsOptions& options) {
  readDuration(json, "heartbeatIdleMs", options.connection.heartbeat.idle);
  readDuration(json, "heartbeatTimeoutMs", options.connection.heartbeat.timeout);
  readDuration(json, "keepAliveMs", options.connection.heartbeat.keepAlive);
  readDuration(json, "connectTimeoutMs", options.connection.connectTimeout);
  readDuration(json, "backoffBaseMs", options.connection.reconnect.base);
  readDuration(json, "backoffCapMs", options.connection.reconnect.cap);
  readDuration(json, "backoffHiddenCapMs", options.connection.reconnect.hiddenCap);
  readDuration(json, "heldBackMs", options.connection.heldBack);
  readDuration(json, "idleCloseMs", options.multiplexer.idleClose);
  readDuration(json, "tokenTimeoutMs", options.token.timeout);
  readDuration(json, "slowBaseMs", options.connection.reconnect.slowBase);
  readDuration(json, "slowCapMs", options.connection.reconnect.slowCap);
  readDuration(json, "slowBaseMs", options.slowBase);
  readDuration(json, "parkedRetryMs", options.parkedRetry);
  readDuration(json, "slowCapMs", options.slowCap);
  readDuration(json, "joinStallMs", options.multiplexer.joinStall);
  readDuration(json, "liveTimeoutMs", options.channel.liveTimeout);
  readDuration(json, "joinTimeoutMs", options.channel.joinTimeout);
  readDuration(json, "lingerMs", options.linger);
  readDuration(json, "fallbackAfterMs", options.fallback.after);
  readDuration(json, "pollEveryMs", options.fallback.every);
  readDuration(json, "pollEveryReducedMs", options.fallback.everyReduced);
  readCount(json, "pollsPerMinute", options.fallback.perMinute);
  readCount(json, "maxChannelsPerSocket", options.multiplexer.maxChannels);
  readCount(json, "maxSockets", options.maxSockets);
  readCount(json, "joinsPerSecond", options.joinsPerSecond);
}

void readPulse(const JsonValue& json, PulseOptions& options) {
  readDuration(json, "periodMs", options.period);
  if (auto schema = json.member("schema").string(); !schema.empty()) options.schema = std::move(schema);
  if (auto table = json.member("table").string(); !table.empty()) options.table = std::move(table);
}

}  // namespace

Result<ClientOptions> readOptions(std::string_view text) {
  const auto json = JsonValue::parse(text);
  if (!json.isObject()) return invalidOption("options", "The options must be an object.");
  ClientOptions options;
  options.endpoint.url = json.member("url").string();
  options.endpoint.apikey = json.member("apikey").string();
  json.member("params").forEachMember([&](std::string name, JsonValue value) {
    options.endpoint.params.emplace_back(std::move(name),
                                         value.isString() ? value.string() : std::string(value.text()));
  });
  if (auto level = json.member("logLevel").string(); !level.empty())
    options.endpoint.params.emplace_back("log_level", std::move(level));
  if (const auto vsn = json.member("vsn").string(); !vsn.empty()) {
    const auto version = versionFromText(vsn);
    if (!version) return invalidOption("vsn", "`vsn` must be \"2.0.0\" or \"1.0.0\".");
    options.endpoint.version = *version;
  }
  options.accessToken = json.member("accessToken").string();
  readFlag(json, "tokenCallback", options.subscriptions.token.hasCallback);
  readDuration(json, "statusSettleMs", options.statusSettle);
  readSubscriptionsOptions(json, options.subscriptions);
  readPulse(json.member("pulse"), options.subscriptions.pulse);
  return options;
}

Result<BindingConfig> readSpec(std::string_view text) {
  const auto json = JsonValue::parse(text);
  if (!json.isObject()) return invalidOption("options", "The subscription's options must be an object.");
  bool onlyNames = true;
  json.member("select").forEachItem([&](JsonValue column) { onlyNames = onlyNames && column.isString(); });
  if (!onlyNames) return invalidOption("select", "`select` must be a list of column names.");
  return readBinding(json);
}

Result<DeliverySpec> readDelivery(std::string_view text) {
  DeliverySpec config;
  const auto delivery = JsonValue::parse(text).member("delivery");
  if (!delivery) return config;
  constexpr std::array<std::pair<std::string_view, DeliveryMode>, 5> kModes = {{{"each", DeliveryMode::Each},
                                                                                {"debounce", DeliveryMode::Debounce},
                                                                                {"throttle", DeliveryMode::Throttle},
                                                                                {"batch", DeliveryMode::Batch},
                                                                                {"latest", DeliveryMode::Latest}}};
  const auto name = delivery.member("mode").string();
  const auto mode = std::find_if(kModes.begin(), kModes.end(), [&](const auto& item) { return item.first == name; });
  if (mode == kModes.end())
    return invalidOption("delivery", "`delivery.mode` must be each, debounce, throttle, batch or latest.");
  config.mode = mode->second;
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

std::string errorJson(const Error& error) {
  JsonWriter out;
  out.beginObject();
  out.text("code", toString(error.code));
  out.text("option", error.option);
  out.text("message", error.message);
  out.endObject();
  return out.take();
}

std::string controlJson(const Flush& flush) {
  JsonWriter out;
  out.beginObject();
  if (flush.status) writeStatus(out, *flush.status, flush.counters);
  if (!flush.notices.empty()) writeArray(out, "notices", flush.notices);
  if (!flush.gaps.empty()) writeArray(out, "gaps", flush.gaps);
  if (!flush.polls.empty()) writeIds(out, "polls", flush.polls);
  if (flush.tokenRequest) {
    out.beginObject("tokenRequest");
    out.number("request", *flush.tokenRequest);
    out.endObject();
  }
  if (!flush.logs.empty()) writeArray(out, "logs", flush.logs);
  out.endObject();
  return out.take();
}

std::string statsJson(const Client& client) {
  const Subscriptions& subscriptions = client.subscriptions();
  std::int64_t sockets = 0;
  subscriptions.forEachConnection([&](const Connection& connection) {
    const auto state = connection.state();
    if (state == ConnectionState::Open || state == ConnectionState::Connecting || state == ConnectionState::Closing)
      ++sockets;
  });
  JsonWriter out;
  out.beginObject();
  out.number("sockets", sockets);
  out.number("channels", static_cast<std::int64_t>(subscriptions.channelCount() + subscriptions.pulseCount()));
  out.number("bindings", static_cast<std::int64_t>(subscriptions.registry().entries().size()));
  out.number("subscriptions", static_cast<std::int64_t>(subscriptions.registry().subscriptionCount()));
  out.number("deadlines", static_cast<std::int64_t>(client.deadlines().size()));
  writeCounters(out, subscriptions.counters());
  out.endObject();
  return out.take();
}

}  // namespace switchboard
