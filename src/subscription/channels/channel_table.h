#pragma once

#include <memory>
#include <optional>

#include "base/containers/id_map.h"
#include "base/containers/vector.h"
#include "subscription/channels/changes_channel.h"
#include "subscription/interest/registry.h"

namespace switchboard {

/// The channels of changes that there are, by id, and what they carry.
class ChannelTable {
 public:
  explicit ChannelTable(Registry& registry) : registry_(registry) {}

  ChangesChannel& add(std::unique_ptr<ChangesChannel> channel) {
    const ChannelId id = channel->id();
    return channels_.add(id, std::move(channel));
  }
  /// Null when there is none.
  std::unique_ptr<ChangesChannel> take(ChannelId id) { return channels_.take(id); }
  ChangesChannel* find(ChannelId id) const { return channels_.find(id); }
  /// It is there.
  ChangesChannel& at(ChannelId id) const { return channels_.at(id); }
  std::size_t size() const { return channels_.size(); }
  bool empty() const { return channels_.empty(); }
  auto begin() const { return channels_.begin(); }
  auto end() const { return channels_.end(); }

  /// The channel with the key's binding, but for `except`; a live one if there is one. Null: none.
  ChangesChannel* findCarrier(KeyId key, std::optional<ChannelId> except = std::nullopt) const;
  bool carriesAny(const Multiplexer& socket) const;
  bool carriesLive(const Multiplexer& socket) const;
  bool anyLive() const;
  /// The keys that have a binding on some channel.
  IdSet<KeyId> carriedKeys() const;
  /// The keys whose changes the channel's bindings bring.
  Vector<KeyEntry*> dependentsOf(const ChangesChannel& channel) const;
  /// The keys that get their changes over this socket now, each once.
  Vector<KeyEntry*> liveOn(const Multiplexer& socket) const;

 private:
  Registry& registry_;
  IdMap<ChannelId, ChangesChannel> channels_;
};

}  // namespace switchboard
