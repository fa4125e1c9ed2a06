#include "mutation/mutations.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "mutation/relay.h"
#include "support/fake_text.h"

namespace switchboard::sim {

using namespace std::chrono_literals;
using testing::FakeText;

namespace {

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool isJoin(std::string_view text) {
  return holds(text, R"("phx_join")");
}
/// How the topics of channels with changes begin.
constexpr std::string_view kChangesTopic = "realtime:sb-";

bool isChange(std::string_view text) {
  return holds(text, R"(,"postgres_changes",{)");
}

Tampering onSockets(std::function<Relay::Conduct(unsigned)> conduct) {
  Tampering tampering;
  tampering.transports = [conduct = std::move(conduct),
                          relay = std::shared_ptr<Relay>()](TransportFactory& real) mutable -> TransportFactory& {
    relay = std::make_shared<Relay>(real, conduct);
    return *relay;
  };
  return tampering;
}

Tampering onSink(std::function<void(const Batch&, const SinkRelay::Pass&)> conduct) {
  Tampering tampering;
  tampering.sink = [conduct = std::move(conduct),
                    relay = std::shared_ptr<SinkRelay>()](ClientSink& real) mutable -> ClientSink& {
    relay = std::make_shared<SinkRelay>(real, conduct);
    return *relay;
  };
  return tampering;
}

Tampering onOptions(std::function<void(ClientOptions&)> change) {
  Tampering tampering;
  tampering.options = std::move(change);
  return tampering;
}

/// Whatever `change` does to a copy of each batch.
Tampering onBatches(const std::function<void(Batch&)>& change) {
  return onSink([change](const Batch& batch, const SinkRelay::Pass& pass) {
    Batch changed;
    changed.deliveries = batch.deliveries;
    changed.status = batch.status;
    changed.counters = batch.counters;
    changed.notices = batch.notices;
    changed.gaps = batch.gaps;
    changed.polls = batch.polls;
    changed.pushes = batch.pushes;
    changed.channelGaps = batch.channelGaps;
    changed.tokenRequest = batch.tokenRequest;
    changed.rpcWanted = batch.rpcWanted;
    changed.rpcUnwanted = batch.rpcUnwanted;
    changed.logs = batch.logs;
    change(changed);
    pass(changed);
  });
}

/// True once in every `n` calls.
std::function<bool()> every(unsigned n) {
  return [n, count = 0u]() mutable { return ++count % n == 0; };
}

// --- sockets

Tampering swallowRejoins() {
  return onSockets([](unsigned n) {
    Relay::Conduct conduct;
    conduct.up = [n](std::string_view text, const Relay::Send& send) {
      if (n == 1 || !isJoin(text)) send(text);
    };
    return conduct;
  });
}

Tampering doubleBroadcasts() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.upBytes = [](std::string_view bytes, const Relay::Send& send) {
      send(bytes);
      send(bytes);
    };
    return conduct;
  });
}

Tampering doubleJoins() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.up = [](std::string_view text, const Relay::Send& send) {
      send(text);
      if (isJoin(text)) send(text);
    };
    return conduct;
  });
}

/// Once the server has answered a join, it gets the same on another topic.
Tampering joinTwins() {
  return onSockets([](unsigned) {
    const auto twin = std::make_shared<std::string>();
    const auto sendTwin = std::make_shared<Relay::Send>();
    Relay::Conduct conduct;
    conduct.up = [twin, sendTwin](std::string_view text, const Relay::Send& send) {
      send(text);
      *sendTwin = send;
      if (isJoin(text) && holds(text, kChangesTopic)) *twin = text;
    };
    conduct.down = [twin, sendTwin](std::string_view text, TransportEvents& client) {
      if (!twin->empty() && holds(text, R"("phx_reply")")) {
        twin->insert(twin->find(kChangesTopic) + kChangesTopic.size(), "twin-");
        (*sendTwin)(std::exchange(*twin, {}));
      }
      client.onTransportText(FakeText(text));
    };
    return conduct;
  });
}

