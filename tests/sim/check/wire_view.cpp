#include "check/wire_view.h"

#include <algorithm>

namespace switchboard::sim {

bool WireChannel::carries(const Watched& watched) const {
  if (watched.isNumbered()) return false;
  return std::any_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    return binding.text == watched.key || binding.text == watched.coverKey;
  });
}

void WireView::onSent(Link& link, const Json& frame) {
  const auto event = frame[3].get<std::string>();
  const Place place{link.id(), frame[2].get<std::string>()};
  if (event == "phx_join") {
    WireChannel channel;
    channel.joinRef = frame[0].get<std::string>();
    for (const auto& entry : frame[4]["config"]["postgres_changes"]) {
      const Interest interest = interestOf(entry);
      channel.bindings.push_back({interest.table, interest.text()});
    }
    channels_[place] = std::move(channel);
  } else if (event == "phx_leave") {
    channels_.erase(place);
  }
}

void WireView::onReceived(Link& link, const DownFrame& frame) {
  if (frame.mark == Mark::Other || frame.mark == Mark::Change) return;
  const auto it = channels_.find({link.id(), frame.topic});
  if (it == channels_.end() || it->second.joinRef != frame.joinRef) return;
  switch (frame.mark) {
    case Mark::JoinAccepted:
      it->second.accepted = true;
      break;
    case Mark::Subscribed:
      it->second.live = true;
      break;
    case Mark::BindingError:
      it->second.live = false;
      break;
    case Mark::JoinRefused:
    case Mark::Ended:
      channels_.erase(it);
      break;
    case Mark::Other:
    case Mark::Change:
      break;
  }
}

void WireView::onEnded(Link& link) {
  const auto first = channels_.lower_bound({link.id(), {}});
  const auto last = channels_.lower_bound({link.id() + 1, {}});
  channels_.erase(first, last);
}

const WireChannel* WireView::find(const Place& place) const {
  const auto it = channels_.find(place);
  return it == channels_.end() ? nullptr : &it->second;
}

std::vector<WireView::Place> WireView::carriers(const Watched& watched) const {
  std::vector<Place> places;
  for (const auto& [place, channel] : channels_) {
    if (channel.live && channel.carries(watched)) places.push_back(place);
  }
  return places;
}

bool WireView::isCarried(const Watched& watched) const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](const auto& item) { return item.second.live && item.second.carries(watched); });
}

}  // namespace switchboard::sim
