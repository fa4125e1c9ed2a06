#include "boundary/control_json.h"

#include "base/enum_names.h"
#include "boundary/stats_json.h"
#include "json/json_writer.h"

namespace switchboard {

namespace {

void writeTime(JsonWriter& out, const char* name, const std::optional<WallTime>& time) {
  if (time) {
    out.number(name, time->time_since_epoch().count());
  } else {
    out.null(name);
  }
}

void writeDuration(JsonWriter& out, const char* name, const std::optional<Duration>& duration) {
  if (duration) {
    out.number(name, duration->count());
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
  writeDuration(out, "delayMs", status.pulseDelay);
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
  writeDuration(out, "rttMs", status.roundTrip);
  out.number("channels", static_cast<std::int64_t>(status.channels));
  writePulse(out, status);
}

/// Nothing without a choice. Both members together: the other side keeps what is not in a report.
void write(JsonWriter& out, const RoadStatus& road) {
  if (!kFollowsNumbers || road.road == Road::None) return;
  out.text("road", toString(road.road));
  if (road.fellBack == ReasonCode::Ok) {
    out.null("fellBack");
    return;
  }
  out.beginObject("fellBack");
  out.text("code", toString(road.fellBack));
  out.text("message", road.message);
  out.endObject();
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
  if (!status.isChannel) {
    out.text("mode", toString(status.mode));
    write(out, status.road);
  } else if (!status.presenceKey.empty()) {
    out.text("presenceKey", status.presenceKey);
  }
}

void write(JsonWriter& out, const Notice& notice) {
  out.number("subscription", notice.subscription.value);
  out.text("status", toString(notice.status));
  out.text("code", toString(notice.code));
  out.text("message", notice.message);
  out.flag("retryable", notice.retryable);
  writeTime(out, "nextRetryAt", notice.nextRetryAt);
  if (notice.alreadyLive) out.flag("alreadyLive", true);
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
  const auto& numbers = gap.numbers;
  if (!kFollowsNumbers || (numbers.from == 0 && !numbers.to)) return;
  if (!numbers.epoch.empty()) out.text("epoch", numbers.epoch);
  if (numbers.from > 0) out.number("fromNumber", static_cast<std::int64_t>(numbers.from));
  if (numbers.to) out.number("toNumber", static_cast<std::int64_t>(*numbers.to));
}

void write(JsonWriter& out, const RpcRequest& request) {
  out.number("request", request.id);
  out.text("topic", request.topic);
  if (request.after) {
    out.number("after", static_cast<std::int64_t>(*request.after));
  } else {
    out.null("after");
  }
  out.number("atMost", request.atMost);
}

void write(JsonWriter& out, const PushResult& result) {
  out.number("id", result.id.value);
  out.text("outcome", toString(result.outcome));
  out.text("message", result.message);
}

template <class Ids>
void writeIds(JsonWriter& out, const char* name, const Ids& ids) {
  out.beginArray(name);
  for (const auto id : ids) out.number({}, id.value);
  out.endArray();
}

void write(JsonWriter& out, const UserChannelGap& gap) {
  writeIds(out, "channels", gap.handles);
  out.text("code", toString(gap.code));
  writeTime(out, "from", gap.from);
  writeTime(out, "to", gap.to);
  out.flag("healed", gap.healed);
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

void writeStatus(JsonWriter& out, const StatusDelta& status, const Counters& counters) {
  out.beginObject("status");
  out.text("overall", toString(status.overall));
  writeTime(out, "since", status.since);
  writeArray(out, "connections", status.connections);
  writeArray(out, "subscriptions", status.subscriptions);
  writeIds(out, "removedSubscriptions", status.removedSubscriptions);
  if (!status.channels.empty()) writeArray(out, "channels", status.channels);
  writeCounters(out, counters);
  out.endObject();
}

}  // namespace

std::string controlJson(const Batch& batch) {
  JsonWriter out;
  out.beginObject();
  if (batch.status) writeStatus(out, *batch.status, batch.counters);
  if (!batch.notices.empty()) writeArray(out, "notices", batch.notices);
  if (!batch.gaps.empty()) writeArray(out, "gaps", batch.gaps);
  if (!batch.polls.empty()) writeIds(out, "polls", batch.polls);
  if (!batch.flushed.empty()) writeIds(out, "flushed", batch.flushed);
  if (!batch.pushes.empty()) writeArray(out, "pushes", batch.pushes);
  if (!batch.channelGaps.empty()) writeArray(out, "channelGaps", batch.channelGaps);
  if (batch.tokenRequest) {
    out.beginObject("tokenRequest");
    out.number("request", *batch.tokenRequest);
    out.endObject();
  }
  if (kFollowsNumbers && !batch.rpcWanted.empty()) writeArray(out, "rpcWanted", batch.rpcWanted);
  if (kFollowsNumbers && !batch.rpcUnwanted.empty()) {
    out.beginArray("rpcUnwanted");
    for (const auto request : batch.rpcUnwanted) out.number({}, request);
    out.endArray();
  }
  if (!batch.logs.empty()) writeArray(out, "logs", batch.logs);
  out.endObject();
  return out.take();
}

std::string refusalJson(SubscriptionId id, const Error& error, WallTime now, bool isChannel) {
  // Lists of the kinds that batches have, so that no more code is needed to write them.
  Vector<SubscriptionStatus> statuses;
  statuses.push_back({id,
                      SubscriptionState::Parked,
                      now,
                      0,
                      {},
                      error.code,
                      error.message,
                      false,
                      FreshnessMode::Paused,
                      {},
                      isChannel,
                      {}});
  Vector<Notice> notices;
  if (!isChannel) notices.push_back({id, NoticeStatus::ChannelError, error.code, error.message, false, {}, false});
  Vector<SubscriptionId> refused;
  refused.push_back(id);
  JsonWriter out;
  out.beginObject();
  out.beginObject("status");
  writeArray(out, isChannel ? "channels" : "subscriptions", statuses);
  writeIds(out, isChannel ? "refusedChannels" : "refused", refused);
  out.endObject();
  writeArray(out, "notices", notices);
  out.endObject();
  return out.take();
}

}  // namespace switchboard
