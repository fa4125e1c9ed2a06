#pragma once

#include <cstddef>
#include <string_view>

#include "base/containers/text_map.h"
#include "channel/channel.h"

namespace switchboard {

/// Finds the channel of a topic.
class Router {
 public:
  void add(Channel& channel) { channels_.insert(channel.topic(), channel); }
  void remove(const Channel& channel) { channels_.erase(channel.topic()); }
  /// Null for a topic that nobody has.
  Channel* find(std::string_view topic) const { return channels_.find(topic); }
  std::size_t size() const { return channels_.size(); }

  /// Calls `visit(channel)` for each channel that was there at the start and still is; channels may come and go
  /// meanwhile.
  template <class Visit>
  void forEach(Visit visit) const {
    const auto before = channels_.items();
    for (Channel* channel : before) {
      if (channels_.holds(channel)) visit(*channel);
    }
  }

 private:
  TextMap<Channel> channels_;  // the texts are the channels' own
};

}  // namespace switchboard
