#include <algorithm>
#include <map>
#include <vector>

#include "examine.h"
#include "oracle/json.h"
#include "presence/presence_state.h"
#include "strict_json.h"

namespace switchboard::fuzz {

namespace {

using Members = std::map<std::string, std::vector<Json>>;

std::string refOf(const Json& meta) {
  return std::string(textMember(meta, "phx_ref"));
}

const Json* metasOf(const Json& entry) {
  const Json* metas = member(entry, "metas");
  return metas != nullptr && metas->is_array() ? metas : nullptr;
}

/// The reference client's algorithm on the oracle's values.
class PresenceModel {
 public:
  void join() {
    waits_ = true;
    pending_.clear();
  }
  void state(const Json& state) {
    members_.clear();
    for (const auto& [key, entry] : state.items()) {
      if (const Json* metas = metasOf(entry); metas != nullptr && !metas->empty())
        members_[key] = metas->get<std::vector<Json>>();
    }
    waits_ = false;
    for (const auto& each : pending_) apply(each);
    pending_.clear();
  }
  void diff(const Json& diff) {
    if (waits_) {
      pending_.push_back(diff);
    } else {
      apply(diff);
    }
  }
  bool waits() const { return waits_; }
  const Members& members() const { return members_; }

 private:
  void apply(const Json& diff) {
    if (const Json* joins = member(diff, "joins"); joins != nullptr && joins->is_object()) {
      for (const auto& [key, entry] : joins->items()) {
        const Json* metas = metasOf(entry);
        if (metas == nullptr) continue;
        drop(key, *metas);
        for (const auto& meta : *metas) members_[key].push_back(meta);
      }
    }
    if (const Json* leaves = member(diff, "leaves"); leaves != nullptr && leaves->is_object()) {
      for (const auto& [key, entry] : leaves->items()) {
        if (const Json* metas = metasOf(entry)) drop(key, *metas);
      }
    }
    std::erase_if(members_, [](const auto& each) { return each.second.empty(); });
  }
  void drop(const std::string& key, const Json& metas) {
    if (members_.count(key) == 0) return;
    for (const auto& gone : metas) {
      std::erase_if(members_[key], [&](const Json& meta) { return refOf(meta) == refOf(gone); });
    }
  }

  Members members_;
  std::vector<Json> pending_;
  bool waits_ = true;
};

/// Refs that are no plain strings are compared as they are written, which the model can't do.
bool hasPlainRefs(const Json& value) {
  if (value.is_object() && value.contains("phx_ref") && !value["phx_ref"].is_string()) return false;
  if (!value.is_structured()) return true;
  for (const auto& item : value) {
    if (!hasPlainRefs(item)) return false;
  }
  return true;
}

Complaint report(PresenceState& state, Members& seen) {
  Complaint complaint;
  state.takeChanges(TimePoint{}, [&](const PresenceChange& change) {
    const std::string key(change.key);
    const auto metas = parseJson(change.metas);
    if (!metas || !metas->is_array() || metas->empty()) complaint = "metas are no array of some";
    if ((change.kind == PresenceChangeKind::Join) != (seen.count(key) == 0)) complaint = "joins twice or never";
    if (complaint) return;
    if (change.kind == PresenceChangeKind::Leave) {
      seen.erase(key);
    } else {
      seen[key] = metas->get<std::vector<Json>>();
    }
  });
  return complaint;
}

}  // namespace

Complaint examinePresence(std::string_view frames) {
  if (frames.find('\\') != std::string_view::npos) return std::nullopt;
  PresenceState state;
  PresenceModel model;
  Members seen;
  while (!frames.empty()) {
    const auto end = std::min(frames.find('\n'), frames.size());
    const auto frame = frames.substr(0, end);
    frames.remove_prefix(std::min(end + 1, frames.size()));
    if (frame.empty()) continue;
    const std::string payload(frame.substr(1));
    if (frame.front() == 'j') {
      state.awaitState();
      model.join();
      continue;
    }
    const auto strict = readStrictly(payload);
    if (strict.verdict == Verdict::NumberTooLarge || strict.depth > 250) return std::nullopt;
    const bool isObject = strict.verdict == Verdict::Json && strict.value.is_object();
    if (isObject && (repeatsName(payload) || !hasPlainRefs(strict.value))) return std::nullopt;
    const bool isState = frame.front() == 's';
    const bool read = isState ? state.applyState(payload, TimePoint{}) : state.applyDiff(payload);
    if (read != isObject) return read ? "what is no presence is accepted" : "presence is refused";
    if (isObject && isState) model.state(strict.value);
    if (isObject && !isState) model.diff(strict.value);
    if (auto complaint = report(state, seen)) return complaint;
    if (!model.waits() && seen != model.members()) return "the members differ";
    if (!model.waits() && state.size() != seen.size()) return "the count differs";
  }
  return std::nullopt;
}

}  // namespace switchboard::fuzz
