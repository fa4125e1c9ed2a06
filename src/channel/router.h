#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>

#include "channel/channel.h"

namespace switchboard {

/// Finds the channel of a topic.
class Router {
 public:
  void add(Channel& channel) { channels_[channel.topic()] = &channel; }
  void remove(const Channel& channel) { channels_.erase(channel.topic()); }
  /// Null for a topic that nobody has.
  Channel* find(std::string_view topic) const {
    const auto it = channels_.find(topic);
    return it == channels_.end() ? nullptr : it->second;
  }
  std::size_t size() const { return channels_.size(); }

  /// Calls `visit(channel)` for each channel that was there at the start and still is; channels may come and go
  /// meanwhile.
  template <class Visit>
  void forEach(Visit visit) const {
    const auto copy = channels_;
    for (const auto& [topic, channel] : copy) {
      if (channels_.count(topic) != 0) visit(*channel);
    }
  }

 private:
  std::unordered_map<std::string_view, Channel*> channels_;  // keys live in the channels
};

}  // namespace switchboard
