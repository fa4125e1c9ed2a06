#include "tracked/road_trials.h"

#include <algorithm>
#include <utility>

#include "numbered/answer_reader.h"
#include "timing/backoff.h"
#include "tracked/causes/fallback_cause.h"

namespace switchboard {

namespace {

constexpr Duration kFirst{60'000};
constexpr Duration kLongest{1'800'000};

}  // namespace

RoadTrials::Trial& RoadTrials::of(const std::string& topic) {
  for (const auto& trial : trials_) {
    if (trial->topic == topic) return *trial;
  }
  Trial& trial = *trials_.emplace_back(std::make_unique<Trial>(topic, context_, *this));
  trial.begunAt = context_.now();
  return trial;
}

RoadTrials::Trial* RoadTrials::byRpc(std::uint32_t rpc) const {
  for (const auto& trial : trials_) {
    if (rpc != 0 && trial->rpc == rpc) return trial.get();
  }
  return nullptr;
}

void RoadTrials::onFellBack(const KeyEntry& entry, const Cause* refusal) {
  if (entry.road.road != Road::PostgresChanges || entry.spec.topic.empty()) return;
  Trial& trial = of(entry.spec.topic);
  if (refusal != nullptr) trial.refusal = *refusal;
  if (!trial.due.isSet()) later(trial);
}

std::optional<Cause> RoadTrials::refusalOf(const std::string& topic) const {
  for (const auto& trial : trials_) {
    if (trial->topic == topic && (isFresh(*trial) || !fallen(topic).empty())) return trial->refusal;
  }
  return std::nullopt;
}

void RoadTrials::onMet(const KeyEntry& entry) {
  Trial& trial = of(entry.spec.topic);
  if (trial.rpc != 0) return;
  if (!isFresh(trial)) {
    trial.due.setAfter(Duration{0});
  } else if (!trial.due.isSet()) {
    later(trial);
  }
}

/// The database was asked, or a key fell back, a short time ago.
bool RoadTrials::isFresh(const Trial& trial) const {
  return context_.now() - trial.begunAt < kFirst;
}

/// Waits longer each time, but not after a time in which all was well.
void RoadTrials::later(Trial& trial) {
  if (context_.now() - trial.begunAt > kLongest + kLongest / 2) trial.attempts = 0;
  const auto least = doubled(kFirst, kLongest, trial.attempts++);
  trial.due.setAfter(lengthened(context_.random, least));
}

void RoadTrials::retryNow() {
  for (const auto& trial : trials_) {
    endCall(*trial);
    trial->attempts = 0;
    trial->refusal.reset();
    trial->due.setAfter(Duration{0});
  }
}

Vector<KeyEntry*> RoadTrials::fallen(std::string_view topic) const {
  Vector<KeyEntry*> keys;
  for (const auto& [id, entry] : subscriptions_.registry().entries()) {
    const bool isFallen = entry->road.road == Road::PostgresChanges && entry->road.fellBack != ReasonCode::Ok;
    if (isFallen && !entry->subscribers.empty() && entry->spec.topic == topic) keys.push_back(entry);
  }
  return keys;
}

void RoadTrials::forgetUnused() {
  if (trials_.empty()) return;
  const auto& entries = subscriptions_.registry().entries();
  for (std::size_t i = trials_.size(); i-- > 0;) {
    const auto has = [&](const auto& item) { return item.second->spec.topic == trials_[i]->topic; };
    if (std::any_of(entries.begin(), entries.end(), has)) continue;
    endCall(*trials_[i]);
    if (trials_[i]->refusal && isFresh(*trials_[i])) continue;
    context_.turns.deferredDelete(std::move(trials_[i]));
    trials_.erase(trials_.begin() + i);
  }
}

void RoadTrials::onDue(Trial& trial) {
  if (trial.rpc != 0) {
    endCall(trial);
    return later(trial);
  }
  if (fallen(trial.topic).empty()) return;
  trial.begunAt = context_.now();
  trial.due.setAfter(patience_);
  trial.rpc = delegate_.onTrialWanted(trial.topic);
}

void RoadTrials::endCall(Trial& trial) {
  trial.due.cancel();
  if (trial.rpc != 0) delegate_.onTrialUnwanted(std::exchange(trial.rpc, 0));
}

bool RoadTrials::onRpcAnswer(std::uint32_t rpc, std::string_view text) {
  Trial* trial = byRpc(rpc);
  if (trial == nullptr) return false;
  trial->rpc = 0;
  trial->due.cancel();
  const auto read = readChangesAnswer(text);
  const auto keys = fallen(trial->topic);
  if (!read) {
    later(*trial);
  } else if (const auto cause = causeOf(read.value())) {
    delegate_.onTrialRefused(keys, *cause);
    later(*trial);
  } else {
    trial->refusal.reset();
    delegate_.onTrialAllowed(keys);
  }
  return true;
}

bool RoadTrials::onRpcFailed(std::uint32_t rpc) {
  Trial* trial = byRpc(rpc);
  if (trial == nullptr) return false;
  trial->rpc = 0;
  later(*trial);
  return true;
}

void RoadTrials::shutDown() {
  for (const auto& trial : trials_) endCall(*trial);
}

}  // namespace switchboard
