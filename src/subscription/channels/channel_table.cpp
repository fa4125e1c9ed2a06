#include "subscription/channels/channel_table.h"

#include <algorithm>

namespace switchboard {

ChangesChannel* ChannelTable::findCarrier(KeyId key, std::optional<ChannelId> except) const {
  ChangesChannel* found = nullptr;
  for (const auto& [id, channel] : channels_) {
    if (except && id == *except) continue;
    const auto& bindings = channel->bindings();
    const bool carries =
        std::any_of(bindings.begin(), bindings.end(), [key](const auto& binding) { return binding.key == key; });
    if (carries && (found == nullptr || channel->isLive())) found = channel;
  }
  return found;
}

bool ChannelTable::carriesAny(const Multiplexer& socket) const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](const auto& item) { return &item.second->multiplexer() == &socket; });
}

bool ChannelTable::carriesLive(const Multiplexer& socket) const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](const auto& item) { return &item.second->multiplexer() == &socket && item.second->isLive(); });
}

bool ChannelTable::anyLive() const {
  return std::any_of(channels_.begin(), channels_.end(), [](const auto& item) { return item.second->isLive(); });
}

IdSet<KeyId> ChannelTable::carriedKeys() const {
  IdSet<KeyId> keys;
  for (const auto& [id, channel] : channels_) {
    for (const auto& binding : channel->bindings()) keys.insert(binding.key);
  }
  return keys;
}

Vector<KeyEntry*> ChannelTable::dependentsOf(const ChangesChannel& channel) const {
  Vector<KeyEntry*> dependents;
  for (const auto& binding : channel.bindings()) {
    const KeyEntry* entry = registry_.find(binding.key);
    if (entry != nullptr) dependents.append(entry->dependents);
  }
  return dependents;
}

Vector<KeyEntry*> ChannelTable::liveOn(const Multiplexer& socket) const {
  Vector<KeyEntry*> keys;
  for (const auto& [id, channel] : channels_) {
    if (&channel->multiplexer() != &socket || !channel->isLive()) continue;
    for (auto* entry : dependentsOf(*channel)) {
      const bool known = std::find(keys.begin(), keys.end(), entry) != keys.end();
      if (entry->state == SubscriptionState::Live && !known) keys.push_back(entry);
    }
  }
  return keys;
}

}  // namespace switchboard
