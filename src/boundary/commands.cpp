#include "boundary/commands.h"

#include <utility>

#include "base/enum_names.h"
#include "base/text.h"
#include "boundary/control_json.h"
#include "boundary/spec_json.h"
#include "boundary/stats_json.h"
#include "protocol/filter.h"

namespace switchboard {

namespace {

/// Of the entries of commands. Nested: given while a batch was being handed over.
enum Flag : unsigned { kFlagNested = 1, kFlagAck = 2, kFlagBytes = 4 };

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
  Fault,
  Stats,
  Dispose,
};

std::optional<Kind> kindOf(const JsonValue& command) {
  static constexpr EnumNames<Kind, 20> kNames({
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
      {Kind::Fault, "fault"},
      {Kind::Stats, "stats"},
      {Kind::Dispose, "dispose"},
  });
  return kNames.find(command.string("kind"));
}

SubscriptionId idOf(const JsonValue& command) {
  return SubscriptionId{command.member("id").unsignedInteger().value_or(0)};
}

/// Those name a handle.
bool isOfChannel(Kind kind) {
  return kind == Kind::Track || kind == Kind::Untrack;
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

/// Columns and operators, without the values.
std::string shapeOf(std::string_view filter) {
  const auto conditions = parseFilter(filter);
  std::string shape;
  if (!conditions) return shape;
  for (const auto& [column, negated, op, value] : conditions.value()) {
    shape += concat({shape.empty() ? " " : ",", column, negated ? "=not." : "=", op});
  }
  return shape;
}

std::string aboutOf(Kind kind, const JsonValue& command) {
  const auto spec = command.member("spec");
  if (kind == Kind::OpenChannel) return spec.string("name");
  if (kind == Kind::Notify) return command.string("event");
  if (kind != Kind::Subscribe) return {};
  return concat(
      {spec.string("schema"), ".", spec.string("table"), " ", spec.string("event"), shapeOf(spec.string("filter"))});
}

/// Text and payload only with the texts of frames.
void record(Client& client, Kind kind, const JsonValue& command, std::string_view json, std::string_view payload) {
  Recorder& recorder = client.recorder();
  if (!recorder.isOn()) return;
  if (kind == Kind::Fault) {
    return recorder.begin(EntryKind::Fault).text(command.string("code")).raw(command.string("message")).end();
  }
  if (kind == Kind::ProvideToken) client.recordToken(command.string("token"));
  const auto id = isOfChannel(kind) ? handleOf(command) : idOf(command);
  recorder.begin(EntryKind::Command).number(client.isInTurn() ? kFlagNested : 0);
  recorder.text(command.string("kind")).number(id.value).text(aboutOf(kind, command));
  if (recorder.hasFrames()) recorder.raw(json).raw(payload);
  recorder.end();
}

void record(Client& client, const Push& push) {
  Recorder& recorder = client.recorder();
  if (!recorder.isOn()) return;
  const unsigned flags = (client.isInTurn() ? kFlagNested : 0) | (push.ack ? kFlagAck : 0) |
                         (push.encoding == PayloadEncoding::Bytes ? kFlagBytes : 0);
  recorder.begin(EntryKind::Push).number(flags).number(push.id.value);
  recorder.number(push.handle.value).text(push.event).number(push.payload.size());
  if (recorder.hasFrames()) {
    recorder.number(static_cast<std::uint64_t>(push.timeout.count()));
    recorder.number(static_cast<std::uint64_t>(push.every.count()));
    recorder.raw(push.metadata).raw(push.payload);
  }
  recorder.end();
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
  std::optional<ClockHold> hold;
  if (opened && kind != Kind::Stats) {
    hold.emplace(opened.value()->clock());
    record(*opened.value(), *kind, command, json, payload);
  }
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
    case Kind::Fault:
      break;
    case Kind::Stats:
      return statsJson(client);
    case Kind::Dispose:
      client.dispose();
      break;
  }
  return {};
}

bool runPush(Result<std::unique_ptr<Client>>& opened, Push&& push, std::string& answer) {
  if (opened) {
    const ClockHold hold(opened.value()->clock());
    record(*opened.value(), push);
    return opened.value()->push(std::move(push));
  }
  Batch batch;
  batch.pushes.push_back({push.id, PushOutcome::Invalid, opened.error().message});
  answer = controlJson(batch);
  return false;
}

}  // namespace switchboard
