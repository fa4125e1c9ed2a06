#include "boundary/options_json.h"

#include "boundary/members.h"

namespace switchboard {

namespace {

void readPoolOptions(const JsonValue& json, PoolOptions& options) {
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
  readDuration(json, "joinStallMs", options.multiplexer.joinStall);
  readCount(json, "maxChannelsPerSocket", options.multiplexer.maxChannels);
  readCount(json, "maxSockets", options.maxSockets);
  readCount(json, "joinsPerSecond", options.joinsPerSecond);
}

void readSubscriptionsOptions(const JsonValue& json, SubscriptionsOptions& options) {
  readDuration(json, "slowBaseMs", options.slowBase);
  readDuration(json, "parkedRetryMs", options.parkedRetry);
  readDuration(json, "slowCapMs", options.slowCap);
  readDuration(json, "liveTimeoutMs", options.channel.liveTimeout);
  readDuration(json, "joinTimeoutMs", options.channel.joinTimeout);
  readDuration(json, "lingerMs", options.linger);
  readDuration(json, "fallbackAfterMs", options.fallback.after);
  readDuration(json, "pollEveryMs", options.fallback.every);
  readDuration(json, "pollEveryReducedMs", options.fallback.everyReduced);
  readCount(json, "pollsPerMinute", options.fallback.perMinute);
}

void readChannelsOptions(const JsonValue& json, UserChannelsOptions& options) {
  readDuration(json, "slowBaseMs", options.channel.slowBase);
  readDuration(json, "slowCapMs", options.channel.slowCap);
  readDuration(json, "parkedRetryMs", options.channel.parkedRetry);
  readDuration(json, "joinTimeoutMs", options.channel.joinTimeout);
  readDuration(json, "lingerMs", options.linger);
  readCount(json, "sendsPerSecond", options.sendsPerSecond);
}

void readTables(const JsonValue& json, NumberedTopicsOptions& options) {
  json.member("tables").forEachItem([&](JsonValue table) {
    options.tables.push_back({table.member("schema").string(), table.member("table").string(),
                              table.member("topic").string(), table.member("by").string()});
  });
  readFlag(json, "rpc", options.hasRpc);
}

void readPulse(const JsonValue& json, PulseOptions& options) {
  readDuration(json, "periodMs", options.period);
  if (auto schema = json.string("schema"); !schema.empty()) options.schema = std::move(schema);
  if (auto table = json.string("table"); !table.empty()) options.table = std::move(table);
}

void readRecorder(const JsonValue& json, RecorderOptions& options) {
  readCount(json, "bytes", options.bytes);
  readFlag(json, "frames", options.frames);
  options.createdBy = json.string("createdBy");
}

}  // namespace

Result<ClientOptions> readOptions(std::string_view text) {
  const auto json = JsonValue::parse(text);
  if (!json.isObject()) return unusable("options");
  ClientOptions options;
  options.endpoint.url = json.string("url");
  options.endpoint.apikey = json.string("apikey");
  json.member("params").forEachMember([&](std::string name, JsonValue value) {
    options.endpoint.params.emplace_back(std::move(name),
                                         value.isString() ? value.string() : std::string(value.text()));
  });
  if (auto level = json.string("logLevel"); !level.empty())
    options.endpoint.params.emplace_back("log_level", std::move(level));
  if (const auto vsn = json.string("vsn"); !vsn.empty()) {
    const auto version = versionFromText(vsn);
    if (!version) return unusable("vsn");
    options.endpoint.version = *version;
  }
  options.accessToken = json.string("accessToken");
  readFlag(json, "tokenCallback", options.pool.token.hasCallback);
  readDuration(json, "statusSettleMs", options.statusSettle);
  readPoolOptions(json, options.pool);
  readSubscriptionsOptions(json, options.subscriptions);
  readChannelsOptions(json, options.channels);
  if (kFollowsNumbers) readTables(json, options.numbered);
  readPulse(json.member("pulse"), options.subscriptions.pulse);
  readRecorder(json.member("recorder"), options.recorder);
  if (options.recorder.frames) options.recorder.json = text;
  return options;
}

}  // namespace switchboard
