#include "numbered/log_chaos.h"

#include <chrono>
#include <string>

namespace switchboard::sim {

using namespace std::chrono_literals;

void LogChaos::strike() {
  world_.checks.disturb();
  Mood& mood = world_.server.mood;
  const Duration span = world_.random.between(Duration{500}, Duration{20s});
  const auto what = world_.random.below(100);
  const auto note = [&](std::string_view fault) { world_.trace.add(world_.events.now(), "numbers:", fault, span); };
  if (what < 15) {
    note("replication away");
    mood.broadcastLossPercent = 100;
    endAfter(span, [](LogChaos& chaos) { chaos.world_.server.mood.broadcastLossPercent = 0; });
  } else if (what < 30) {
    note("broadcasts lost");
    mood.broadcastLossPercent = world_.random.between(5u, 70u);
    endAfter(span, [](LogChaos& chaos) { chaos.world_.server.mood.broadcastLossPercent = 0; });
  } else if (what < 42) {
    note("broadcasts late or twice");
    mood.broadcastMixPercent = world_.random.between(5u, 50u);
    endAfter(span, [](LogChaos& chaos) { chaos.world_.server.mood.broadcastMixPercent = 0; });
  } else if (what < 65) {
    note("function fails");
    mood.rpcTroublePercent = world_.random.chance(30) ? 100 : world_.random.between(10u, 80u);
    endAfter(2 * span, [](LogChaos& chaos) { chaos.world_.server.mood.rpcTroublePercent = 0; });
  } else if (what < 72) {
    note("topics refused");
    refuse();
    endAfter(span, [](LogChaos& chaos) { chaos.world_.server.mood.topicsRefused = false; });
  } else if (what < 80) {
    note("tracked again");
    world_.log.track(true);
  } else if (what < 84) {
    note("untracked");
    world_.log.track(false);
  } else if (what < 94) {
    note("old messages deleted");
    world_.log.trim();
  } else {
    note("a type changes");
    world_.log.setInexact(true);
    endAfter(span, [](LogChaos& chaos) { chaos.world_.log.setInexact(false); });
  }
}

/// Channels that are joined stay so, or the server notices.
void LogChaos::refuse() {
  world_.server.mood.topicsRefused = true;
  for (auto* socket : world_.server.sockets()) {
    std::vector<std::string> topics;
    for (const auto& [topic, channel] : socket->channels()) {
      if (topic.rfind("realtime:switchboard:", 0) == 0 && world_.random.chance(50)) topics.push_back(topic);
    }
    for (const auto& topic : topics) {
      socket->shutDown(topic, "You no longer have permission to read from this Channel topic: nobody knows why");
    }
  }
}

void LogChaos::heal() {
  ++heals_;
  world_.log.heal();
}

void LogChaos::endAfter(Duration span, void (*undo)(LogChaos&)) {
  world_.events.after(span, [this, undo, heals = heals_] {
    if (heals != heals_) return;
    world_.checks.disturb();
    undo(*this);
  });
}

}  // namespace switchboard::sim