Tampering hideEnds() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [](std::string_view text, TransportEvents& client) {
      if (!holds(text, R"("phx_close")") && !holds(text, R"("phx_error")")) client.onTransportText(FakeText(text));
    };
    return conduct;
  });
}

Tampering hideBindingErrors() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [](std::string_view text, TransportEvents& client) {
      if (!holds(text, "Unable to subscribe")) client.onTransportText(FakeText(text));
    };
    return conduct;
  });
}

Tampering loseChanges() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [lost = every(7)](std::string_view text, TransportEvents& client) {
      if (!isChange(text) || !lost()) client.onTransportText(FakeText(text));
    };
    return conduct;
  });
}

Tampering doubleChanges() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [twice = every(7)](std::string_view text, TransportEvents& client) {
      client.onTransportText(FakeText(text));
      if (isChange(text) && twice()) client.onTransportText(FakeText(text));
    };
    return conduct;
  });
}

Tampering swapChanges() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [late = every(7), held = std::string()](std::string_view text, TransportEvents& client) mutable {
      if (isChange(text) && held.empty() && late()) {
        held = text;
        return;
      }
      client.onTransportText(FakeText(text));
      if (isChange(text) && !held.empty()) client.onTransportText(FakeText(std::exchange(held, {})));
    };
    return conduct;
  });
}

/// Numbers that no change has.
Tampering changeRows() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [](std::string_view text, TransportEvents& client) {
      std::string changed(text);
      const auto at = changed.find(R"("seq":)");
      if (at != std::string::npos) changed.insert(at + 6, "99999");
      client.onTransportText(FakeText(changed));
    };
    return conduct;
  });
}

Tampering loseUnstamped() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [](std::string_view text, TransportEvents& client) {
      if (!holds(text, R"("commit_timestamp":null)")) client.onTransportText(FakeText(text));
    };
    return conduct;
  });
}

/// Whatever the database answers to a subscription, it says that a column is wrong.
Tampering blameBindings() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [](std::string_view text, TransportEvents& client) {
      constexpr std::string_view kMark = "Exception: ";
      const auto at = text.find(kMark);
      if (at == std::string_view::npos) {
        client.onTransportText(FakeText(text));
        return;
      }
      const std::string changed = std::string(text.substr(0, at + kMark.size())) +
                                  "ERROR P0001 (raise_exception) invalid column for filter owner" +
                                  std::string(text.substr(text.find('"', at)));
      client.onTransportText(FakeText(changed));
    };
    return conduct;
  });
}

/// Each join goes out with the token of the first.
Tampering keepFirstToken() {
  auto first = std::make_shared<std::string>();
  return onSockets([first](unsigned) {
    Relay::Conduct conduct;
    conduct.up = [first](std::string_view text, const Relay::Send& send) {
      constexpr std::string_view kMark = R"("access_token":")";
      const auto at = text.find(kMark);
      if (at == std::string_view::npos || !isJoin(text)) {
        send(text);
        return;
      }
      const auto start = at + kMark.size();
      const auto end = text.find('"', start);
      if (first->empty()) *first = text.substr(start, end - start);
      send(std::string(text.substr(0, start)) + *first + std::string(text.substr(end)));
    };
    return conduct;
  });
}

Tampering breakOften() {
  return onSockets([](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [frames = 0u](std::string_view text, TransportEvents& client) mutable {
      ++frames;
      if (frames < 60) client.onTransportText(FakeText(text));
      if (frames == 60) client.onTransportClose(1006, "");
    };
    return conduct;
  });
}

Tampering keepSockets() {
  auto kept = std::make_shared<std::vector<std::unique_ptr<Transport>>>();
  Tampering tampering = onSockets([kept](unsigned) {
    Relay::Conduct conduct;
    conduct.letGo = [kept](std::unique_ptr<Transport> socket) { kept->push_back(std::move(socket)); };
    return conduct;
  });
  tampering.ended = [kept] { kept->clear(); };
  return tampering;
}

// --- time

