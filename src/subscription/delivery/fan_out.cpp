#include "subscription/delivery/fan_out.h"

#include <algorithm>
#include <utility>

namespace switchboard {

namespace {

bool isImmediate(const DeliverySpec& spec) {
  return spec.mode == DeliveryMode::Each && spec.payload;
}

}  // namespace

void FanOut::attach(KeyEntry& entry, SubscriptionId id, DeliverySpec&& spec) {
  Place& place = places_.add(id, std::make_unique<Place>(Place{entry, std::move(spec), false}));
  DeliveryOutlets& outlets = outlets_[entry.id];
  ++outlets.subscribers;
  entry.outlets = &outlets;
  enter(place, id);
}

void FanOut::detach(SubscriptionId id) {
  const auto place = places_.take(id);
  if (place == nullptr) return;
  leave(*place, id);
  if (--outlets_.at(place->key.id).subscribers == 0) {
    place->key.outlets = nullptr;
    outlets_.erase(place->key.id);
  }
  out_.forget(id);
}

void FanOut::enter(const Place& place, SubscriptionId id) {
  DeliveryOutlets& outlets = outlets_[place.key.id];
  if (isImmediate(place.spec) && !place.paused) {
    outlets.immediate.push_back(id);
    return;
  }
  const auto same = std::find_if(outlets.windows.begin(), outlets.windows.end(), [&](const auto& window) {
    return !place.paused && !window->isPaused() && window->spec() == place.spec;
  });
  if (same != outlets.windows.end()) {
    (*same)->add(id);
    return;
  }
  auto window = std::make_unique<Window>(place.spec, maxBytes_, context_, out_, delegate_);
  window->add(id);
  if (place.paused) window->pause();
  outlets.windows.push_back(std::move(window));
}

void FanOut::leave(const Place& place, SubscriptionId id) {
  DeliveryOutlets& outlets = outlets_[place.key.id];
  outlets.immediate.remove(id);
  for (auto it = outlets.windows.begin(); it != outlets.windows.end();) {
    (*it)->remove(id);
    if ((*it)->unused()) {
      context_.turns.deferredDelete(std::move(*it));
      it = outlets.windows.erase(it);
    } else {
      ++it;
    }
  }
}

void FanOut::pushImmediate(const Vector<SubscriptionId>& subscribers, std::string_view payload) {
  Delivery& delivery = out_.add();
  delivery.subscribers = subscribers;
  delivery.owned.append(payload.data(), payload.data() + payload.size());
}

void FanOut::clear() {
  while (!places_.empty()) detach((*places_.begin()).first);
}

/// A paused subscription has a window to itself; what the shared one held for it goes out first, so that order is kept.
void FanOut::reenter(SubscriptionId id, bool paused) {
  Place* place = places_.find(id);
  if (place == nullptr || place->paused == paused) return;
  flushWindow(*place, id);
  leave(*place, id);
  place->paused = paused;
  enter(*place, id);
}

void FanOut::flush(SubscriptionId id) {
  const Place* place = places_.find(id);
  if (place != nullptr && !place->paused) flushWindow(*place, id);
}

void FanOut::flushWindow(const Place& place, SubscriptionId id) {
  for (const auto& window : outlets_.at(place.key.id).windows) {
    if (window->has(id)) window->flush();
  }
}

}  // namespace switchboard
