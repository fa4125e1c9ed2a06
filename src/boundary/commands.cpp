#include "boundary/commands.h"

#include <utility>

#include "base/enum_names.h"
#include "base/text.h"
#include "boundary/control_json.h"
#include "boundary/spec_json.h"
#include "boundary/stats_json.h"

namespace switchboard {

namespace {

enum class Kind : unsigned char {
  Subscribe,
  Unsubscribe,
  UnsubscribeAll,
  Pause,
  Resume,
  Flush,
  OpenChannel,
  CloseChannel,
  WatchPresence,
  Track,
  Untrack,
  ReconnectAll,
  ProvideToken,
  FailToken,
  RpcAnswer,
  RpcFailed,
  Notify,
  Stats,
  Dispose,
};

std::optional<Kind> kindOf(const JsonValue& command) {
  static constexpr EnumNames<Kind, 19> kNames({
      {Kind::Subscribe, "subscribe"},
      {Kind::Unsubscribe, "unsubscribe"},
      {Kind::UnsubscribeAll, "unsubscribeAll"},
      {Kind::Pause, "pause"},
      {Kind::Resume, "resume"},
      {Kind::Flush, "flush"},
      {Kind::OpenChannel, "openChannel"},
      {Kind::CloseChannel, "closeChannel"},
      {Kind::WatchPresence, "watchPresence"},
      {Kind::Track, "track"},
      {Kind::Untrack, "untrack"},
      {Kind::ReconnectAll, "reconnectAll"},
      {Kind::ProvideToken, "provideToken"},
      {Kind::FailToken, "failToken"},
      {Kind::RpcAnswer, "rpcAnswer"},
      {Kind::RpcFailed, "rpcFailed"},
      {Kind::Notify, "notify"},
      {Kind::Stats, "stats"},
      {Kind::Dispose, "dispose"},
  });
  return kNames.find(command.string("kind"));
}

SubscriptionId idOf(const JsonValue& command) {
  return SubscriptionId{command.member("id").unsignedInteger().value_or(0)};
}

HandleId handleOf(const JsonValue& command) {
  return HandleId{command.member("channel").unsignedInteger().value_or(0)};
}

std::uint32_t requestOf(const JsonValue& command) {
  return command.member("request").unsignedInteger().value_or(0);
}

std::optional<Error> subscribe(Client& client, SubscriptionId id, const JsonValue& given) {
  auto spec = readSpec(given);
  if (!spec) return spec.error();
  auto delivery = readDelivery(given);
  if (!delivery) return delivery.error();
  return client.subscribe(id, std::move(spec.value()), std::move(delivery.value()), readRoad(given));
}

std::optional<Error> openChannel(Client& client, SubscriptionId id, const JsonValue& spec) {
  return client.openChannel(id, readChannelSpec(spec), readHandleOptions(spec));
}

/// Script and module of two versions: what was asked for must not be lost without a trace.
std::string unknownJson(std::string_view what, std::string_view name) {
  Batch batch;
  batch.logs.emplace_back(LogLevel::Error, concat({"the core has no ", what, " `", name, "`"}));
  return controlJson(batch);
}

std::string flushedJson(SubscriptionId id) {
  return concat({R"({"flushed":[)", decimal(id.value), "]}"});
}

}  // namespace

std::string runCommand(Result<std::unique_ptr<Client>>& opened, std::string_view json, std::string_view payload,
                       const Clock& clock) {
  const auto command = JsonValue::parse(json);
  const auto kind = kindOf(command);
  if (!kind) return unknownJson("command", command.string("kind"));
  const auto id = idOf(command);
  const bool isChannel = kind == Kind::OpenChannel;
  if (isChannel || kind == Kind::Subscribe) {
    const auto open = isChannel ? openChannel : subscribe;
    const auto error = opened ? open(*opened.value(), id, command.member("spec")) : opened.error();
    return error ? refusalJson(id, *error, clock.wallNow(), isChannel) : std::string();
  }
  // Somebody waits for the answer to a flush.
  if (!opened) return kind == Kind::Flush ? flushedJson(id) : std::string();
  Client& client = *opened.value();
  switch (*kind) {
    case Kind::Subscribe:
    case Kind::OpenChannel:
      break;
    case Kind::CloseChannel:
      client.closeChannel(id);
      break;
    case Kind::WatchPresence:
      client.watchPresence(id);
      break;
    case Kind::Track:
      if (JsonValue::parse(payload).isObject()) client.track(handleOf(command), std::string(payload));
      break;
    case Kind::Untrack:
      client.untrack(handleOf(command));
      break;
    case Kind::Unsubscribe:
      client.unsubscribe(id);
      break;
    case Kind::UnsubscribeAll:
      client.unsubscribeAll();
      break;
    case Kind::Pause:
      client.pause(id);
      break;
    case Kind::Resume:
      client.resume(id);
      break;
    case Kind::Flush:
      client.flush(id);
      break;
    case Kind::ReconnectAll:
      client.reconnectAll();
      break;
    case Kind::ProvideToken:
      client.provideToken(requestOf(command), command.string("token"));
      break;
    case Kind::FailToken:
      client.failToken(requestOf(command), command.string("message"));
      break;
    case Kind::RpcAnswer:
      client.answerRpc(requestOf(command), payload);
      break;
    case Kind::RpcFailed:
      client.failRpc(requestOf(command));
      break;
    case Kind::Notify: {
      const auto name = command.string("event");
      const auto event = lifecycleEventNamed(name);
      if (!event) return unknownJson("event", name);
      client.notify(*event);
      break;
    }
    case Kind::Stats:
      return statsJson(client);
    case Kind::Dispose:
      client.dispose();
      break;
  }
  return {};
}

bool runPush(Result<std::unique_ptr<Client>>& opened, Push&& push, std::string& answer) {
  if (opened) return opened.value()->push(std::move(push));
  Batch batch;
  batch.pushes.push_back({push.id, PushOutcome::Invalid, opened.error().message});
  answer = controlJson(batch);
  return false;
}

}  // namespace switchboard