class StoppingClock final : public Clock {
 public:
  StoppingClock(const Clock& real, Duration after) : real_(real), stopsAt_(real.now() + after) {}
  TimePoint now() const override { return std::min(real_.now(), stopsAt_); }
  WallTime wallNow() const override { return real_.wallNow(); }

 private:
  const Clock& real_;
  TimePoint stopsAt_;
};

Tampering stopClock() {
  Tampering tampering;
  tampering.clock = [clock = std::shared_ptr<StoppingClock>()](const Clock& real) mutable -> const Clock& {
    clock = std::make_shared<StoppingClock>(real, Duration{20s});
    return *clock;
  };
  return tampering;
}

class DeafTimer final : public Timer {
 public:
  explicit DeafTimer(Timer& real) : real_(real) {}
  void arm(Duration delay, TimerEvents& events) override { real_.arm(delay, events); }
  void cancel() override {}

 private:
  Timer& real_;
};

Tampering neverCancel() {
  Tampering tampering;
  tampering.timer = [timer = std::shared_ptr<DeafTimer>()](Timer& real) mutable -> Timer& {
    timer = std::make_shared<DeafTimer>(real);
    return *timer;
  };
  return tampering;
}

/// Time as the calendar has it, which may be set.
class CalendarClock final : public Clock {
 public:
  explicit CalendarClock(const Clock& real) : real_(real) {}
  TimePoint now() const override { return TimePoint{real_.wallNow() - WallTime{}}; }
  WallTime wallNow() const override { return real_.wallNow(); }

 private:
  const Clock& real_;
};

Tampering followCalendar() {
  Tampering tampering;
  tampering.clock = [clock = std::shared_ptr<CalendarClock>()](const Clock& real) mutable -> const Clock& {
    clock = std::make_shared<CalendarClock>(real);
    return *clock;
  };
  return tampering;
}

// --- the sink

/// Gaps begin where the last frame came in, as if all that is committed were there at once.
Tampering beginGapsAtLastFrame() {
  struct Heard {
    const Clock* clock = nullptr;
    WallTime last{};
    std::map<std::uint32_t, WallTime> begins;
  };
  auto heard = std::make_shared<Heard>();
  Tampering tampering = onSockets([heard](unsigned) {
    Relay::Conduct conduct;
    conduct.down = [heard](std::string_view text, TransportEvents& client) {
      heard->last = heard->clock->wallNow();
      client.onTransportText(FakeText(text));
    };
    return conduct;
  });
  tampering.clock = [heard](const Clock& real) -> const Clock& {
    heard->clock = &real;
    return real;
  };
  tampering.sink = onBatches([heard](Batch& batch) {
                     for (auto& gap : batch.gaps) {
                       gap.from = heard->begins.emplace(gap.id, std::max(gap.from, heard->last)).first->second;
                     }
                   }).sink;
  return tampering;
}

Tampering forgetGaps(ReasonCode code) {
  return onBatches([code](Batch& batch) { batch.gaps.removeIf([code](const Gap& gap) { return gap.code == code; }); });
}

bool isNumbered(const Delivery& delivery) {
  return delivery.kind <= DeliveryKind::Batch && holds(delivery.text(), R"("number":)");
}

Tampering doubleNumbered() {
  return onBatches([twice = every(30)](Batch& batch) {
    for (const auto& delivery : batch.deliveries) {
      if (!isNumbered(delivery) || !twice()) continue;
      const Delivery again = delivery;
      batch.deliveries.push_back(again);
      return;
    }
  });
}

Tampering loseNumbered() {
  return onBatches([lost = every(30)](Batch& batch) {
    batch.deliveries.removeIf([&](const Delivery& delivery) { return isNumbered(delivery) && lost(); });
  });
}

/// Whatever `change` does to the numbers of gaps.
Tampering onNumbers(const std::function<void(MissingNumbers&)>& change) {
  return onBatches([change](Batch& batch) {
    for (auto& gap : batch.gaps) {
      if (gap.numbers.from > 0) change(gap.numbers);
    }
  });
}

