#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "oracle/json.h"
#include "world/event_queue.h"

namespace switchboard::sim {

/// Topics of channels that applications name are those without this prefix.
inline bool isRoom(std::string_view topic) {
  return topic.substr(0, 12) != "realtime:sb-";
}

/// A broadcast that the server keeps.
struct StoredMessage {
  std::uint64_t seq = 0;
  Duration at{0};
};

/// What the server knows of a topic, whoever has joined it.
struct Room {
  std::map<std::string, std::vector<Json>> members;  ///< key to metas
  std::deque<StoredMessage> messages;                ///< of private rooms
  Duration changedAt{0};                             ///< when the members last changed
};

/// Who is present in which room (protocol.md §10).
class Rooms {
 public:
  explicit Rooms(EventQueue& events) : events_(events) {}

  /// Hands a `presence_diff` to everybody in the room.
  std::function<void(const std::string& topic, const Json& diff)> onDiff = [](const auto&, const Json&) {};

  Room& at(const std::string& topic) { return rooms_[topic]; }

  /// Returns the new meta's ref. `before`: the ref that it takes the place of, or empty.
  std::string track(const std::string& topic, const std::string& key, const std::string& before, Json payload) {
    const std::string ref = "r" + std::to_string(++lastRef_);
    payload["phx_ref"] = ref;
    Json leaves = Json::object();
    if (!before.empty()) {
      payload["phx_ref_prev"] = before;
      leaves[key]["metas"] = Json::array({take(topic, key, before)});
    }
    at(topic).members[key].push_back(payload);
    tell(topic, Json{{key, {{"metas", Json::array({payload})}}}}, leaves);
    return ref;
  }
  void untrack(const std::string& topic, const std::string& key, const std::string& ref) {
    if (ref.empty()) return;
    const Json meta = take(topic, key, ref);
    tell(topic, Json::object(), Json{{key, {{"metas", Json::array({meta})}}}});
  }

  Json state(const std::string& topic) {
    Json state = Json::object();
    for (const auto& [key, metas] : at(topic).members) state[key]["metas"] = metas;
    return state;
  }

 private:
  Json take(const std::string& topic, const std::string& key, const std::string& ref) {
    auto& members = at(topic).members;
    auto& metas = members[key];
    const auto it = std::find_if(metas.begin(), metas.end(), [&](const Json& meta) { return meta["phx_ref"] == ref; });
    const Json meta = *it;
    metas.erase(it);
    if (metas.empty()) members.erase(key);
    return meta;
  }
  void tell(const std::string& topic, const Json& joins, const Json& leaves) {
    at(topic).changedAt = events_.now();
    onDiff(topic, {{"joins", joins}, {"leaves", leaves}});
  }

  EventQueue& events_;
  std::map<std::string, Room> rooms_;
  std::uint64_t lastRef_ = 0;
};

}  // namespace switchboard::sim
