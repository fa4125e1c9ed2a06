#include "subscription/dispatcher.h"

#include <algorithm>
#include <utility>

namespace switchboard {

namespace {

bool isImmediate(const DeliveryConfig& config) {
  return config.mode == DeliveryMode::Each && config.payload;
}

}  // namespace

void Dispatcher::attach(const KeyEntry& entry, SubscriptionId id, DeliveryConfig config) {
  const auto [it, fresh] = places_.emplace(id, Place{entry.id, std::move(config), false});
  ++outlets_[entry.id].subscribers;
  enter(it->second, id);
}

void Dispatcher::detach(SubscriptionId id) {
  const auto it = places_.find(id);
  if (it == places_.end()) return;
  leave(it->second, id);
  const auto outlets = outlets_.find(it->second.key);
  if (--outlets->second.subscribers == 0) outlets_.erase(outlets);
  places_.erase(it);
  out_.forget(id);
}

void Dispatcher::enter(const Place& place, SubscriptionId id) {
  Outlets& outlets = outlets_[place.key];
  if (isImmediate(place.config) && !place.paused) {
    outlets.immediate.push_back(id);
    return;
  }
  const auto same = std::find_if(outlets.windows.begin(), outlets.windows.end(), [&](const auto& window) {
    return !place.paused && !window->isPaused() && window->config() == place.config;
  });
  if (same != outlets.windows.end()) {
    (*same)->add(id);
    return;
  }
  auto window = std::make_unique<Window>(place.config, maxBytes_, context_, out_, delegate_);
  window->add(id);
  if (place.paused) window->setPaused(true);
  outlets.windows.push_back(std::move(window));
}

void Dispatcher::leave(const Place& place, SubscriptionId id) {
  Outlets& outlets = outlets_[place.key];
  auto& immediate = outlets.immediate;
  immediate.erase(std::remove(immediate.begin(), immediate.end(), id), immediate.end());
  for (auto it = outlets.windows.begin(); it != outlets.windows.end();) {
    if ((*it)->has(id)) (*it)->remove(id);
    if ((*it)->unused()) {
      context_.turns.discard(std::move(*it));
      it = outlets.windows.erase(it);
    } else {
      ++it;
    }
  }
}

void Dispatcher::clear() {
  while (!places_.empty()) detach(places_.begin()->first);
}

/// A paused subscription has a window to itself; what the shared one held for it goes out first, so that order is kept.
void Dispatcher::setPaused(SubscriptionId id, bool paused) {
  const auto it = places_.find(id);
  if (it == places_.end() || it->second.paused == paused) return;
  Outlets& outlets = outlets_[it->second.key];
  for (const auto& window : outlets.windows) {
    if (window->has(id)) window->flush();
  }
  leave(it->second, id);
  it->second.paused = paused;
  enter(it->second, id);
}

std::size_t Dispatcher::push(const KeyEntry& entry, const Change& change, std::vector<SubscriptionId>& immediate) {
  const auto it = outlets_.find(entry.id);
  if (it == outlets_.end()) return 0;
  const Outlets& outlets = it->second;
  immediate.insert(immediate.end(), outlets.immediate.begin(), outlets.immediate.end());
  for (const auto& window : outlets.windows) window->push(change);
  return outlets.subscribers;
}

void Dispatcher::pushImmediate(std::vector<SubscriptionId> subscribers, std::string_view payload) {
  out_.push({DeliveryKind::Each, std::move(subscribers), 1, payload, {}});
}

}  // namespace switchboard