/// Each numbered change is said to be missing, too.
Tampering inventGaps() {
  return onBatches([seldom = every(20)](Batch& batch) {
    for (const auto& delivery : batch.deliveries) {
      if (!isNumbered(delivery) || delivery.kind != DeliveryKind::Each || !seldom()) continue;
      const Json change = (*parseJson(delivery.text()))["data"];
      for (const auto id : delivery.subscribers) {
        Gap gap;
        gap.id = 0xffffffff;
        gap.subscription = id;
        gap.code = ReasonCode::NotKept;
        gap.to = gap.from = WallTime::max();
        const auto number = change["number"].get<std::uint64_t>() + 1;
        gap.numbers = {change["epoch"].get<std::string>(), number, number};
        batch.gaps.push_back(gap);
      }
    }
  });
}

/// They come, with a number less, and so do the missing ones.
Tampering shiftNumbers() {
  return onBatches([](Batch& batch) {
    for (auto& delivery : batch.deliveries) {
      if (!isNumbered(delivery) || delivery.kind != DeliveryKind::Each) continue;
      std::string text(delivery.text());
      const auto at = text.find(R"("number":)") + 9;
      text.replace(at, text.find(',', at) - at, "999999");
      delivery.span = {};
      delivery.owned.clear();
      delivery.owned.append(text.data(), text.data() + text.size());
    }
  });
}

Tampering repeatBatches() {
  auto last = std::make_shared<Batch>();
  return onSink([last](const Batch& batch, const SinkRelay::Pass& pass) {
    pass(batch);
    pass(*last);
    *last = {};
    last->status = batch.status;
    last->notices = batch.notices;
  });
}

Tampering hideConnecting() {
  return onBatches([](Batch& batch) {
    if (!batch.status) return;
    for (auto& connection : batch.status->connections) {
      if (connection.state == ConnectionState::Connecting) connection.state = ConnectionState::Idle;
    }
  });
}

Tampering unsubscribeBehindTheBack() {
  auto client = std::make_shared<Client*>(nullptr);
  Tampering tampering = onSink([client, now = every(40)](const Batch& batch, const SinkRelay::Pass& pass) mutable {
    pass(batch);
    if (*client != nullptr && now()) (*client)->unsubscribe(SubscriptionId{3});
  });
  tampering.begun = [client](Client& begun) { *client = &begun; };
  return tampering;
}

}  // namespace

