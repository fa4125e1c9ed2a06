#include "numbered/rpc_desk.h"

#include <array>
#include <chrono>
#include <utility>

namespace switchboard::sim {

using namespace std::chrono_literals;

namespace {

/// As if the log had a hole.
std::string emptied(const std::string& text) {
  Json answer = *parseJson(text);
  if (answer["state"] != "ok" || answer["messages"].empty()) return text;
  answer["messages"] = Json::array();
  answer["more"] = true;
  return toText(answer);
}

}  // namespace

Duration RpcDesk::oneWay() {
  return world_.weather.latency + world_.random.between(Duration{1}, world_.weather.jitter + Duration{1});
}

RpcDesk::Fault RpcDesk::anyFault() {
  constexpr std::array kFaults = {Fault::Fails, Fault::Fails, Fault::Hangs, Fault::Late, Fault::Stale,
                                  Fault::Cut,   Fault::Few,   Fault::Few,   Fault::Empty};
  if (!world_.random.chance(world_.mood.rpcTroublePercent)) return Fault::None;
  if (world_.random.chance(3)) return world_.random.chance(50) ? Fault::Refused : Fault::NotTracked;
  return world_.random.pick(kFaults);
}

/// From the answers alone a replica that lags for long can't be told from a restored database.
bool RpcDesk::mayLag(const std::string& topic) const {
  return world_.book.failures(topic) < 4;
}

void RpcDesk::call(const RpcRequest& request, const std::string& token, Return done) {
  ++calls_;
  const Fault fault = anyFault();
  world_.trace.add(world_.events.now(), "rpc", request.id, request.topic,
                   request.after ? "after " + std::to_string(*request.after) : std::string("position"),
                   static_cast<unsigned>(fault));
  if (world_.weather.down) {
    world_.book.onBadAnswer(request.topic);
    if (world_.random.chance(50)) answer(request, std::nullopt, world_.random.between(Duration{1}, 30s), done);
    return;
  }
  const Duration late = fault == Fault::Late ? world_.random.between(Duration{1s}, Duration{30s}) : Duration{0};
  world_.events.after(oneWay() + late,
                      [this, request, token, fault, done = std::move(done)] { atServer(request, token, fault, done); });
}

void RpcDesk::atServer(const RpcRequest& request, const std::string& token, Fault fault, const Return& done) {
  const bool isDown = world_.weather.down || world_.mint.judge(token, world_.events.now()) != TokenMint::Verdict::Good;
  if (isDown || (fault == Fault::Stale && !mayLag(request.topic))) fault = Fault::Fails;
  if (fault == Fault::None || fault == Fault::Few) {
    world_.book.onGoodAnswer(request.topic);
  } else {
    world_.book.onBadAnswer(request.topic);
  }
  const unsigned most = fault == Fault::Few ? world_.random.between(1u, 3u) : 500;
  const unsigned lag = fault == Fault::Stale ? world_.random.between(1u, 4u) : 0;
  auto text = world_.log.changes(request, world_.mint.role(token), most, lag);
  switch (fault) {
    case Fault::Hangs:
      return;
    case Fault::Fails:
      return answer(request, std::nullopt, oneWay(), done);
    case Fault::Cut:
      text = text.substr(0, text.size() / 2);
      break;
    case Fault::Empty:
      text = emptied(text);
      break;
    case Fault::Refused:
      text = R"({"v":1,"state":"refused","reason":"nobody knows why"})";
      break;
    case Fault::NotTracked:
      text = R"({"v":1,"state":"not_tracked","reason":"nobody knows why"})";
      break;
    case Fault::None:
    case Fault::Late:
    case Fault::Stale:
    case Fault::Few:
      break;
  }
  if (world_.mood.topicsRefused) text = R"({"v":1,"state":"refused","reason":"nobody may read it at present"})";
  if (text.find(R"("state":"refused")") != std::string::npos) world_.book.onRefusal(request.topic);
  if (text.find(R"("state":"not_tracked")") != std::string::npos) world_.book.onNotTracked(request.topic);
  answer(request, std::move(text), oneWay(), done);
}

void RpcDesk::answer(const RpcRequest& request, std::optional<std::string> text, Duration delay, const Return& done) {
  world_.events.after(delay, [this, id = request.id, topic = request.topic, text = std::move(text), done] {
    bring([this, id, topic, text, done] {
      world_.trace.add(world_.events.now(), "rpc answer", id, text ? std::string_view(*text) : "none");
      if (text) world_.book.onAnswer(topic, *text);
      done(text);
    });
  });
}

/// Nothing reaches a machine that sleeps.
void RpcDesk::bring(const std::function<void()>& action) {
  if (!world_.machine.asleep()) return action();
  world_.events.at(world_.machine.wakesAt(), [this, action] { bring(action); });
}

}  // namespace switchboard::sim
