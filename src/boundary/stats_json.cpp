#include "boundary/stats_json.h"

namespace switchboard {

void writeCounters(JsonWriter& out, const Counters& counters) {
  const std::pair<const char*, std::uint64_t> members[] = {
      {"framesIn", counters.framesIn},         {"framesOut", counters.framesOut},
      {"bytesIn", counters.bytesIn},           {"bytesOut", counters.bytesOut},
      {"changes", counters.changes},           {"deliveries", counters.deliveries},
      {"connects", counters.connects},         {"ignoredFrames", counters.ignoredFrames},
      {"badFrames", counters.badFrames},       {"joins", counters.joins},
      {"conflated", counters.conflated},       {"pulses", counters.pulses},
      {"pulsesMissed", counters.pulsesMissed}, {"filled", counters.filled}};
  out.beginObject("counters");
  for (const auto& [name, count] : members) out.number(name, static_cast<std::int64_t>(count));
  out.endObject();
}

std::string statsJson(const Client& client) {
  const Subscriptions& subscriptions = client.subscriptions();
  std::int64_t sockets = 0;
  client.pool().forEach([&](const Multiplexer& multiplexer) {
    const auto state = multiplexer.connection().state();
    if (state == ConnectionState::Open || state == ConnectionState::Connecting || state == ConnectionState::Closing)
      ++sockets;
  });
  JsonWriter out;
  out.beginObject();
  out.beginObject("stats");
  out.number("sockets", sockets);
  const std::size_t channels = subscriptions.channelCount() + subscriptions.pulseCount() + client.channels().size();
  out.number("channels", static_cast<std::int64_t>(channels));
  out.number("bindings", static_cast<std::int64_t>(subscriptions.registry().entries().size()));
  out.number("subscriptions", static_cast<std::int64_t>(subscriptions.registry().subscriptionCount()));
  out.number("deadlines", static_cast<std::int64_t>(client.deadlines().size()));
  writeCounters(out, client.pool().counters());
  out.endObject();
  out.endObject();
  return out.take();
}

}  // namespace switchboard