std::vector<Mutation> mutations() {
  using I = Invariant;
  return {
      {"a transport that swallows joins after a reconnect", {I::LiveWithinBound}, swallowRejoins},
      {"a transport that sends each join twice", {I::JoinRate}, doubleJoins},
      {"a transport that joins each channel's twin", {I::OneLiveBinding}, joinTwins},
      {"ends of channels are not heard", {I::HonestByWire}, hideEnds},
      {"refused bindings are not heard", {I::PoisonReported}, hideBindingErrors},
      {"every seventh change is lost", {I::NothingLost}, loseChanges},
      {"every seventh change comes twice", {I::OnceAndInOrder}, doubleChanges},
      {"every seventh change comes after the next", {I::OnceAndInOrder, I::NothingLost}, swapChanges},
      {"changes of other rows", {I::OnlyWhatWasAsked}, changeRows},
      {"sockets break after sixty frames", {I::StaysLive}, breakOften},
      {"sockets are kept for ever", {I::MemoryReturned}, keepSockets},
      {"a clock that stops", {I::LiveWithinBound, I::HonestByServer}, stopClock},
      {"a timer that can't be cancelled", {I::MemoryReturned}, neverCancel},
      {"a dead link is not looked for",
       {I::HonestByServer},
       [] { return onOptions([](ClientOptions& options) { options.pool.connection.heartbeat.timeout = 600s; }); }},
      {"joins without a pace",
       {I::JoinRate},
       [] { return onOptions([](ClientOptions& options) { options.pool.joinsPerSecond = 1'000; }); }},
      {"reconnects without a wait",
       {I::ConnectRate},
       [] {
         return onOptions([](ClientOptions& options) {
           options.pool.connection.reconnect.base = 1ms;
           options.pool.connection.reconnect.cap = 20ms;
         });
       }},
      {"too many channels on a socket",
       {I::ChannelLimit},
       [] {
         return onOptions([](ClientOptions& options) {
           options.pool.multiplexer.maxChannels = 100;
           options.subscriptions.plan.bindingsPerChannel = 1;
         });
       }},
      {"too many sockets",
       {I::Bounded},
       [] {
         return onOptions([](ClientOptions& options) {
           options.pool.multiplexer.maxChannels = 1;
           options.subscriptions.plan.bindingsPerChannel = 1;
           options.pool.maxSockets = 64;
         });
       }},
      {"the accessToken callback is forgotten",
       {I::TokenInJoin},
       [] { return onOptions([](ClientOptions& options) { options.pool.token.hasCallback = false; }); }},
      {"deliveries are forgotten now and then",
       {I::NothingLost},
       [] {
         return onBatches([now = every(9)](Batch& batch) {
           if (!batch.deliveries.empty() && now()) batch.deliveries.clear();
         });
       }},
      {"statuses are forgotten now and then",
       {I::PublishedIsTrue},
       [] {
         return onBatches([now = every(9)](Batch& batch) {
           if (now()) batch.status.reset();
         });
       }},
      {"notices are forgotten",
       {I::NoticesAgree},
       [] { return onBatches([](Batch& batch) { batch.notices.clear(); }); }},
      {"gaps are forgotten", {I::GapsAgree}, [] { return onBatches([](Batch& batch) { batch.gaps.clear(); }); }},
      {"gaps of the pulse are forgotten", {I::SilentLossesReported}, [] { return forgetGaps(ReasonCode::PulseLost); }},
      {"gaps of overflows are forgotten",
       {I::NothingLost, I::LossesInGaps},
       [] { return forgetGaps(ReasonCode::Overflow); }},
      {"gaps of re-subscriptions are forgotten",
       {I::NothingLost, I::LossesInGaps},
       [] { return forgetGaps(ReasonCode::Resubscribed); }},
      {"gaps begin where the last frame came in", {I::LossesInGaps}, beginGapsAtLastFrame},
      {"gaps begin where they are noticed",
       {I::LossesInGaps},
       [] {
         return onBatches([](Batch& batch) {
           for (auto& gap : batch.gaps) gap.from = gap.to.value_or(WallTime::max());
         });
       }},
      {"a refused token is never tried again",
       {I::LiveWithinBound},
       [] { return onOptions([](ClientOptions& options) { options.pool.token.refusedBase = 24h; }); }},
      {"what was refused is never tried again",
       {I::LiveWithinBound},
       [] { return onOptions([](ClientOptions& options) { options.subscriptions.parkedRetry = 0s; }); }},
      {"a second socket is waited for without end",
       {I::LiveWithinBound},
       [] {
         return onOptions(
             [](ClientOptions& options) { options.pool.reach = {.failures = 1'000'000, .patience = 24h}; });
       }},
      {"every thirtieth numbered change comes twice", {I::NumbersExact}, doubleNumbered},
      {"every thirtieth numbered change is lost", {I::NumbersExact}, loseNumbered},
      {"numbered changes have other numbers", {I::NumbersExact}, shiftNumbers},
      {"numbers that are missing are not told",
       {I::NumbersExact},
       [] {
         return onBatches(
             [](Batch& batch) { batch.gaps.removeIf([](const Gap& gap) { return gap.numbers.from > 0 && gap.to; }); });
       }},
      {"gaps of numbers begin one too late",
       {I::NumbersExact},
       [] { return onNumbers([](MissingNumbers& numbers) { ++numbers.from; }); }},
      {"gaps of numbers begin one too early",
       {I::NumbersExact},
       [] { return onNumbers([](MissingNumbers& numbers) { --numbers.from; }); }},
      {"gaps of numbers end one too late",
       {I::NumbersExact},
       [] {
         return onNumbers([](MissingNumbers& numbers) {
           if (numbers.to && *numbers.to > numbers.from) ++*numbers.to;
         });
       }},
      {"numbers are said to be missing that are not", {I::NumberedGapsAllowed, I::NumbersExact}, inventGaps},
      {"the database is never asked for what is missing",
       {I::NumberedGapsAllowed},
       [] {
         return onBatches([](Batch& batch) {
           batch.rpcWanted.removeIf([](const RpcRequest& request) { return request.after.has_value(); });
         });
       }},
      {"changes without a commit time are lost", {I::NothingLost, I::LossesInGaps}, loseUnstamped},
      {"errors of the database blame the binding", {I::LiveWithinBound}, blameBindings},
      {"joins keep to the first token", {I::LiveWithinBound}, keepFirstToken},
      {"time goes by the calendar", {I::LiveWithinBound, I::WaitsFollowPolicy, I::HonestByServer}, followCalendar},
      {"the lack of a network is not waited for",
       {I::WaitsFollowPolicy},
       [] { return onOptions([](ClientOptions& options) { options.pool.connection.reconnect.offlineProbe = 5s; }); }},
      {"limits are not waited for",
       {I::WaitsFollowPolicy},
       [] { return onOptions([](ClientOptions& options) { options.pool.connection.reconnect.slowBase = 1s; }); }},
      {"lines that were live earn no quick reconnects",
       {I::WaitsFollowPolicy},
       [] { return onOptions([](ClientOptions& options) { options.pool.connection.reconnect.quickReconnects = 0; }); }},
      {"waits after a loss begin long",
       {I::WaitsFollowPolicy},
       [] { return onOptions([](ClientOptions& options) { options.pool.connection.reconnect.base = 5s; }); }},
      {"what was said is said again later", {I::SilentAfterEnd, I::PublishedIsTrue}, repeatBatches},
      {"a delivery for the one before",
       {I::SilentAfterEnd},
       [] {
         return onBatches([](Batch& batch) {
           for (auto& delivery : batch.deliveries) delivery.subscribers.push_back(SubscriptionId{1});
         });
       }},
      {"broadcasts go out twice", {I::SentOnce}, doubleBroadcasts},
      {"outcomes of broadcasts are forgotten",
       {I::OutcomesAgree},
       [] { return onBatches([](Batch& batch) { batch.pushes.clear(); }); }},
      {"broadcasts that have ended are ok",
       {I::OutcomesAgree},
       [] {
         return onBatches([](Batch& batch) {
           for (auto& push : batch.pushes) push.outcome = PushOutcome::Ok;
         });
       }},
      {"changes of presence are forgotten",
       {I::PresenceTrue},
       [] {
         return onBatches([](Batch& batch) {
           batch.deliveries.removeIf([](const Delivery& each) { return each.kind == DeliveryKind::Presence; });
         });
       }},
      {"presence is called without a limit",
       {I::RoomBudgets},
       [] {
         return onOptions([](ClientOptions& options) {
           options.channels.channel.presence.maxCalls = 1'000;
           options.channels.channel.presence.burst = 1'000;
         });
       }},
      {"broadcasts go out without a budget",
       {I::RoomBudgets},
       [] { return onOptions([](ClientOptions& options) { options.channels.sendsPerSecond = 1'000; }); }},
      {"gaps of rooms are forgotten",
       {I::GapsAgree},
       [] { return onBatches([](Batch& batch) { batch.channelGaps.clear(); }); }},
      {"replays are taken for complete",
       {I::NothingLost},
       [] {
         return onBatches([](Batch& batch) {
           for (auto& gap : batch.channelGaps) gap.healed = true;
         });
       }},
      {"connections open out of nothing", {I::LegalTransitions}, hideConnecting},
      {"a subscription ends by itself", {I::SubscriptionKnown}, unsubscribeBehindTheBack},
      {"the api key is logged",
       {I::NoSecrets},
       [] {
         return onBatches(
             [](Batch& batch) { batch.logs.emplace_back(LogLevel::Info, "the key is sb_publishable_simulated"); });
       }},
  };
}

}  // namespace switchboard::sim
