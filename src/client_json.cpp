#include "client_json.h"

#include <algorithm>
#include <array>

#include "protocol/json.h"

namespace switchboard {

namespace {

Error badOption(std::string option, std::string message) {
  return Error{Code::InvalidOption, std::move(option), std::move(message)};
}

void readDuration(const Json& json, const char* key, Duration& out) {
  const Json* value = member(json, key);
  if (value != nullptr && value->is_number()) out = Duration{value->get<std::int64_t>()};
}

void readFlag(const Json& json, const char* key, bool& out) {
  const Json* value = member(json, key);
  if (value != nullptr && value->is_boolean()) out = value->get<bool>();
}

template <class Unsigned>
void readCount(const Json& json, const char* key, Unsigned& out) {
  const Json* value = member(json, key);
  if (value != nullptr && value->is_number_unsigned()) out = value->get<Unsigned>();
}

std::int64_t toMs(WallTime time) {
  return time.time_since_epoch().count();
}

Json orNull(const std::optional<WallTime>& time) {
  return time ? Json(toMs(*time)) : Json(nullptr);
}

Json toJson(const ConnectionStatus& status) {
  return {{"id", status.id.value},
          {"state", toString(status.state)},
          {"since", toMs(status.since)},
          {"attempts", status.attempts},
          {"nextRetryAt", orNull(status.nextRetryAt)},
          {"code", toString(status.code)},
          {"message", status.message},
          {"rttMs", status.roundTrip ? Json(status.roundTrip->count()) : Json(nullptr)},
          {"channels", status.channels}};
}

Json toJson(const SubscriptionStatus& status) {
  return {{"id", status.id.value},
          {"state", toString(status.state)},
          {"since", toMs(status.since)},
          {"attempts", status.attempts},
          {"nextRetryAt", orNull(status.nextRetryAt)},
          {"code", toString(status.code)},
          {"message", status.message},
          {"retryable", status.retryable},
          {"mode", toString(status.mode)}};
}

Json toJson(const Notice& notice) {
  return {{"subscription", notice.subscription.value},
          {"status", toString(notice.status)},
          {"code", toString(notice.code)},
          {"message", notice.message},
          {"retryable", notice.retryable},
          {"nextRetryAt", orNull(notice.nextRetryAt)}};
}

Json toJson(const Gap& gap) {
  return {{"id", gap.id},
          {"subscription", gap.subscription.value},
          {"code", toString(gap.code)},
          {"message", gap.message},
          {"fromCommit", gap.fromCommit.empty() ? Json(nullptr) : Json(gap.fromCommit)},
          {"from", toMs(gap.from)},
          {"to", orNull(gap.to)}};
}

Json toJson(const Counters& counters) {
  return {{"framesIn", counters.framesIn},   {"framesOut", counters.framesOut},
          {"bytesIn", counters.bytesIn},     {"bytesOut", counters.bytesOut},
          {"changes", counters.changes},     {"deliveries", counters.deliveries},
          {"connects", counters.connects},   {"ignoredFrames", counters.ignoredFrames},
          {"badFrames", counters.badFrames}, {"joins", counters.joins},
          {"conflated", counters.conflated}};
}

template <class Items>
Json toJsonArray(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(toJson(item));
  return array;
}

template <class Ids>
Json idArray(const Ids& ids) {
  Json array = Json::array();
  for (const auto id : ids) array.push_back(id.value);
  return array;
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

void readExchangeOptions(const Json& json, ExchangeOptions& options) {
  readDuration(json, "heartbeatSilenceMs", options.connection.heartbeat.silence);
  readDuration(json, "heartbeatAnswerMs", options.connection.heartbeat.answer);
  readDuration(json, "heartbeatQuietMs", options.connection.heartbeat.quiet);
  readDuration(json, "connectTimeoutMs", options.connection.connectTimeout);
  readDuration(json, "backoffBaseMs", options.connection.backoffBase);
  readDuration(json, "backoffCapMs", options.connection.backoffCap);
  readDuration(json, "backoffHiddenCapMs", options.connection.backoffHiddenCap);
  readDuration(json, "provenAfterMs", options.connection.provenAfter);
  readDuration(json, "idleCloseMs", options.multiplexer.idleClose);
  readDuration(json, "tokenTimeoutMs", options.token.timeout);
  readDuration(json, "slowBaseMs", options.connection.slowBase);
  readDuration(json, "slowCapMs", options.connection.slowCap);
  readDuration(json, "slowBaseMs", options.slowBase);
  readDuration(json, "slowCapMs", options.slowCap);
  readDuration(json, "joinStallMs", options.multiplexer.joinStall);
  readDuration(json, "liveTimeoutMs", options.line.liveTimeout);
  readDuration(json, "joinTimeoutMs", options.line.joinTimeout);
  readDuration(json, "lingerMs", options.linger);
  readDuration(json, "fallbackAfterMs", options.fallback.after);
  readDuration(json, "pollEveryMs", options.fallback.every);
  readDuration(json, "pollEverySparingMs", options.fallback.everySparing);
  readCount(json, "pollsPerMinute", options.fallback.perMinute);
  readCount(json, "maxChannelsPerSocket", options.multiplexer.maxChannels);
  readCount(json, "maxSockets", options.maxSockets);
  readCount(json, "joinsPerSecond", options.joinsPerSecond);
}

}  // namespace

Result<ClientOptions> readOptions(std::string_view text) {
  const auto json = parseJson(text);
  if (!json || !json->is_object()) return badOption("options", "The options must be an object.");
  ClientOptions options;
  options.endpoint.url = textMember(*json, "url");
  options.endpoint.apikey = textMember(*json, "apikey");
  if (const Json* params = member(*json, "params"); params != nullptr && params->is_object()) {
    for (const auto& [key, value] : params->items()) {
      options.endpoint.params.emplace_back(key, value.is_string() ? value.get<std::string>() : toText(value));
    }
  }
  if (const auto level = textMember(*json, "logLevel"); !level.empty())
    options.endpoint.params.emplace_back("log_level", level);
  if (const auto vsn = textMember(*json, "vsn"); !vsn.empty()) {
    const auto version = versionFromText(vsn);
    if (!version) return badOption("vsn", "`vsn` must be \"2.0.0\" or \"1.0.0\".");
    options.endpoint.version = *version;
  }
  options.accessToken = textMember(*json, "accessToken");
  readFlag(*json, "tokenCallback", options.exchange.token.hasCallback);
  readDuration(*json, "statusSettleMs", options.statusSettle);
  readExchangeOptions(*json, options.exchange);
  return options;
}

Result<BindingConfig> readSpec(std::string_view text) {
  const auto json = parseJson(text);
  if (!json || !json->is_object()) return badOption("options", "The subscription's options must be an object.");
  BindingConfig binding;
  binding.event = textMember(*json, "event");
  binding.schema = textMember(*json, "schema");
  binding.table = textMember(*json, "table");
  binding.filter = textMember(*json, "filter");
  if (const Json* select = member(*json, "select"); select != nullptr && select->is_array()) {
    for (const auto& column : *select) {
      if (!column.is_string()) return badOption("select", "`select` must be a list of column names.");
      binding.select.push_back(column.get<std::string>());
    }
  }
  return binding;
}

Result<DeliveryConfig> readDelivery(std::string_view text) {
  DeliveryConfig config;
  const auto json = parseJson(text);
  const Json* delivery = json ? member(*json, "delivery") : nullptr;
  if (delivery == nullptr) return config;
  constexpr std::array<std::pair<std::string_view, DeliveryMode>, 5> kModes = {{{"each", DeliveryMode::Each},
                                                                                {"debounce", DeliveryMode::Debounce},
                                                                                {"throttle", DeliveryMode::Throttle},
                                                                                {"batch", DeliveryMode::Batch},
                                                                                {"latest", DeliveryMode::Latest}}};
  const auto name = textMember(*delivery, "mode");
  const auto mode = std::find_if(kModes.begin(), kModes.end(), [name](const auto& item) { return item.first == name; });
  if (mode == kModes.end())
    return badOption("delivery", "`delivery.mode` must be each, debounce, throttle, batch or latest.");
  config.mode = mode->second;
  readFlag(*delivery, "payload", config.payload);
  readFlag(*delivery, "leading", config.leading);
  readDuration(*delivery, config.mode == DeliveryMode::Debounce ? "waitMs" : "everyMs", config.wait);
  readDuration(*delivery, "maxWaitMs", config.maxWait);
  readCount(*delivery, "max", config.max);
  if (const Json* key = member(*delivery, "key"); key != nullptr && key->is_array()) {
    for (const auto& column : *key) {
      if (column.is_string()) config.key.push_back(column.get<std::string>());
    }
  }
  if (config.mode == DeliveryMode::Latest && config.key.empty()) config.key.emplace_back("id");
  return config;
}

std::string errorJson(const Error& error) {
  return toText(Json{{"code", toString(error.code)}, {"option", error.option}, {"message", error.message}});
}

std::string controlJson(const Flush& flush) {
  Json json = Json::object();
  if (flush.status) {
    json["status"] = {{"overall", toString(flush.status->overall)},
                      {"since", toMs(flush.status->since)},
                      {"connections", toJsonArray(flush.status->connections)},
                      {"subscriptions", toJsonArray(flush.status->subscriptions)},
                      {"removedConnections", idArray(flush.status->removedConnections)},
                      {"removedSubscriptions", idArray(flush.status->removedSubscriptions)},
                      {"counters", toJson(flush.counters)}};
  }
  if (!flush.notices.empty()) json["notices"] = toJsonArray(flush.notices);
  if (!flush.gaps.empty()) json["gaps"] = toJsonArray(flush.gaps);
  if (!flush.polls.empty()) json["polls"] = idArray(flush.polls);
  if (flush.tokenRequest) json["tokenRequest"] = {{"request", *flush.tokenRequest}};
  for (const auto& [level, message] : flush.logs)
    json["logs"].push_back({{"level", toString(level)}, {"message", message}});
  return toText(json);
}

std::string statsJson(const Client& client) {
  const Exchange& exchange = client.exchange();
  std::size_t sockets = 0;
  exchange.forEachConnection([&](const Connection& connection) {
    const auto state = connection.state();
    if (state == ConnectionState::Open || state == ConnectionState::Connecting || state == ConnectionState::Closing)
      ++sockets;
  });
  Json json = {{"sockets", sockets},
               {"channels", exchange.lineCount()},
               {"bindings", exchange.registry().entries().size()},
               {"subscriptions", exchange.registry().subscriptionCount()},
               {"deadlines", client.deadlines().size()},
               {"counters", toJson(exchange.counters())}};
  return toText(json);
}

}  // namespace switchboard
